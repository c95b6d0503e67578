/* SPDX-License-Identifier: Apache-2.0 */
#include "image/token.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"
#include "image/challenge.h"

static int read_challenge(struct bh_arena *arena, const struct bh_http_reply *refused, struct bh_challenge *ret,
                          struct bh_err *err) {
        struct bh_str header;

        for (unsigned i = 0; (header = bh_http_header(refused, "WWW-Authenticate", i)).len; i++) {
                int r = bh_challenge_parse(arena, header, ret, err);

                if (r < 0)
                        return r;
        }
        if (ret->kind == BH_CHALLENGE_NONE)
                return bh_fail(err, BH_E_DENIED, "it refuses us (401), and asks for neither Basic nor Bearer");
        return 0;
}

static struct bh_str basic(struct bh_arena *arena, const struct bh_credentials *c) {
        struct bh_str pair = bh_arena_printf(arena, "%.*s:%.*s", BH_FMT(c->username), BH_FMT(c->password));

        return bh_arena_cat(arena, BH_STR("Basic "), bh_base64_encode(arena, pair));
}

/* A token ends up in a header line: visible ASCII only. */
static bool token_is_valid(struct bh_str token) {
        for (size_t i = 0; i < token.len; i++)
                if (token.at[i] <= ' ' || token.at[i] >= 0x7f)
                        return false;
        return token.len > 0;
}

int bh_token_parse(struct bh_arena *arena, struct bh_str answer, struct bh_str *ret, struct bh_err *err) {
        const struct bh_doc *root;
        struct bh_str token;
        int r = bh_json_parse(arena, answer, &root, err);

        if (r < 0)
                return r;
        token = bh_doc_get_text(root, "token");
        if (token.len == 0)
                token = bh_doc_get_text(root, "access_token");
        if (!token_is_valid(token))
                return bh_fail(err, BH_E_FORMAT, "the token server's answer has no token");
        *ret = token;
        return 0;
}

static struct bh_str query(struct bh_arena *arena, const char *key, struct bh_str value) {
        return bh_arena_printf(arena, "%s=%s", key, bh_http_escape(arena, value, false).at);
}

static struct bh_str service_and_scope(struct bh_arena *arena, const struct bh_challenge *c) {
        struct bh_str scope = query(arena, "scope", c->scope);

        if (c->service.len == 0)
                return scope;
        return bh_arena_printf(arena, "%s&%s", query(arena, "service", c->service).at, scope.at);
}

/* https://distribution.github.io/distribution/spec/auth/token/ and …/oauth/ */
static int ask(struct bh_arena *arena, struct bh_http *http, const struct bh_challenge *c,
               const struct bh_token_opts *opts, struct bh_http_reply *reply, struct bh_err *err) {
        const struct bh_credentials *who = opts->credentials;
        struct bh_http_request q = { .url = c->realm, .max_bytes = BH_LIMIT_HTTP_HEAD, .stop = opts->stop };
        struct bh_str what = service_and_scope(arena, c);

        if (who && who->identity_token.len) {
                q.method = "POST";
                q.post_form = bh_arena_printf(arena, "grant_type=refresh_token&client_id=bulkhead&%s&%s", what.at,
                                              query(arena, "refresh_token", who->identity_token).at);
        } else {
                q.url = bh_arena_printf(arena, "%s%s%s", c->realm.at, bh_str_chr(c->realm, '?') < 0 ? "?" : "&",
                                        what.at);
                if (who && who->username.len)
                        q.authorization = basic(arena, who);
        }
        return bh_http_do(http, &q, reply, err);
}

static int fetch_token(struct bh_arena *arena, struct bh_http *http, const struct bh_challenge *c,
                       const struct bh_token_opts *opts, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        int r = ask(arena, http, c, opts, &reply, err);

        if (r < 0)
                return r;
        if (reply.status == 401 || reply.status == 403)
                return bh_fail(err, BH_E_DENIED, "it refuses %s (%ld)",
                               opts->credentials ? "our credentials" : "a token to the public; log in first",
                               reply.status);
        if (reply.status != 200)
                return bh_fail(err, BH_E_IO, "it answers %ld", reply.status);
        r = bh_token_parse(arena, bh_arena_str(arena, bh_buf_str(&reply.body)), ret, err);
        return r;
}

static void done(struct bh_arena **arena) {
        bh_arena_free(arena);
}

int bh_token_get(struct bh_http *http, const struct bh_http_reply *refused, const struct bh_token_opts *opts,
                 struct bh_buf *ret, struct bh_err *err) {
        BH_CLEANUP(done) struct bh_arena *arena = bh_arena_new();
        const struct bh_credentials *who = opts->credentials;
        struct bh_challenge c = { 0 };
        struct bh_str token;
        int r = read_challenge(arena, refused, &c, err);

        if (r < 0)
                return r;
        bh_buf_clear(ret);
        if (c.kind == BH_CHALLENGE_BASIC) {
                if (!who || who->username.len == 0)
                        return bh_fail(err, BH_E_DENIED, "it wants a user and a password: log in first");
                bh_buf_add(ret, basic(arena, who));
                return 0;
        }
        if (c.scope.len == 0)
                c.scope = opts->scope;
        if (who && who->registry_token.len)
                token = who->registry_token;
        else
                r = fetch_token(arena, http, &c, opts, &token, err);
        if (r < 0)
                return bh_wrap(err, r, "token server %s", BH_QUOTE(c.realm));
        bh_buf_puts(ret, "Bearer ");
        bh_buf_add(ret, token);
        return 0;
}
