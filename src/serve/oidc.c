/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/oidc.h"

#include "base/text.h"
#include "fmt/json.h"
#include "http/http.h"
#include "serve/jwt.h"
#include "serve/roles.h"
#include "serve/secret.h"

enum { ANSWER_MAX = 1024 * 1024, LIMIT_MS = 10 * 1000 };

static struct bh_str text_or(const struct bh_doc *doc, const char *name, const char *otherwise) {
        struct bh_str text = bh_doc_get_text(doc, name);

        return text.len ? text : bh_str_of(otherwise);
}

int bh_oidc_load(struct bh_db *db, struct bh_arena *arena, struct bh_oidc *ret, struct bh_err *err) {
        const struct bh_doc *doc;
        struct bh_str text;
        int r = bh_db_text(db, "SELECT value FROM setting WHERE name = 'oidc'", BH_NO_ARGS, arena, &text, err);

        if (r <= 0)
                return r;
        r = bh_json_parse(arena, text, &doc, err);
        if (r < 0)
                return bh_wrap(err, BH_E_BUG, "setting oidc");
        *ret = (struct bh_oidc){
                .enabled = bh_doc_bool(bh_doc_get(doc, "enabled"), false),
                .title = text_or(doc, "title", "Single sign-on"),
                .issuer = bh_doc_get_text(doc, "issuer"),
                .client_id = bh_doc_get_text(doc, "client_id"),
                .client_secret = bh_doc_get_text(doc, "client_secret"),
                .url = bh_doc_get_text(doc, "url"),
                .ca_pem = bh_doc_get_text(doc, "ca_pem"),
                .claim = text_or(doc, "claim", "groups"),
                .roles = bh_doc_get(doc, "roles"),
                .otherwise = bh_doc_get_text(doc, "otherwise"),
                .scope = text_or(doc, "scope", "openid profile email"),
        };
        return 1;
}

struct bh_oidc_flow bh_oidc_flow_of(struct bh_arena *arena, struct bh_str secret) {
        return (struct bh_oidc_flow){ bh_secret_derive(arena, secret, "state"), bh_secret_derive(arena, secret, "nonce"), bh_secret_derive(arena, secret, "pkce") };
}

/* ---- speaking to the provider ---- */

struct provider {
        struct bh_arena *arena;
        const struct bh_oidc *o;
        struct bh_http *http;
        const struct bh_doc *about; /* its discovery document */
};

/* Plain HTTP is for a provider on this machine: nobody else is between us. */
static bool is_local(struct bh_str url) {
        return bh_str_starts(url, BH_STR("http://127.0.0.1:")) || bh_str_starts(url, BH_STR("http://localhost:")) || bh_str_starts(url, BH_STR("http://[::1]:"));
}

static struct bh_http *client_of(const struct bh_oidc *o) {
        return bh_http_new(&(struct bh_http_opts){ .ca_pem = o->ca_pem, .plain_http = is_local(o->issuer), .retries = 1, .timeout_s = 10 });
}

static int ask(struct provider *p, const struct bh_http_request *request, const struct bh_doc **ret, struct bh_err *err) {
        struct bh_http_reply reply = { 0 };
        int r = bh_http_do(p->http, request, &reply, err);

        if (r >= 0 && reply.status != 200) /* its words are not ours to show, they may hold what was sent */
                r = bh_fail(err, BH_E_DENIED, "it answered %ld", reply.status);
        if (r >= 0)
                r = bh_json_parse(p->arena, bh_arena_str(p->arena, bh_buf_str(&reply.body)), ret, err);
        bh_http_reply_done(&reply);
        return r < 0 ? r : 0;
}

static int get(struct provider *p, struct bh_str url, struct bh_str authorization, const struct bh_doc **ret, struct bh_err *err) {
        const struct bh_http_request request = { .url = url, .authorization = authorization, .accept = BH_STR("application/json"), .limit_ms = LIMIT_MS,
                                                 .max_bytes = ANSWER_MAX };
        int r = is_local(url) || bh_str_starts(url, BH_STR("https://")) ? ask(p, &request, ret, err) : bh_fail(err, BH_E_DENIED, "it is not https");

        return r < 0 ? bh_wrap(err, r, "%s", BH_QUOTE(url)) : 0;
}

static int discover(struct provider *p, struct bh_err *err) {
        struct bh_str issuer = p->o->issuer;
        int r;

        (void) bh_str_cut_suffix(&issuer, BH_STR("/"));
        r = get(p, bh_arena_printf(p->arena, "%.*s/.well-known/openid-configuration", BH_FMT(issuer)), BH_STR(""), &p->about, err);
        if (r < 0)
                return r;
        if (!bh_str_eq(bh_doc_get_text(p->about, "issuer"), p->o->issuer))
                return bh_fail(err, BH_E_DENIED, "the provider calls itself %s", BH_QUOTE(bh_doc_get_text(p->about, "issuer")));
        return 0;
}

