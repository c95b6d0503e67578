/* SPDX-License-Identifier: Apache-2.0 */
#include "image/registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "fmt/digest.h"
#include "fmt/json.h"
#include "image/auth.h"
#include "image/certs.h"
#include "http/head.h"
#include "http/http.h"
#include "image/pump.h"
#include "image/token.h"

/* One blob on its way to a reader. */
struct download {
        struct registry *registry;
        struct bh_str digest;
        struct bh_str url;
        uint64_t size;
        char what[96];
        struct bh_pump *pump; /* for the thread's own use */
        struct bh_pump *owner; /* for ours */
        struct download *next;
};

struct registry {
        struct bh_blobs blobs;
        struct bh_arena *arena; /* used by the caller's thread only */
        struct bh_progress *progress;
        struct bh_ref ref;
        struct bh_str base; /* "https://host/v2/name/" */
        struct bh_str scope;
        struct bh_http *http;  /* with the client's certificate, if there is one */
        struct bh_http *other; /* without, for token servers elsewhere */
        struct bh_credentials credentials;
        bool has_credentials;
        pthread_mutex_t lock; /* guards the two below */
        struct bh_buf authorization;
        unsigned generation; /* of the authorization */
        struct download *downloads;
};

/* What we ask manifests to be. */
static const char accept_manifest[] = "application/vnd.oci.image.manifest.v1+json,"
                                      "application/vnd.oci.image.index.v1+json,"
                                      "application/vnd.docker.distribution.manifest.v2+json,"
                                      "application/vnd.docker.distribution.manifest.list.v2+json";
static const char accept_index[] = "application/vnd.oci.image.index.v1+json";
static const char no_referrers[] = "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
                                   "\"manifests\":[]}";

/* ---- asking ---- */

/* With the lock held. */
static int new_token(struct registry *g, const struct bh_http_reply *refused, const atomic_bool *stop,
                     struct bh_err *err) {
        struct bh_token_opts opts = { .credentials = g->has_credentials ? &g->credentials : NULL,
                                      .scope = g->scope,
                                      .stop = stop };
        int r = bh_token_get(g->other, refused, &opts, &g->authorization, err);

        if (r == 0)
                g->generation++;
        return r;
}

/* Another thread may have got a new token while we were refused with the old one. */
static int authorise(struct registry *g, const struct bh_http_reply *refused, unsigned generation,
                     const atomic_bool *stop, struct bh_err *err) {
        int r = 0;

        (void) pthread_mutex_lock(&g->lock);
        if (g->generation == generation)
                r = new_token(g, refused, stop, err);
        (void) pthread_mutex_unlock(&g->lock);
        return r;
}

static unsigned copy_authorization(struct registry *g, struct bh_buf *into) {
        unsigned generation;

        (void) pthread_mutex_lock(&g->lock);
        bh_buf_clear(into);
        bh_buf_add(into, bh_buf_str(&g->authorization));
        generation = g->generation;
        (void) pthread_mutex_unlock(&g->lock);
        return generation;
}

/* One request, and once more with a token when it is refused. From any thread. */
static int ask(struct registry *g, struct bh_http_request *q, struct bh_http_reply *reply, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf authorization = { 0 };

        for (unsigned round = 0;; round++) {
                unsigned generation = copy_authorization(g, &authorization);
                int r;

                q->authorization = bh_buf_str(&authorization);
                r = bh_http_do(g->http, q, reply, err);
                if (r < 0 || reply->status != 401 || reply->foreign || round == 1)
                        return r;
                r = authorise(g, reply, generation, q->stop, err);
                if (r < 0)
                        return r;
                bh_http_reply_done(reply);
                *reply = (struct bh_http_reply){ 0 };
        }
}

/* {"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]} */
static const char *reason(const struct bh_http_reply *reply, char out[160]) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_doc *root = NULL;
        struct bh_str message = { 0 };

        out[0] = '\0';
        if (bh_json_parse(arena, bh_buf_str(&reply->failure), &root, NULL) == 0) {
                const struct bh_doc *first = bh_doc_first(bh_doc_get(root, "errors"));

                message = bh_doc_get_text(first, "message");
                if (message.len == 0)
                        message = bh_doc_get_text(first, "code");
        }
        if (message.len) {
                memcpy(out, ": ", 2);
                bh_str_quote(message, out + 2, 158);
        }
        bh_arena_free(&arena);
        return out;
}

