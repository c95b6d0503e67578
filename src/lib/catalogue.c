/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "fmt/digest.h"
#include "fmt/json.h"
#include "http/http.h"
#include "image/ref.h"
#include "image/token.h"

struct bh_catalogue {
        struct bh_arena *arena;
        struct bh_http *http;
        struct bh_str base; /* "https://host" */
        struct bh_credentials credentials;
        struct bh_buf authorization;
        struct bh_str scope; /* that the authorization is for */
        const atomic_bool *stop;
};

static const char accept_manifest[] = "application/vnd.oci.image.manifest.v1+json,application/vnd.oci.image.index.v1+json,"
                                      "application/vnd.docker.distribution.manifest.v2+json,application/vnd.docker.distribution.manifest.list.v2+json";

/* ---- names ---- */

bool bh_catalogue_is_name(struct bh_str s) {
        if (!s.len || s.len > 255 || !bh_is_alnum(s.at[0]) || !bh_is_alnum(s.at[s.len - 1]))
                return false;
        for (size_t i = 0; i < s.len; i++)
                if (!bh_is_lower(s.at[i]) && !bh_is_digit(s.at[i]) && bh_str_chr(BH_STR("._-/"), s.at[i]) < 0)
                        return false;
        return bh_str_find(s, BH_STR("//")) < 0 && bh_str_find(s, BH_STR("..")) < 0;
}

bool bh_catalogue_is_tag(struct bh_str s) {
        if (!s.len || s.len > 128 || s.at[0] == '.' || s.at[0] == '-')
                return false;
        for (size_t i = 0; i < s.len; i++)
                if (!bh_is_alnum(s.at[i]) && bh_str_chr(BH_STR("._-"), s.at[i]) < 0)
                        return false;
        return true;
}

struct bh_str bh_catalogue_next(struct bh_arena *arena, struct bh_str link, struct bh_str base) {
        struct bh_str one, where, rest;

        while (bh_str_split(&link, ',', &one)) {
                one = bh_str_trim(one);
                if (!bh_str_cut_prefix(&one, BH_STR("<")) || !bh_str_cut(one, '>', &where, &rest) || bh_str_find(rest, BH_STR("next")) < 0)
                        continue;
                if (bh_str_starts(where, BH_STR("/")) && !bh_str_starts(where, BH_STR("//")))
                        return bh_arena_cat(arena, base, where);
                if (bh_str_starts(where, base) && where.len > base.len && where.at[base.len] == '/')
                        return bh_arena_str(arena, where);
        }
        return BH_STR("");
}

/* ---- asking ---- */

int bh_catalogue_open(const struct bh_catalogue_opts *opts, struct bh_catalogue **ret, struct bh_err *err) {
        struct bh_catalogue *c;

        if (!opts->address.len || bh_str_find(opts->address, BH_STR("/")) >= 0 || bh_str_find(opts->address, BH_STR("@")) >= 0)
                return bh_fail(err, BH_E_FORMAT, "%s is no registry's address: HOST or HOST:PORT", BH_QUOTE(opts->address));
        c = calloc(1, sizeof *c);
        if (!c)
                bh_nomem(sizeof *c);
        c->arena = bh_arena_new();
        c->stop = opts->stop;
        c->base = bh_arena_printf(c->arena, "%s://%.*s", opts->plain_http ? "http" : "https", BH_FMT(opts->address));
        c->credentials = (struct bh_credentials){ .username = bh_arena_str(c->arena, opts->username), .password = bh_arena_str(c->arena, opts->password) };
        c->http = bh_http_new(&(struct bh_http_opts){ .ca_pem = opts->ca_pem, .plain_http = opts->plain_http, .retries = 2, .timeout_s = 30 });
        *ret = c;
        return 0;
}

void bh_catalogue_close(struct bh_catalogue **catalogue) {
        struct bh_catalogue *c = *catalogue;

        *catalogue = NULL;
        if (!c)
                return;
        bh_http_free(&c->http);
        if (c->authorization.at)
                explicit_bzero(c->authorization.at, c->authorization.len);
        bh_buf_done(&c->authorization);
        bh_arena_free(&c->arena);
        free(c);
}

static int fail_status(const struct bh_http_reply *reply, struct bh_err *err) {
        if (reply->status == 404)
                return bh_fail(err, BH_E_NOTFOUND, "the registry does not have it");
        if (reply->status == 401 || reply->status == 403)
                return bh_fail(err, BH_E_DENIED, "the registry refuses us (%ld)", reply->status);
        return bh_fail(err, BH_E_IO, "the registry answers %ld", reply->status);
}

