/* SPDX-License-Identifier: Apache-2.0 */
/* Logging in at an identity provider, and how that is set up. */
#include "fmt/json.h"
#include "serve/core.h"
#include "serve/oidc.h"
#include "serve/people.h"
#include "serve/roles.h"
#include "serve/routes.h"
#include "serve/secret.h"

#define COOKIE "bh_oidc"

enum { FLOW_S = 600, AT_ONCE = 4, TEXT_MAX = 500, CA_MAX = 64 * 1024 };

/* ---- the two steps of a browser ---- */

/* Strangers make us ask the provider: not more than a few at a time. */
static bool enter(struct bh_server *server) {
        if (__atomic_add_fetch(&server->oidc_busy, 1, __ATOMIC_ACQ_REL) <= AT_ONCE)
                return true;
        __atomic_sub_fetch(&server->oidc_busy, 1, __ATOMIC_ACQ_REL);
        return false;
}

static void leave(struct bh_server *server) {
        __atomic_sub_fetch(&server->oidc_busy, 1, __ATOMIC_ACQ_REL);
}

static int load(struct bh_call *call, struct bh_oidc *ret, struct bh_err *err) {
        int r = bh_oidc_load(call->db, call->arena, ret, err);

        bh_call_read_done(call);
        return r < 0 ? r : r > 0 && ret->enabled;
}

static void set_cookie(struct bh_call *call, struct bh_str secret, int age_s) {
        /* Lax: the provider sends the browser back, and this one must come along. */
        bh_call_reply_header(call, "Set-Cookie", COOKIE "=%.*s; Path=/api/v1/session/oidc; Max-Age=%d; HttpOnly; Secure; SameSite=Lax", BH_FMT(secret), age_s);
}

static int go_to(struct bh_call *call, struct bh_str url) {
        bh_buf_clear(&call->out);
        bh_call_reply_header(call, "Location", "%.*s", BH_FMT(url));
        call->status = 303;
        return 0;
}

/* A person looks at this answer, not a program: back to the page, with a word it knows; the log has the rest. */
static int fail(struct bh_call *call, const char *word, const struct bh_err *why) {
        bh_server_log(call->server, "error", "OIDC log-in: %s%s%s", word, why ? ": " : "", why ? why->text : "");
        return go_to(call, bh_arena_printf(call->arena, "/login?oidc=%s", word));
}

static int begin(struct bh_call *call, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_oidc_flow flow;
        struct bh_str secret, url;
        struct bh_oidc oidc;
        int r = load(call, &oidc, err);

        if (r <= 0)
                return r < 0 ? r : bh_call_problem(call, 404, "no identity provider is set up");
        r = bh_secret_new(call->arena, "", &secret, err);
        if (r < 0)
                return r;
        if (!enter(call->server))
                return fail(call, "busy", NULL);
        flow = bh_oidc_flow_of(call->arena, secret);
        r = bh_oidc_begin(call->arena, &oidc, &flow, &url, &why);
        leave(call->server);
        if (r < 0)
                return fail(call, "provider", &why);
        set_cookie(call, secret, FLOW_S);
        return go_to(call, url);
}

struct arrive {
        struct bh_call *call;
        const struct bh_oidc *oidc;
        struct bh_oidc_person from;
        struct bh_person person;
        const char *refused;
};

static struct bh_str key_of(const struct arrive *a) {
        return bh_arena_printf(a->call->arena, "%.*s %.*s", BH_FMT(a->oidc->issuer), BH_FMT(a->from.subject));
}

static int make(struct bh_db *db, struct arrive *a, struct bh_err *err) {
        struct bh_person there;
        int r;

        a->person = (struct bh_person){ .name = bh_person_name(a->call->arena, a->from.name), .full_name = bh_str_part(a->from.full_name, 0, 200),
                                        .email = bh_str_part(a->from.email, 0, 200), .role = a->from.role, .oidc = key_of(a) };
        if (a->person.name.len == 0)
                a->refused = "name";
        r = a->refused ? 0 : bh_person_by_name(db, a->call->arena, a->person.name, &there, err);
        if (r > 0) /* whoever has that name here is not proven to be the same */
                a->refused = "taken";
        if (r < 0 || a->refused)
                return r;
        r = bh_person_add(db, &a->person, a->call->now_ms, &a->person.id, err);
        return r < 0 ? r : bh_call_audit(db, a->call, "user.new", a->person.name, BH_STR(""), bh_str_of(bh_role_str(a->person.role)), err);
}