static struct bh_str callback_of(struct bh_arena *arena, const struct bh_oidc *o) {
        struct bh_str url = o->url;

        (void) bh_str_cut_suffix(&url, BH_STR("/"));
        return bh_arena_printf(arena, "%.*s/api/v1/session/oidc/callback", BH_FMT(url));
}

static struct bh_str escaped(struct bh_arena *arena, struct bh_str text) {
        return bh_http_escape(arena, text, false);
}

/* base64url(SHA-256(verifier)), without padding. */
static struct bh_str challenge_of(struct bh_arena *arena, struct bh_str verifier) {
        unsigned char digest[32] = { 0 };
        struct bh_str text;
        char *out;

        (void) bh_unhex(bh_secret_hash(arena, verifier), digest, sizeof digest);
        text = bh_base64_encode(arena, (struct bh_str){ (const char *) digest, sizeof digest });
        (void) bh_str_cut_suffix(&text, BH_STR("="));
        out = bh_arena_bytes(arena, text.len);
        for (size_t i = 0; i < text.len; i++)
                out[i] = text.at[i] == '+' ? '-' : text.at[i] == '/' ? '_' : text.at[i];
        return (struct bh_str){ out, text.len };
}

int bh_oidc_begin(struct bh_arena *arena, const struct bh_oidc *o, const struct bh_oidc_flow *flow, struct bh_str *ret_url, struct bh_err *err) {
        BH_CLEANUP(bh_http_free) struct bh_http *http = client_of(o);
        struct provider p = { arena, o, http, NULL };
        struct bh_str at;
        int r = discover(&p, err);

        if (r < 0)
                return r;
        at = bh_doc_get_text(p.about, "authorization_endpoint");
        if (!bh_str_starts(at, BH_STR("https://")) && !is_local(at))
                return bh_fail(err, BH_E_DENIED, "the provider's authorization endpoint is not https");
        *ret_url = bh_arena_printf(arena,
                                   "%.*s%cresponse_type=code&client_id=%.*s&redirect_uri=%.*s&scope=%.*s&state=%.*s&nonce=%.*s&code_challenge=%.*s"
                                   "&code_challenge_method=S256",
                                   BH_FMT(at), bh_str_chr(at, '?') >= 0 ? '&' : '?', BH_FMT(escaped(arena, o->client_id)),
                                   BH_FMT(escaped(arena, callback_of(arena, o))), BH_FMT(escaped(arena, o->scope)), BH_FMT(flow->state), BH_FMT(flow->nonce),
                                   BH_FMT(challenge_of(arena, flow->verifier)));
        return 0;
}

/* ---- the code becomes a token, the token a person ---- */

static bool lists(const struct bh_doc *list, const char *word) {
        for (const struct bh_doc *n = bh_doc_first(list); n; n = n->next)
                if (bh_str_is(bh_doc_str(n), word))
                        return true;
        return false;
}

/* RFC 6749, 2.3.1: both are escaped as in a form before they are joined. */
static struct bh_str basic_of(struct bh_arena *arena, const struct bh_oidc *o) {
        struct bh_str both = bh_arena_printf(arena, "%.*s:%.*s", BH_FMT(escaped(arena, o->client_id)), BH_FMT(escaped(arena, o->client_secret)));

        return bh_arena_printf(arena, "Basic %.*s", BH_FMT(bh_base64_encode(arena, both)));
}

static int fetch_token(struct provider *p, const struct bh_oidc_flow *flow, struct bh_str code, const struct bh_doc **ret, struct bh_err *err) {
        const struct bh_doc *methods = bh_doc_get(p->about, "token_endpoint_auth_methods_supported");
        bool post = bh_doc_count(methods) && !lists(methods, "client_secret_basic");
        struct bh_str url = bh_doc_get_text(p->about, "token_endpoint");
        struct bh_str form = bh_arena_printf(p->arena, "grant_type=authorization_code&code=%.*s&redirect_uri=%.*s&code_verifier=%.*s&client_id=%.*s",
                                             BH_FMT(escaped(p->arena, code)), BH_FMT(escaped(p->arena, callback_of(p->arena, p->o))), BH_FMT(flow->verifier),
                                             BH_FMT(escaped(p->arena, p->o->client_id)));
        struct bh_http_request request = { .method = "POST", .url = url, .accept = BH_STR("application/json"), .limit_ms = LIMIT_MS, .max_bytes = ANSWER_MAX,
                                           .once = true };
        int r;

        if (post && p->o->client_secret.len)
                form = bh_arena_printf(p->arena, "%.*s&client_secret=%.*s", BH_FMT(form), BH_FMT(escaped(p->arena, p->o->client_secret)));
        else if (p->o->client_secret.len)
                request.authorization = basic_of(p->arena, p->o);
        request.post_form = form;
        if (!bh_str_starts(url, BH_STR("https://")) && !is_local(url))
                return bh_fail(err, BH_E_DENIED, "the provider's token endpoint is not https");
        r = ask(p, &request, ret, err);
        return r < 0 ? bh_wrap(err, r, "token endpoint") : 0;
}

