/* SPDX-License-Identifier: Apache-2.0 */
/* The table of people. */
#include "serve/people.h"
#include "serve/roles.h"
#include "serve/secret.h"

#define COLUMNS "id, name, full_name, email, role, password, must_change, totp, totp_on, totp_step, recovery, oidc, disabled, created_ms, seen_ms"

enum { NAME_MAX_BYTES = 64 };

static int read_one(struct bh_rows *rows, struct bh_arena *arena, struct bh_person *ret, struct bh_err *err) {
        int r = bh_rows_next(rows, err);

        if (r <= 0)
                return r;
        *ret = (struct bh_person){
                .id = bh_rows_int(rows, 0),
                .name = bh_rows_copy(rows, 1, arena),
                .full_name = bh_rows_copy(rows, 2, arena),
                .email = bh_rows_copy(rows, 3, arena),
                .role = bh_role_of(bh_rows_text(rows, 4)),
                .password = bh_rows_copy(rows, 5, arena),
                .must_change = bh_rows_int(rows, 6) != 0,
                .totp = bh_rows_copy(rows, 7, arena),
                .totp_on = bh_rows_int(rows, 8) != 0,
                .totp_step = bh_rows_int(rows, 9),
                .recovery = bh_rows_copy(rows, 10, arena),
                .oidc = bh_rows_copy(rows, 11, arena),
                .disabled = bh_rows_int(rows, 12) != 0,
                .created_ms = bh_rows_int(rows, 13),
                .seen_ms = bh_rows_int(rows, 14),
        };
        if (ret->role == _BH_ROLE_MAX)
                return bh_fail(err, BH_E_BUG, "person %lld has a role that is none", (long long) ret->id);
        return 1;
}

int bh_person_by_id(struct bh_db *db, struct bh_arena *arena, int64_t id, struct bh_person *ret, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT " COLUMNS " FROM person WHERE id = ?1", BH_ARGS(bh_arg_int(id)), &rows, err);

        return r < 0 ? r : read_one(rows, arena, ret, err);
}

int bh_person_by_name(struct bh_db *db, struct bh_arena *arena, struct bh_str name, struct bh_person *ret, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT " COLUMNS " FROM person WHERE name = ?1", BH_ARGS(bh_arg_text(name)), &rows, err);

        return r < 0 ? r : read_one(rows, arena, ret, err);
}

void bh_person_put(struct bh_json_put *j, const struct bh_person *p) {
        bh_json_put_int(j, "id", p->id);
        bh_json_put_str(j, "name", p->name);
        bh_json_put_str(j, "full_name", p->full_name);
        bh_json_put_str(j, "email", p->email);
        bh_json_put_cstr(j, "role", bh_role_str(p->role));
        bh_json_put_bool(j, "scoped", bh_role_scoped(p->role));
        bh_json_put_bool(j, "totp", p->totp_on);
        bh_json_put_bool(j, "local", p->password.len > 0);
        bh_json_put_bool(j, "oidc", p->oidc.len > 0);
        bh_json_put_bool(j, "must_change", p->must_change);
        bh_json_put_bool(j, "disabled", p->disabled);
        bh_json_put_int(j, "created_ms", p->created_ms);
        bh_json_put_int(j, "seen_ms", p->seen_ms);
}

struct bh_str bh_person_name(struct bh_arena *arena, struct bh_str text) {
        char *out = bh_arena_bytes(arena, text.len + 1);

        text = bh_str_trim(text);
        for (size_t i = 0; i < text.len; i++) {
                out[i] = bh_lower(text.at[i]);
                if (!bh_is_alnum(out[i]) && !(strchr("._@-", out[i]) && out[i] && i > 0))
                        return BH_STR("");
        }
        return text.len > NAME_MAX_BYTES ? BH_STR("") : (struct bh_str){ out, text.len };
}

int bh_person_add(struct bh_db *db, const struct bh_person *p, int64_t now_ms, int64_t *ret_id, struct bh_err *err) {
        int64_t there;
        int r = bh_db_number(db, "SELECT id FROM person WHERE name = ?1", BH_ARGS(bh_arg_text(p->name)), &there, err);

        if (r != 0)
                return r < 0 ? r : bh_fail(err, BH_E_DENIED, "there is an account of the name %s already", BH_QUOTE(p->name));
        r = bh_db_number(db,
                         "INSERT INTO person(name, full_name, email, role, password, must_change, oidc, created_ms, password_ms)"
                         " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) RETURNING id",
                         BH_ARGS(bh_arg_text(p->name), bh_arg_text(p->full_name), bh_arg_text(p->email), bh_arg_text(bh_str_of(bh_role_str(p->role))),
                                 bh_arg_text(p->password), bh_arg_int(p->must_change), bh_arg_text(p->oidc), bh_arg_int(now_ms)),
                         ret_id, err);
        return r < 0 ? r : 0;
}

struct first {
        struct bh_person person;
        int64_t now_ms;
};

static int write_first(struct bh_db *db, void *user, struct bh_err *err) {
        struct first *first = user;
        int64_t n;
        int r = bh_db_number(db, "SELECT count(*) FROM person", BH_NO_ARGS, &n, err);

        if (r < 0 || n > 0)
                return r < 0 ? r : 0;
        r = bh_person_add(db, &first->person, first->now_ms, &n, err);
        return r < 0 ? r : 1;
}

int bh_people_first(struct bh_store *store, struct bh_str name, struct bh_str password, bool must_change, int64_t now_ms, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct first first = { .person = { .name = name, .role = BH_ROLE_ADMINISTRATOR, .must_change = must_change }, .now_ms = now_ms };
        int r = bh_password_hash(arena, password, &first.person.password, err);

        return r < 0 ? r : bh_store_write(store, write_first, &first, err);
}
