/* SPDX-License-Identifier: Apache-2.0 */
/* API tokens: for programs, narrower than their person, and not for ever. */
#include "serve/core.h"
#include "serve/people.h"
#include "serve/roles.h"
#include "serve/routes.h"
#include "serve/secret.h"

enum { NAME_MAX_BYTES = 100, TOKENS_EACH = 100 };

#define DAY_MS (24ll * 60 * 60 * 1000)
#define LONGEST_MS (366 * DAY_MS)

static const struct bh_list_column columns[] = {
        { "id", "t.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT },
        { "person", "p.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH | BH_LIST_FACET },
        { "name", "t.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH },
        { "scope", "t.scope", BH_LIST_TEXT, BH_LIST_FILTER },
        { "created_ms", "t.created_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT },
        { "expires_ms", "t.expires_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT },
        { "used_ms", "t.used_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT },
        { "used_address", "t.used_address", BH_LIST_TEXT, BH_LIST_FILTER },
        { 0 },
};

static const struct bh_list list = {
        .name = "tokens", .from = "api_token t JOIN person p ON p.id = t.person_id", .key = "t.id", .key_type = BH_LIST_INT, .sort = "-id", .columns = columns
};

static bool sees_all(const struct bh_call *call) {
        return call->who.may & (1u << BH_MAY_USERS_WRITE);
}

static int list_tokens(struct bh_call *call, struct bh_err *err) {
        return bh_list_reply(call, &list, sees_all(call) ? NULL : "t.person_id = ?", bh_arg_int(call->who.user_id), err);
}

struct make {
        struct bh_call *call;
        struct bh_str name, scope, hash;
        int64_t id, expires_ms;
        bool too_many;
};

static int write_new(struct bh_db *db, void *user, struct bh_err *err) {
        struct make *m = user;
        const struct bh_call *call = m->call;
        int64_t n;
        int r = bh_db_number(db, "SELECT count(*) FROM api_token WHERE person_id = ?1", BH_ARGS(bh_arg_int(call->who.user_id)), &n, err);

        m->too_many = r >= 0 && n >= TOKENS_EACH;
        if (r < 0 || m->too_many)
                return r;
        r = bh_db_number(db, "INSERT INTO api_token(hash, person_id, name, scope, created_ms, expires_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6) RETURNING id",
                         BH_ARGS(bh_arg_text(m->hash), bh_arg_int(call->who.user_id), bh_arg_text(m->name), bh_arg_text(m->scope), bh_arg_int(call->now_ms),
                                 bh_arg_int(m->expires_ms)),
                         &m->id, err);
        return r < 0 ? r : bh_call_audit(db, call, "token.new", m->name, BH_STR(""), m->scope, err);
}

/* Only what its person may, and none of what only a person at a keyboard should. */
static int read_scope(struct make *m, const struct bh_doc *words, struct bh_err *err) {
        for (const struct bh_doc *n = bh_doc_first(words); n; n = n->next) {
                enum bh_permission p = bh_permission_of(bh_doc_str(n));

                if (p == _BH_PERMISSION_MAX || p == BH_MAY_AGENT || p <= BH_MAY_SELF)
                        return bh_fail(err, BH_E_USAGE, "scope: there is no permission %s", BH_QUOTE(bh_doc_str(n)));
                if (!(m->call->who.may & (1u << p)))
                        return bh_fail(err, BH_E_DENIED, "scope: %s is more than you may", bh_permission_str(p));
                m->scope = bh_arena_printf(m->call->arena, "%.*s%s%s", BH_FMT(m->scope), m->scope.len ? "," : "", bh_permission_str(p));
        }
        return m->scope.len ? 0 : bh_fail(err, BH_E_USAGE, "scope: which permissions the token has, as a list of words");
}

static int read_body(struct make *m, struct bh_err *err) {
        const struct bh_doc *body;
        int r = bh_call_body(m->call, &body, err);

        if (r < 0)
                return r;
        m->name = bh_str_trim(bh_doc_get_text(body, "name"));
        m->expires_ms = bh_doc_int(bh_doc_get(body, "expires_ms"), m->call->now_ms + 90 * DAY_MS);
        if (m->name.len == 0 || m->name.len > NAME_MAX_BYTES)
                return bh_fail(err, BH_E_USAGE, "name: what it is for, in at most %d bytes", NAME_MAX_BYTES);
        if (m->expires_ms <= m->call->now_ms || m->expires_ms > m->call->now_ms + LONGEST_MS)
                return bh_fail(err, BH_E_USAGE, "expires_ms: in the future, and within a year");
        return read_scope(m, bh_doc_get(body, "scope"), err);
}

static int post_token(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct make m = { .call = call };
        struct bh_str token;
        int r = read_body(&m, err);

        if (r >= 0)
                r = bh_secret_new(call->arena, "bht_", &token, err);
        if (r < 0)
                return r;
        m.hash = bh_secret_hash(call->arena, token);
        r = bh_store_write(call->store, write_new, &m, err);
        if (r < 0)
                return r;
        if (m.too_many)
                return bh_call_problem(call, 409, "you have %d tokens already", TOKENS_EACH);
        call->status = 201;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "id", m.id);
        bh_json_put_str(&j, "name", m.name);
        bh_json_put_str(&j, "scope", m.scope);
        bh_json_put_int(&j, "expires_ms", m.expires_ms);
        bh_json_put_str(&j, "token", token);
        bh_json_put_close(&j);
        return 0;
}

struct drop {
        struct bh_call *call;
        int64_t id;
        struct bh_str name;
        bool found;
};

static int write_drop(struct bh_db *db, void *user, struct bh_err *err) {
        struct drop *d = user;
        const struct bh_call *call = d->call;
        int r = bh_db_text(db, "DELETE FROM api_token WHERE id = ?1 AND (person_id = ?2 OR ?3) RETURNING name",
                           BH_ARGS(bh_arg_int(d->id), bh_arg_int(call->who.user_id), bh_arg_int(sees_all(call))), call->arena, &d->name, err);

        d->found = r > 0;
        return r <= 0 ? r : bh_call_audit(db, call, "token.delete", d->name, BH_STR(""), BH_STR(""), err);
}

static int delete_token(struct bh_call *call, struct bh_err *err) {
        struct drop d = { .call = call };
        uint64_t id;
        int r;

        if (!bh_str_u64(bh_call_part(call, "id"), &id) || id > INT64_MAX)
                return bh_call_problem(call, 404, "there is no such token");
        d.id = (int64_t) id;
        r = bh_store_write(call->store, write_drop, &d, err);
        if (r < 0)
                return r;
        if (!d.found)
                return bh_call_problem(call, 404, "there is no such token");
        call->status = 204;
        return 0;
}

const struct bh_route bh_routes_tokens[] = {
        { "GET", "/api/v1/tokens", "listTokens", BH_MAY_SELF, list_tokens, NULL, 0 },
        { "POST", "/api/v1/tokens", "newToken", BH_MAY_SELF, post_token, NULL, 0 },
        { "DELETE", "/api/v1/tokens/{id}", "deleteToken", BH_MAY_SELF, delete_token, NULL, 0 },
        { 0 },
};