/* The provider says the role anew each time. */
static int renew(struct bh_db *db, struct arrive *a, struct bh_err *err) {
        enum bh_role was = a->person.role;
        int r;

        if (was == a->from.role)
                return 0;
        a->person.role = a->from.role;
        r = bh_db_run(db, "UPDATE person SET role = ?2 WHERE id = ?1", BH_ARGS(bh_arg_int(a->person.id), bh_arg_text(bh_str_of(bh_role_str(a->from.role)))), NULL,
                      err);
        if (r >= 0)
                r = bh_session_end_all(db, a->person.id, 0, err);
        return r < 0 ? r : bh_call_audit(db, a->call, "user.change", a->person.name, bh_str_of(bh_role_str(was)), bh_str_of(bh_role_str(a->from.role)), err);
}

static int write_arrive(struct bh_db *db, void *user, struct bh_err *err) {
        struct arrive *a = user;
        int64_t id;
        int r = bh_db_number(db, "SELECT id FROM person WHERE oidc = ?1", BH_ARGS(bh_arg_text(key_of(a))), &id, err);

        if (r > 0)
                r = bh_person_by_id(db, a->call->arena, id, &a->person, err);
        if (r <= 0)
                return r < 0 ? r : make(db, a, err);
        if (a->person.disabled)
                a->refused = "disabled";
        return a->refused ? 0 : renew(db, a, err);
}

static int arrive(struct bh_call *call, const struct bh_oidc *oidc, const struct bh_oidc_person *from, struct bh_err *err) {
        struct arrive a = { .call = call, .oidc = oidc, .from = *from };
        struct bh_str csrf;
        int r;

        if (from->role == _BH_ROLE_MAX)
                return fail(call, "role", NULL);
        r = bh_store_write(call->store, write_arrive, &a, err);
        if (r < 0)
                return r;
        if (a.refused)
                return fail(call, a.refused, NULL);
        r = bh_session_begin(call, &a.person, "identity provider", NULL, NULL, &csrf, err);
        return r < 0 ? r : go_to(call, BH_STR("/"));
}

static int end(struct bh_call *call, struct bh_err *err) {
        struct bh_str secret = bh_arena_str(call->arena, bh_call_cookie(call, COOKIE)), code = bh_call_query(call, "code");
        struct bh_oidc_flow flow = bh_oidc_flow_of(call->arena, secret);
        struct bh_err why = BH_ERR_NONE;
        struct bh_oidc_person from;
        struct bh_oidc oidc;
        int r = load(call, &oidc, err);

        if (r <= 0)
                return r < 0 ? r : bh_call_problem(call, 404, "no identity provider is set up");
        set_cookie(call, BH_STR(""), 0);
        if (secret.len == 0 || !bh_secret_same(bh_call_query(call, "state"), flow.state))
                return fail(call, "state", NULL);
        if (code.len == 0)
                return fail(call, "denied", NULL);
        if (!enter(call->server))
                return fail(call, "busy", NULL);
        r = bh_oidc_end(call->arena, &oidc, &flow, code, call->now_ms / 1000, &from, &why);
        leave(call->server);
        return r < 0 ? fail(call, "provider", &why) : arrive(call, &oidc, &from, err);
}

/* For the log-in page. */
static int methods(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct bh_oidc oidc;
        int r = load(call, &oidc, err);

        if (r < 0)
                return r;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_bool(&j, "password", true);
        if (r > 0) {
                bh_json_put_open(&j, "oidc", '{');
                bh_json_put_str(&j, "title", oidc.title);
                bh_json_put_cstr(&j, "url", "/api/v1/session/oidc");
                bh_json_put_close(&j);
        } else
                bh_json_put_null(&j, "oidc");
        bh_json_put_close(&j);
        return 0;
}

/* ---- how it is set up ---- */

static const char *const words[] = { "title", "issuer", "client_id", "url", "claim", "otherwise", "scope", "ca_pem" };

/* `secret`: the stored form; without it, what is shown. */
static void put_setting(struct bh_buf *out, const struct bh_doc *doc, struct bh_str secret, bool stored) {
        struct bh_json_put j = { .out = out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_bool(&j, "enabled", bh_doc_bool(bh_doc_get(doc, "enabled"), false));
        for (size_t i = 0; i < BH_LEN(words); i++)
                bh_json_put_str(&j, words[i], bh_doc_get_text(doc, words[i]));
        bh_json_put_open(&j, "roles", '[');
        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(doc, "roles")); n; n = n->next) {
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_str(&j, "value", bh_doc_get_text(n, "value"));
                bh_json_put_str(&j, "role", bh_doc_get_text(n, "role"));
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        if (stored)
                bh_json_put_str(&j, "client_secret", secret);
        else
                bh_json_put_bool(&j, "client_secret_set", secret.len > 0);
        bh_json_put_close(&j);
}

