/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts, as who may make them sees them. */
#include "serve/core.h"
#include "serve/people.h"
#include "serve/roles.h"
#include "serve/routes.h"
#include "serve/secret.h"

enum { TEXT_MAX = 200 };

static const struct bh_list_column columns[] = {
        { "id", "p.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT },
        { "name", "p.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH },
        { "full_name", "p.full_name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH },
        { "email", "p.email", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH },
        { "role", "p.role", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET },
        { "totp", "p.totp_on", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET },
        { "local", "p.password <> ''", BH_LIST_BOOL, BH_LIST_FILTER },
        { "oidc", "p.oidc <> ''", BH_LIST_BOOL, BH_LIST_FILTER },
        { "must_change", "p.must_change", BH_LIST_BOOL, BH_LIST_FILTER },
        { "disabled", "p.disabled", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET },
        { "created_ms", "p.created_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT },
        { "seen_ms", "p.seen_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT },
        { 0 },
};

static const struct bh_list list = { .name = "users", .from = "person p", .key = "p.id", .key_type = BH_LIST_INT, .sort = "name", .columns = columns };

struct edit {
        struct bh_call *call;
        const struct bh_doc *body;
        struct bh_person was, now;
        struct bh_str shown; /* a password that was made up: told once */
        bool last;           /* it would have been the last administrator */
};

static struct bh_str as_json(struct bh_call *call, const struct bh_person *person) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_person_put(&j, person);
        bh_json_put_close(&j);
        return bh_arena_str(call->arena, bh_str_trim(bh_buf_str(&out)));
}

static int answer(struct edit *e, int status) {
        struct bh_json_put j = { .out = &e->call->out, .compact = true };

        e->call->status = status;
        bh_json_put_open(&j, NULL, '{');
        bh_person_put(&j, &e->now);
        bh_json_put_some(&j, "password", e->shown);
        bh_json_put_close(&j);
        return 0;
}

/* What of the body is given, and must be right. */
static int read_fields(struct edit *e, struct bh_err *err) {
        const struct bh_doc *role = bh_doc_get(e->body, "role");

        if (bh_doc_get(e->body, "full_name"))
                e->now.full_name = bh_str_trim(bh_doc_get_text(e->body, "full_name"));
        if (bh_doc_get(e->body, "email"))
                e->now.email = bh_str_trim(bh_doc_get_text(e->body, "email"));
        if (role)
                e->now.role = bh_role_of(bh_doc_str(role));
        e->now.disabled = bh_doc_bool(bh_doc_get(e->body, "disabled"), e->now.disabled);
        if (e->now.role == _BH_ROLE_MAX)
                return bh_fail(err, BH_E_USAGE, "role is one of administrator, security, operations, developer, auditor");
        if (e->now.full_name.len > TEXT_MAX || e->now.email.len > TEXT_MAX)
                return bh_fail(err, BH_E_USAGE, "full_name and email have at most %d bytes", TEXT_MAX);
        return 0;
}

static int set_password(struct edit *e, struct bh_str given, struct bh_err *err) {
        const char *weakness = given.len ? bh_password_weakness(given, e->now.name) : NULL;
        int r = 0;

        if (weakness)
                return bh_fail(err, BH_E_USAGE, "%s", weakness);
        if (given.len == 0) {
                r = bh_secret_readable(e->call->arena, 5, &e->shown, err);
                given = e->shown;
        }
        e->now.must_change = true;
        return r < 0 ? r : bh_password_hash(e->call->arena, given, &e->now.password, err);
}

static int write_new(struct bh_db *db, void *user, struct bh_err *err) {
        struct edit *e = user;
        int r = bh_person_add(db, &e->now, e->call->now_ms, &e->now.id, err);

        e->now.created_ms = e->call->now_ms;
        return r < 0 ? r : bh_call_audit(db, e->call, "user.new", e->now.name, BH_STR(""), as_json(e->call, &e->now), err);
}

static int post_user(struct bh_call *call, struct bh_err *err) {
        struct edit e = { .call = call, .now = { .role = _BH_ROLE_MAX } };
        int r = bh_call_body(call, &e.body, err);

        if (r < 0)
                return r;
        e.now.name = bh_person_name(call->arena, bh_doc_get_text(e.body, "name"));
        if (e.now.name.len == 0)
                return bh_call_problem(call, 422, "name: letters, digits, and . _ @ - after the first, at most 64");
        r = read_fields(&e, err);
        if (r < 0)
                return r;
        r = bh_person_by_name(call->db, call->arena, e.now.name, &e.was, err);
        if (r != 0)
                return r < 0 ? r : bh_call_problem(call, 409, "there is an account of this name already");
        bh_call_read_done(call);
        r = set_password(&e, bh_doc_get_text(e.body, "password"), err);
        if (r >= 0)
                r = bh_store_write(call->store, write_new, &e, err);
        return r < 0 ? r : answer(&e, 201);
}

/* 1: found; 0: answered. */
static int load(struct bh_call *call, struct bh_person *ret, struct bh_err *err) {
        uint64_t id;
        int r;

        if (!bh_str_u64(bh_call_part(call, "id"), &id) || id > INT64_MAX)
                return bh_call_problem(call, 404, "there is no such account");
        r = bh_person_by_id(call->db, call->arena, (int64_t) id, ret, err);
        return r == 0 ? bh_call_problem(call, 404, "there is no such account") : r;
}

static int get_user(struct bh_call *call, struct bh_err *err) {
        struct edit e = { .call = call };
        int r = load(call, &e.now, err);

        return r <= 0 ? r : answer(&e, 200);
}

/* Somebody must be left who can undo it. */
static int others_left(struct bh_db *db, int64_t id, bool *ret, struct bh_err *err) {
        int64_t n = 0;
        int r = bh_db_number(db, "SELECT count(*) FROM person WHERE role = 'administrator' AND disabled = 0 AND id <> ?1", BH_ARGS(bh_arg_int(id)), &n, err);

        *ret = n > 0;
        return r < 0 ? r : 0;
}

static bool rules(const struct bh_person *p) {
        return p->role == BH_ROLE_ADMINISTRATOR && !p->disabled;
}

/* Whoever was logged in with what is no longer so, is no longer. */
static bool lost(const struct edit *e) {
        return e->now.role != e->was.role || e->now.disabled || !bh_str_eq(e->now.password, e->was.password) || e->now.totp_on != e->was.totp_on;
}

static int write_edit(struct bh_db *db, void *user, struct bh_err *err) {
        struct edit *e = user;
        bool left = true;
        int r = rules(&e->was) && !rules(&e->now) ? others_left(db, e->now.id, &left, err) : 0;

        e->last = !left;
        if (r < 0 || e->last)
                return r;
        r = bh_db_run(db,
                      "UPDATE person SET full_name = ?2, email = ?3, role = ?4, password = ?5, must_change = ?6, disabled = ?7, totp_on = ?8, totp = ?9,"
                      " recovery = ?10 WHERE id = ?1",
                      BH_ARGS(bh_arg_int(e->now.id), bh_arg_text(e->now.full_name), bh_arg_text(e->now.email), bh_arg_text(bh_str_of(bh_role_str(e->now.role))),
                              bh_arg_text(e->now.password), bh_arg_int(e->now.must_change), bh_arg_int(e->now.disabled), bh_arg_int(e->now.totp_on),
                              bh_arg_text(e->now.totp), bh_arg_text(e->now.recovery)),
                      NULL, err);
        if (r >= 0 && lost(e))
                r = bh_session_end_all(db, e->now.id, 0, err);
        return r < 0 ? r : bh_call_audit(db, e->call, "user.change", e->now.name, as_json(e->call, &e->was), as_json(e->call, &e->now), err);
}

static int patch_user(struct bh_call *call, struct bh_err *err) {
        struct edit e = { .call = call };
        const struct bh_doc *password;
        int r = bh_call_body(call, &e.body, err);

        if (r < 0 || (r = load(call, &e.was, err)) <= 0)
                return r;
        bh_call_read_done(call);
        e.now = e.was;
        password = bh_doc_get(e.body, "password");
        r = read_fields(&e, err);
        if (r >= 0 && password) /* null: make one up */
                r = set_password(&e, bh_doc_str(password), err);
        if (r < 0)
                return r;
        if (!bh_doc_bool(bh_doc_get(e.body, "totp"), true)) { /* the authenticator is lost */
                e.now.totp_on = false;
                e.now.totp = e.now.recovery = BH_STR("");
        }
        r = bh_store_write(call->store, write_edit, &e, err);
        if (r < 0)
                return r;
        if (e.last)
                return bh_call_problem(call, 409, "this is the last administrator");
        if (lost(&e))
                bh_live_end(call->server, e.now.id);
        return answer(&e, 200);
}

static int write_delete(struct bh_db *db, void *user, struct bh_err *err) {
        static const char *const tables[] = { "DELETE FROM api_token WHERE person_id = ?1", "DELETE FROM session WHERE person_id = ?1",
                                              "DELETE FROM team_member WHERE person_id = ?1", "DELETE FROM person WHERE id = ?1" };
        struct edit *e = user;
        bool left = true;
        int r = rules(&e->was) ? others_left(db, e->was.id, &left, err) : 0;

        e->last = !left;
        for (size_t i = 0; r >= 0 && left && i < BH_LEN(tables); i++)
                r = bh_db_run(db, tables[i], BH_ARGS(bh_arg_int(e->was.id)), NULL, err);
        return r < 0 || e->last ? r : bh_call_audit(db, e->call, "user.delete", e->was.name, as_json(e->call, &e->was), BH_STR(""), err);
}

static int delete_user(struct bh_call *call, struct bh_err *err) {
        struct edit e = { .call = call };
        int r = load(call, &e.was, err);

        if (r <= 0)
                return r;
        bh_call_read_done(call);
        if (e.was.id == call->who.user_id)
                return bh_call_problem(call, 409, "this is your own account");
        r = bh_store_write(call->store, write_delete, &e, err);
        if (r < 0)
                return r;
        if (e.last)
                return bh_call_problem(call, 409, "this is the last administrator");
        bh_live_end(call->server, e.was.id);
        call->status = 204;
        return 0;
}

const struct bh_route bh_routes_users[] = {
        { "GET", "/api/v1/users", "listUsers", BH_MAY_AUDIT_READ, NULL, &list, 0 },
        { "POST", "/api/v1/users", "newUser", BH_MAY_USERS_WRITE, post_user, NULL, 0 },
        { "GET", "/api/v1/users/{id}", "getUser", BH_MAY_AUDIT_READ, get_user, NULL, 0 },
        { "PATCH", "/api/v1/users/{id}", "changeUser", BH_MAY_USERS_WRITE, patch_user, NULL, 0 },
        { "DELETE", "/api/v1/users/{id}", "deleteUser", BH_MAY_USERS_WRITE, delete_user, NULL, 0 },
        { 0 },
};