static int fail_status(const struct bh_http_reply *reply, struct bh_err *err) {
        char why[160];

        (void) reason(reply, why);
        switch (reply->status) {
        case 404:
                return bh_fail(err, BH_E_NOTFOUND, "the registry does not have it%s", why);
        case 401:
        case 403:
                return bh_fail(err, BH_E_DENIED, "the registry refuses us (%ld)%s", reply->status, why);
        case 429:
                return bh_fail(err, BH_E_LIMIT, "the registry wants us to come back later (429)%s", why);
        default:
                return bh_fail(err, BH_E_IO, "the registry answers %ld%s", reply->status, why);
        }
}

static int get(struct registry *g, struct bh_http_request *q, struct bh_http_reply *reply, struct bh_err *err) {
        int r = ask(g, q, reply, err);

        if (r == 0 && !reply->stopped && reply->status / 100 != 2)
                r = fail_status(reply, err);
        return r;
}

/* ---- small things, into memory ---- */

static int take_checked(struct bh_arena *arena, const struct bh_http_reply *reply, struct bh_str wanted,
                        struct bh_fetched *ret, struct bh_err *err) {
        struct bh_str bytes = bh_arena_str(arena, bh_buf_str(&reply->body));
        struct bh_str stated = bh_http_header(reply, "Docker-Content-Digest", 0);

        if (wanted.len == 0 && bh_digest_is_valid(stated))
                wanted = stated;
        if (wanted.len && !bh_digest_matches(wanted, bytes))
                return bh_fail(err, BH_E_FORMAT, "the registry sent other bytes than their digest says");
        *ret = (struct bh_fetched){ .bytes = bytes,
                                    .media_type = bh_arena_str(arena, bh_head_media_type(bh_buf_str(&reply->head))),
                                    .digest = wanted.len ? bh_arena_str(arena, wanted)
                                                         : bh_digest_sha256(arena, bytes) };
        return 0;
}

static int fetch_at(struct registry *g, struct bh_str url, const char *accept, struct bh_str digest,
                    struct bh_arena *arena, uint64_t max_bytes, struct bh_fetched *ret, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct bh_http_request q = { .url = url, .accept = bh_str_of(accept), .max_bytes = max_bytes };
        int r = get(g, &q, &reply, err);

        return r < 0 ? r : take_checked(arena, &reply, digest, ret, err);
}

static struct bh_str url_of(struct registry *g, struct bh_arena *arena, const char *kind, struct bh_str reference) {
        return bh_arena_printf(arena, "%s%s/%.*s", g->base.at, kind, BH_FMT(reference));
}

static int fetch_manifest(struct registry *g, struct bh_str reference, struct bh_arena *arena, uint64_t max_bytes,
                          struct bh_fetched *ret, struct bh_err *err) {
        bool by_digest = bh_digest_is_valid(reference);

        return fetch_at(g, url_of(g, arena, "manifests", reference), accept_manifest,
                        by_digest ? reference : (struct bh_str){ 0 }, arena, max_bytes, ret, err);
}

static int head_manifest(struct registry *g, struct bh_str reference, struct bh_arena *arena, struct bh_fetched *ret,
                         struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct bh_http_request q = { .method = "HEAD",
                                     .url = url_of(g, arena, "manifests", reference),
                                     .accept = bh_str_of(accept_manifest) };
        struct bh_str digest;
        int r = get(g, &q, &reply, err);

        if (r < 0)
                return r;
        digest = bh_http_header(&reply, "Docker-Content-Digest", 0);
        if (!bh_digest_is_valid(digest))
                return bh_fail(err, BH_E_UNSUPPORTED, "the registry does not state a digest");
        *ret = (struct bh_fetched){ .media_type = bh_arena_str(arena, bh_head_media_type(bh_buf_str(&reply.head))),
                                    .digest = bh_arena_str(arena, digest) };
        return 0;
}

/* The tag under which registries without the referrers API keep them: "sha256-…". */
static struct bh_str referrers_tag(struct bh_arena *arena, struct bh_str digest) {
        struct bh_str algorithm, hex;