/* A claim by its name, else by a path of names ("realm_access.roles"); of the token first. */
static const struct bh_doc *claim_of(const struct bh_doc *token, const struct bh_doc *info, struct bh_arena *arena, struct bh_str name) {
        const char *path = bh_arena_cstr(arena, name);
        const struct bh_doc *found = bh_doc_get_str(token, name);

        if (!found)
                found = bh_doc_get_str(info, name);
        if (!found)
                found = bh_doc_path(token, path);
        return found ? found : bh_doc_path(info, path);
}

static bool has_value(const struct bh_doc *claim, struct bh_str value) {
        if (bh_doc_is(claim, BH_DOC_STRING))
                return bh_str_eq(bh_doc_str(claim), value);
        for (const struct bh_doc *n = bh_doc_is(claim, BH_DOC_ARRAY) ? bh_doc_first(claim) : NULL; n; n = n->next)
                if (bh_doc_is(n, BH_DOC_STRING) && bh_str_eq(bh_doc_str(n), value))
                        return true;
        return false;
}

static enum bh_role role_of(const struct bh_oidc *o, const struct bh_doc *claim) {
        for (const struct bh_doc *n = bh_doc_first(o->roles); n; n = n->next)
                if (has_value(claim, bh_doc_get_text(n, "value")))
                        return bh_role_of(bh_doc_get_text(n, "role"));
        return o->otherwise.len ? bh_role_of(o->otherwise) : _BH_ROLE_MAX;
}

static struct bh_str claim_text(const struct bh_doc *token, const struct bh_doc *info, const char *name) {
        struct bh_str text = bh_doc_get_text(token, name);

        return text.len ? text : bh_doc_get_text(info, name);
}

/* Of userinfo nothing is believed unless it speaks of whom the token does (Core, 5.3.2). */
static int fetch_info(struct provider *p, struct bh_str access, struct bh_str subject, const struct bh_doc **ret, struct bh_err *err) {
        struct bh_str url = bh_doc_get_text(p->about, "userinfo_endpoint");
        int r;

        *ret = NULL;
        if (url.len == 0 || access.len == 0)
                return 0;
        r = get(p, url, bh_arena_printf(p->arena, "Bearer %.*s", BH_FMT(access)), ret, err);
        if (r >= 0 && !bh_str_eq(bh_doc_get_text(*ret, "sub"), subject))
                r = bh_fail(err, BH_E_DENIED, "userinfo is of somebody else");
        return r;
}

static int verify(struct provider *p, const struct bh_oidc_flow *flow, struct bh_str token, int64_t now_s, const struct bh_doc **ret, struct bh_err *err) {
        const struct bh_jwt_expect expect = { p->o->issuer, p->o->client_id, flow->nonce, now_s };
        const struct bh_doc *keys;
        int r = get(p, bh_doc_get_text(p->about, "jwks_uri"), BH_STR(""), &keys, err);

        if (r >= 0)
                r = bh_jwt_verify(p->arena, token, keys, ret, err);
        return r < 0 ? r : bh_jwt_check(*ret, &expect, err);
}

int bh_oidc_end(struct bh_arena *arena, const struct bh_oidc *o, const struct bh_oidc_flow *flow, struct bh_str code, int64_t now_s, struct bh_oidc_person *ret,
                struct bh_err *err) {
        BH_CLEANUP(bh_http_free) struct bh_http *http = client_of(o);
        struct provider p = { arena, o, http, NULL };
        const struct bh_doc *answer, *token, *info;
        int r = discover(&p, err);

        if (r >= 0)
                r = fetch_token(&p, flow, code, &answer, err);
        if (r >= 0)
                r = verify(&p, flow, bh_doc_get_text(answer, "id_token"), now_s, &token, err);
        if (r >= 0)
                r = fetch_info(&p, bh_doc_get_text(answer, "access_token"), bh_doc_get_text(token, "sub"), &info, err);
        if (r < 0)
                return r;
        *ret = (struct bh_oidc_person){ .subject = bh_doc_get_text(token, "sub"), .name = claim_text(token, info, "preferred_username"),
                                        .full_name = claim_text(token, info, "name"), .email = claim_text(token, info, "email"),
                                        .role = role_of(o, claim_of(token, info, arena, o->claim)) };
        if (ret->name.len == 0)
                ret->name = ret->email.len ? ret->email : ret->subject;
        return 0;
}