/* A token is good for one scope; another scope, or a refusal, asks for another. */
static int ask(struct bh_catalogue *c, struct bh_http_request *q, struct bh_str scope, struct bh_http_reply *reply, struct bh_err *err) {
        for (unsigned round = 0;; round++) {
                struct bh_token_opts opts = { .credentials = c->credentials.username.len ? &c->credentials : NULL, .scope = scope, .stop = c->stop };
                int r;

                q->authorization = bh_str_eq(scope, c->scope) ? bh_buf_str(&c->authorization) : BH_STR("");
                q->stop = c->stop;
                r = bh_http_do(c->http, q, reply, err);
                if (r < 0)
                        return r;
                if (reply->status / 100 == 2)
                        return 0;
                if (reply->status != 401 || reply->foreign || round)
                        return fail_status(reply, err);
                bh_buf_clear(&c->authorization);
                r = bh_token_get(c->http, reply, &opts, &c->authorization, err);
                if (r < 0)
                        return r;
                c->scope = bh_arena_str(c->arena, scope);
                bh_http_reply_done(reply);
                *reply = (struct bh_http_reply){ 0 };
        }
}

/* ---- lists ---- */

typedef bool is_good(struct bh_str name);

static int take_page(const struct bh_http_reply *reply, const char *key, is_good *good, struct bh_arena *arena, struct bh_catalogue_names *ret,
                     struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        const struct bh_doc *root = NULL;
        int r = bh_json_parse(scratch, bh_buf_str(&reply->body), &root, err);

        for (const struct bh_doc *d = r < 0 ? NULL : bh_doc_first(bh_doc_get(root, key)); d; d = d->next) {
                if (!good(bh_doc_str(d)))
                        continue; /* a name nobody could ask for again */
                if (ret->len >= BH_LIMIT_CATALOGUE)
                        return bh_fail(err, BH_E_LIMIT, "more than %u %s", BH_LIMIT_CATALOGUE, key);
                *bh_vec_add(arena, ret) = bh_arena_str(arena, bh_doc_str(d));
        }
        return r;
}

static int list(struct bh_catalogue *c, struct bh_str url, struct bh_str scope, const char *key, is_good *good, struct bh_arena *arena,
                struct bh_catalogue_names *ret, struct bh_err *err) {
        int r = 0;

        for (unsigned page = 0; r >= 0 && url.len; page++) {
                BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
                struct bh_http_request q = { .url = url, .accept = BH_STR_INIT("application/json"), .max_bytes = BH_LIMIT_HTTP_JSON };

                if (page > BH_LIMIT_CATALOGUE)
                        return bh_fail(err, BH_E_LIMIT, "pages without end");
                r = ask(c, &q, scope, &reply, err);
                r = r < 0 ? r : take_page(&reply, key, good, arena, ret, err);
                url = r < 0 ? BH_STR("") : bh_catalogue_next(arena, bh_http_header(&reply, "Link", 0), c->base);
        }
        return r;
}

int bh_catalogue_repositories(struct bh_catalogue *c, struct bh_arena *arena, struct bh_catalogue_names *ret, struct bh_err *err) {
        return bh_wrap(err, list(c, bh_arena_printf(arena, "%.*s/v2/_catalog?n=500", BH_FMT(c->base)), BH_STR("registry:catalog:*"), "repositories",
                                 bh_catalogue_is_name, arena, ret, err),
                       "catalogue");
}

static struct bh_str pull(struct bh_arena *arena, struct bh_str repository) {
        return bh_arena_printf(arena, "repository:%.*s:pull", BH_FMT(repository));
}

int bh_catalogue_tags(struct bh_catalogue *c, struct bh_str repository, struct bh_arena *arena, struct bh_catalogue_names *ret, struct bh_err *err) {
        if (!bh_catalogue_is_name(repository))
                return bh_fail(err, BH_E_FORMAT, "%s is no repository's name", BH_QUOTE(repository));
        return bh_wrap(err, list(c, bh_arena_printf(arena, "%.*s/v2/%.*s/tags/list?n=500", BH_FMT(c->base), BH_FMT(repository)), pull(arena, repository), "tags",
                                 bh_catalogue_is_tag, arena, ret, err),
                       "%.*s", BH_FMT(repository));
}

int bh_catalogue_digest(struct bh_catalogue *c, struct bh_str repository, struct bh_str tag, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct bh_http_request q = { .method = "HEAD", .accept = bh_str_of(accept_manifest) };
        struct bh_str digest;
        int r;

        if (!bh_catalogue_is_name(repository) || !bh_catalogue_is_tag(tag))
                return bh_fail(err, BH_E_FORMAT, "%s:%s is no image's name", BH_QUOTE(repository), BH_QUOTE(tag));
        q.url = bh_arena_printf(arena, "%.*s/v2/%.*s/manifests/%.*s", BH_FMT(c->base), BH_FMT(repository), BH_FMT(tag));
        r = ask(c, &q, pull(arena, repository), &reply, err);
        if (r < 0)
                return bh_wrap(err, r, "%.*s:%.*s", BH_FMT(repository), BH_FMT(tag));
        digest = bh_http_header(&reply, "Docker-Content-Digest", 0);
        if (!bh_digest_is_valid(digest))
                return bh_fail(err, BH_E_UNSUPPORTED, "%.*s:%.*s: the registry does not state a digest", BH_FMT(repository), BH_FMT(tag));
        *ret = bh_arena_str(arena, digest);
        return 0;
}