        (void) bh_str_cut(digest, ':', &algorithm, &hex);
        return bh_arena_printf(arena, "%.*s-%.*s", BH_FMT(algorithm), BH_FMT(hex));
}

static int fetch_referrers(struct registry *g, struct bh_str digest, struct bh_arena *arena, uint64_t max_bytes,
                           struct bh_fetched *ret, struct bh_err *err) {
        struct bh_str nothing = { 0 };
        int r = fetch_at(g, url_of(g, arena, "referrers", digest), accept_index, nothing, arena, max_bytes, ret, err);

        if (r == BH_E_NOTFOUND)
                r = fetch_manifest(g, referrers_tag(arena, digest), arena, max_bytes, ret, err);
        if (r != BH_E_NOTFOUND)
                return r;
        *ret = (struct bh_fetched){ .bytes = bh_str_of(no_referrers),
                                    .media_type = bh_str_of(accept_index),
                                    .digest = bh_digest_sha256(arena, bh_str_of(no_referrers)) };
        return 0;
}

static int fetch(struct bh_blobs *self, enum bh_fetch what, struct bh_str reference, struct bh_arena *arena,
                 uint64_t max_bytes, struct bh_fetched *ret, struct bh_err *err) {
        struct registry *g = (struct registry *) self;
        bool wants_digest = what == BH_FETCH_BLOB || what == BH_FETCH_REFERRERS;
        char shown[100];
        int r;

        if (reference.len == 0)
                reference = g->ref.digest.len ? g->ref.digest : g->ref.tag;
        bh_str_quote(reference, shown, sizeof shown);
        if (wants_digest && !bh_digest_is_valid(reference))
                return bh_fail(err, BH_E_FORMAT, "'%s' is no digest", shown);
        if (bh_str_chr(reference, '/') >= 0 || bh_str_chr(reference, '?') >= 0)
                return bh_fail(err, BH_E_FORMAT, "'%s' is no tag", shown);
        if (what == BH_FETCH_BLOB)
                r = fetch_at(g, url_of(g, arena, "blobs", reference), NULL, reference, arena, max_bytes, ret, err);
        else if (what == BH_FETCH_REFERRERS)
                r = fetch_referrers(g, reference, arena, max_bytes, ret, err);
        else if (what == BH_FETCH_HEAD)
                r = head_manifest(g, reference, arena, ret, err);
        else
                r = fetch_manifest(g, reference, arena, max_bytes, ret, err);
        return bh_wrap(err, r, "%.*s/%.*s: %s", BH_FMT(g->ref.registry), BH_FMT(g->ref.repository), shown);
}

/* ---- blobs, through a pipe ---- */

static int to_pipe(void *user, struct bh_str data, struct bh_err *err) {
        const struct download *d = user;

        return bh_pump_write(d->pump, data, err);
}

static void tell(void *user, uint64_t done_bytes, uint64_t total_bytes) {
        struct download *d = user;

        bh_progress_say(d->registry->progress, d->what, done_bytes, total_bytes ? total_bytes : d->size);
}

static int run_download(struct bh_pump *pump, void *job, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct download *d = job;
        struct bh_http_request q = { .url = d->url,
                                     .max_bytes = d->size,
                                     .expect_bytes = d->size,
                                     .sink = to_pipe,
                                     .user = d,
                                     .stop = bh_pump_stop_flag(pump),
                                     .progress = tell,
                                     .progress_user = d };

        d->pump = pump;
        return bh_wrap(err, get(d->registry, &q, &reply, err), "%s", d->what);
}

static int open_blob(struct bh_blobs *self, struct bh_str digest, uint64_t size, int *ret_fd, struct bh_err *err) {
        struct registry *g = (struct registry *) self;
        struct download *d;
        int r;

        if (!bh_digest_is_valid(digest))
                return bh_fail(err, BH_E_FORMAT, "'%s' is no digest", BH_QUOTE(digest));
        d = bh_arena_make(g->arena, struct download);
        *d = (struct download){ .registry = g, .digest = bh_arena_str(g->arena, digest), .size = size };
        d->url = url_of(g, g->arena, "blobs", digest);
        (void) bh_str_quote(bh_arena_cat(g->arena, BH_STR("blob "), digest), d->what, sizeof d->what);
        r = bh_pump_start(run_download, d, NULL, &d->owner, ret_fd, err);
        if (r < 0)
                return r;
        d->next = g->downloads;
        g->downloads = d;
        return 0;
}

