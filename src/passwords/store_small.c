/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stores that take a few lines:
 *
 *     VNC       passwd: 8 bytes, and 8 more for who may only look
 *     Grafana   grafana.db, SQLite: table user; login, password and salt are its columns 2, 5 and 6
 *     Gitea     gitea.db, SQLite: table user; columns by name, for its age decides their order
 *     RabbitMQ  definitions.json: "users": [{ "name", "password_hash", "hashing_algorithm" }]
 *     Docker    config.json: "auths": { "host": { "auth": base64 of user:password } }
 */
#include "fmt/json.h"
#include "fmt/sqlitedb.h"
#include "base/text.h"
#include "passwords/stores.h"

int bh_parse_vnc(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_str bytes = file->bytes;

        if (bytes.len < 8)
                return bh_fail(err, BH_E_FORMAT, "shorter than a password of VNC");
        (void) bh_store_add(found, BH_STR("vnc"), bh_str_part(bytes, 0, 8), BH_SCHEME_VNC, 0);
        if (bytes.len >= 16)
                (void) bh_store_add(found, BH_STR("view only"), bh_str_part(bytes, 8, 8), BH_SCHEME_VNC, 0);
        return 0;
}

int bh_parse_grafana(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        enum { LOGIN = 2, PASSWORD = 5, SALT = 6 };
        struct bh_sqlitedb_rows rows;
        struct bh_sqlitedb_row row;
        struct bh_sqlitedb db;
        int r = bh_sqlitedb_open(file->bytes, &db, err);

        r = r < 0 ? r : bh_sqlitedb_table(&db, found->arena, "user", &rows, err);
        while (r > 0 && (r = bh_sqlitedb_next(&rows, &row, err)) > 0) {
                struct bh_str login, password, salt;

                if (bh_sqlitedb_bytes(&row, LOGIN, &login) && bh_sqlitedb_bytes(&row, PASSWORD, &password) && bh_sqlitedb_bytes(&row, SALT, &salt) && password.len)
                        (void) bh_store_add(found, bh_arena_str(found->arena, login), bh_arena_printf(found->arena, "%.*s$%.*s", BH_FMT(salt), BH_FMT(password)),
                                            BH_SCHEME_GRAFANA, 0);
        }
        return r;
}

static struct bh_str column(const struct bh_sqlitedb_row *row, int at) {
        struct bh_str s = { 0 };

        return at >= 0 && bh_sqlitedb_bytes(row, (unsigned) at, &s) ? s : (struct bh_str){ 0 };
}

struct gitea_user {
        struct bh_str name, lower, algorithm, salt, key;
        bool barred;
};

static void add_gitea_user(struct bh_store_found *found, const struct gitea_user *u) {
        struct bh_str name = bh_arena_str(found->arena, u->name), algorithm = u->algorithm.len ? u->algorithm : BH_STR("pbkdf2");
        struct bh_secret *s;

        if (name.len == 0 || u->key.len == 0)
                return; /* an organisation, or somebody who logs in elsewhere */
        if (bh_str_starts(u->key, BH_STR("$2"))) /* bcrypt, with all it needs */
                s = bh_store_add(found, name, bh_arena_str(found->arena, u->key), BH_SCHEME_ANY, 0);
        else
                s = bh_store_add(found, name, bh_arena_printf(found->arena, "%.*s:%.*s:%.*s", BH_FMT(algorithm), BH_FMT(u->salt), BH_FMT(u->key)), BH_SCHEME_GITEA, 0);
        if (s)
                s->also[0] = bh_arena_str(found->arena, u->lower);
        if (s && u->barred)
                s->state = BH_SECRET_LOCKED;
}

int bh_parse_gitea(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        static const char *const names[] = { "name", "lower_name", "passwd_hash_algo", "salt", "passwd", "prohibit_login" };
        enum { NAME, LOWER, ALGORITHM, SALT, KEY, BARRED, COLUMNS };
        struct bh_sqlitedb_rows rows;
        struct bh_sqlitedb_row row;
        struct bh_sqlitedb db;
        int at[COLUMNS], r = bh_sqlitedb_open(file->bytes, &db, err);

        for (size_t i = 0; r >= 0 && i < COLUMNS; i++)
                at[i] = bh_sqlitedb_column(&db, found->arena, "user", names[i]);
        r = r < 0 ? r : bh_sqlitedb_table(&db, found->arena, "user", &rows, err);
        while (r > 0 && (r = bh_sqlitedb_next(&rows, &row, err)) > 0) {
                struct gitea_user u = { column(&row, at[NAME]), column(&row, at[LOWER]), column(&row, at[ALGORITHM]), column(&row, at[SALT]), column(&row, at[KEY]), false };
                int64_t barred = 0;

                u.barred = at[BARRED] >= 0 && bh_sqlitedb_int(&row, (unsigned) at[BARRED], &barred) && barred != 0;
                add_gitea_user(found, &u);
        }
        return r;
}

int bh_parse_rabbit(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        const struct bh_doc *doc;
        int r = bh_json_parse(found->arena, file->bytes, &doc, err);

        if (r < 0)
                return r;
        for (const struct bh_doc *u = bh_doc_first(bh_doc_get(doc, "users")); u; u = u->next) {
                struct bh_str hash = bh_doc_get_text(u, "password_hash"), plain = bh_doc_get_text(u, "password");

                if (hash.len || plain.len)
                        (void) bh_store_add(found, bh_doc_get_text(u, "name"), hash.len ? hash : plain, hash.len ? BH_SCHEME_RABBIT : BH_SCHEME_PLAIN, u->line);
        }
        return 0;
}

int bh_parse_docker_auth(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        const struct bh_doc *doc;
        int r = bh_json_parse(found->arena, file->bytes, &doc, err);

        if (r < 0)
                return r;
        for (const struct bh_doc *a = bh_doc_first(bh_doc_get(doc, "auths")); a; a = a->next) {
                struct bh_str both, user, password;
                struct bh_secret *s;

                if (!bh_base64_decode(found->arena, bh_doc_get_text(a, "auth"), &both) || !bh_str_cut(both, ':', &user, &password) || password.len == 0)
                        continue;
                s = bh_store_add(found, bh_arena_printf(found->arena, "%.*s@%.*s", BH_FMT(user), BH_FMT(a->key)), password, BH_SCHEME_PLAIN, a->line);
                if (s)
                        s->also[0] = user;
        }
        return 0;
}