static int read_setting(struct bh_db *db, struct bh_arena *arena, const struct bh_doc **ret, struct bh_err *err) {
        struct bh_str text;
        int r = bh_db_text(db, "SELECT value FROM setting WHERE name = 'oidc'", BH_NO_ARGS, arena, &text, err);

        *ret = NULL;
        return r <= 0 ? r : bh_json_parse(arena, text, ret, err);
}

static int get_setting(struct bh_call *call, struct bh_err *err) {
        const struct bh_doc *doc;
        int r = read_setting(call->db, call->arena, &doc, err);

        if (r < 0)
                return r;
        put_setting(&call->out, doc, bh_doc_get_text(doc, "client_secret"), false);
        return 0;
}

struct set {
        struct bh_call *call;
        const struct bh_doc *body;
};

static struct bh_str printed(struct bh_call *call, const struct bh_doc *doc, struct bh_str secret, bool stored) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        put_setting(&out, doc, secret, stored);
        return bh_arena_str(call->arena, bh_str_trim(bh_buf_str(&out)));
}

static int write_setting(struct bh_db *db, void *user, struct bh_err *err) {
        struct set *s = user;
        const struct bh_doc *was, *given = bh_doc_get(s->body, "client_secret");
        struct bh_str old, secret;
        int r = read_setting(db, s->call->arena, &was, err);

        if (r < 0)
                return r;
        old = bh_doc_get_text(was, "client_secret");
        secret = given ? bh_doc_str(given) : old;
        r = bh_db_run(db, "INSERT INTO setting(name, value) VALUES('oidc', ?1) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
                      BH_ARGS(bh_arg_text(printed(s->call, s->body, secret, true))), NULL, err);
        return r < 0 ? r : bh_call_audit(db, s->call, "oidc.change", BH_STR("oidc"), printed(s->call, was, old, false), printed(s->call, s->body, secret, false), err);
}

static bool is_url(struct bh_str text) {
        return bh_str_starts(text, BH_STR("https://")) || bh_str_starts(text, BH_STR("http://127.0.0.1:")) || bh_str_starts(text, BH_STR("http://localhost:"));
}

static int check(const struct bh_doc *body, struct bh_err *err) {
        struct bh_str otherwise = bh_doc_get_text(body, "otherwise");

        for (size_t i = 0; i < BH_LEN(words); i++)
                if (bh_doc_get_text(body, words[i]).len > (bh_str_is(bh_str_of(words[i]), "ca_pem") ? CA_MAX : TEXT_MAX))
                        return bh_fail(err, BH_E_USAGE, "%s is too long", words[i]);
        if (!is_url(bh_doc_get_text(body, "issuer")) || !is_url(bh_doc_get_text(body, "url")))
                return bh_fail(err, BH_E_USAGE, "issuer and url are https addresses (http only on this machine)");
        if (bh_doc_get_text(body, "client_id").len == 0)
                return bh_fail(err, BH_E_USAGE, "client_id: by which the provider knows this server");
        if (otherwise.len && bh_role_of(otherwise) == _BH_ROLE_MAX)
                return bh_fail(err, BH_E_USAGE, "otherwise is a role, or empty");
        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(body, "roles")); n; n = n->next)
                if (bh_doc_get_text(n, "value").len == 0 || bh_role_of(bh_doc_get_text(n, "role")) == _BH_ROLE_MAX)
                        return bh_fail(err, BH_E_USAGE, "roles: each has a value of the claim, and a role");
        return 0;
}

static int put_setting_route(struct bh_call *call, struct bh_err *err) {
        struct set s = { .call = call };
        int r = bh_call_body(call, &s.body, err);

        if (r >= 0)
                r = check(s.body, err);
        if (r < 0)
                return r;
        bh_call_read_done(call);
        r = bh_store_write(call->store, write_setting, &s, err);
        if (r >= 0)
                r = bh_call_reread(call, err);
        return r < 0 ? r : get_setting(call, err);
}

const struct bh_route bh_routes_sso[] = {
        { "GET", "/api/v1/session/methods", "getLoginMethods", BH_MAY_NOBODY, methods, NULL, 0 },
        { "GET", "/api/v1/session/oidc", "beginOidc", BH_MAY_NOBODY, begin, NULL, 0 },
        { "GET", "/api/v1/session/oidc/callback", "endOidc", BH_MAY_NOBODY, end, NULL, 0 },
        { "GET", "/api/v1/oidc", "getOidc", BH_MAY_USERS_WRITE, get_setting, NULL, 0 },
        { "PUT", "/api/v1/oidc", "setOidc", BH_MAY_USERS_WRITE, put_setting_route, NULL, 0 },
        { 0 },
};