/* The newest of that digest. */
static int check_blob(struct bh_blobs *self, struct bh_str digest, struct bh_err *err) {
        struct registry *g = (struct registry *) self;

        for (struct download *d = g->downloads; d; d = d->next)
                if (bh_str_eq(d->digest, digest))
                        return bh_pump_check(d->owner, err);
        return 0;
}

/* ---- life ---- */

static void close_registry(struct bh_blobs *self) {
        struct registry *g = (struct registry *) self;

        for (struct download *d = g->downloads; d; d = d->next)
                bh_pump_free(&d->owner);
        bh_http_free(&g->http);
        bh_http_free(&g->other);
        if (g->authorization.at)
                explicit_bzero(g->authorization.at, g->authorization.len);
        bh_buf_done(&g->authorization);
        (void) pthread_mutex_destroy(&g->lock);
        bh_arena_free(&g->arena);
        free(g);
}

static const struct bh_blobs_ops ops = {
        .open = open_blob,
        .fetch = fetch,
        .check = check_blob,
        .close = close_registry,
};

static int find_credentials(struct registry *g, const struct bh_source_opts *opts, struct bh_err *err) {
        int r;

        if (opts->username) {
                g->credentials.username = bh_arena_str(g->arena, bh_str_of(opts->username));
                g->credentials.password = bh_arena_str(g->arena, bh_str_of(opts->password));
                g->has_credentials = true;
                return 0;
        }
        r = bh_auth_find(g->arena, g->ref.registry, g->ref.repository, &g->credentials, err);
        g->has_credentials = r > 0;
        return r < 0 ? bh_wrap(err, r, "credentials") : 0;
}

static int make_clients(struct registry *g, const struct bh_source_opts *opts, struct bh_err *err) {
        struct bh_http_opts http = { .insecure = opts->insecure,
                                     .plain_http = opts->plain_http,
                                     .retries = opts->retries,
                                     .timeout_s = opts->timeout_s };
        struct bh_certs certs;
        int r = bh_certs_load(g->arena, g->ref.registry, opts->ca_file, &certs, err);

        if (r < 0)
                return r;
        http.ca_pem = certs.ca_pem;
        g->other = bh_http_new(&http);
        http.cert_file = certs.cert_file;
        http.key_file = certs.key_file;
        g->http = bh_http_new(&http);
        return 0;
}

static void name_it(struct registry *g, const struct bh_ref *ref, const struct bh_source_opts *opts) {
        struct bh_str host;

        g->ref = *ref;
        g->ref.registry = bh_arena_str(g->arena, ref->registry);
        g->ref.repository = bh_arena_str(g->arena, ref->repository);
        g->ref.tag = bh_arena_str(g->arena, ref->tag);
        g->ref.digest = bh_arena_str(g->arena, ref->digest);
        host = bh_str_is(ref->registry, "docker.io") ? BH_STR("registry-1.docker.io") : g->ref.registry;
        g->base = bh_arena_printf(g->arena, "%s://%.*s/v2/%.*s/", opts->plain_http ? "http" : "https", BH_FMT(host),
                                  BH_FMT(g->ref.repository));
        g->scope = bh_arena_printf(g->arena, "repository:%.*s:pull", BH_FMT(g->ref.repository));
}

int bh_registry_open(const struct bh_ref *ref, const struct bh_source_opts *opts, struct bh_progress *progress,
                     struct bh_blobs **ret, struct bh_err *err) {
        struct registry *g = calloc(1, sizeof *g);
        int r;

        if (!g)
                bh_nomem(sizeof *g);
        g->blobs.ops = &ops;
        g->arena = bh_arena_new();
        g->progress = progress;
        (void) pthread_mutex_init(&g->lock, NULL);
        name_it(g, ref, opts);
        r = find_credentials(g, opts, err);
        r = r < 0 ? r : make_clients(g, opts, err);
        if (r < 0) {
                close_registry(&g->blobs);
                return r;
        }
        *ret = &g->blobs;
        return 0;
}
