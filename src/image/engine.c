/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "image/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/json.h"
#include "image/http.h"
#include "image/podman.h"
#include "sys/fd.h"

#define SLOW_ENGINE_S 900 /* an engine may gather a large image for minutes before its first byte */

struct bh_engine {
        struct bh_arena *arena;
        struct bh_str word; /* "docker", "podman" */
        struct bh_str base; /* "http://engine", "http://host:2375" */
        struct bh_http *http;
        struct bh_podman *podman; /* a service we started ourselves, else NULL */
};

/* One stream on its way to a reader. */
struct stream {
        struct bh_engine *engine;
        struct bh_str url;
        struct bh_progress *progress;
        char what[96];
        struct bh_pump *pump;
};

/* ---- finding it ---- */

static bool is_socket(const char *path) {
        struct stat st;

        return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* The first of the usual places, rootless ones first for people who are not root. */
static const char *usual_socket(struct bh_arena *arena, enum bh_ref_kind kind) {
        const char *runtime = secure_getenv("XDG_RUNTIME_DIR"), *home = secure_getenv("HOME");
        const char *own = kind == BH_REF_PODMAN ? "podman/podman.sock" : "docker.sock";
        const char *const docker[] = { "/var/run/docker.sock", "/run/docker.sock" };
        const char *const podman[] = { "/run/podman/podman.sock", "/var/run/podman/podman.sock" };
        const char *const *system = kind == BH_REF_PODMAN ? podman : docker;
        const char *candidates[5] = { 0 };
        size_t n = 0;

        if (runtime)
                candidates[n++] = bh_arena_printf(arena, "%s/%s", runtime, own).at;
        if (geteuid() != 0)
                candidates[n++] = bh_arena_printf(arena, "/run/user/%u/%s", geteuid(), own).at;
        if (home && kind == BH_REF_DOCKER)
                candidates[n++] = bh_arena_printf(arena, "%s/.docker/run/docker.sock", home).at;
        candidates[n++] = system[0];
        candidates[n++] = system[1];
        for (size_t i = 0; i < n; i++)
                if (is_socket(candidates[i]))
                        return bh_arena_printf(arena, "unix://%s", candidates[i]).at;
        return NULL;
}

static const char *address_of(struct bh_arena *arena, enum bh_ref_kind kind, const struct bh_source_opts *opts) {
        const char *given = kind == BH_REF_PODMAN ? opts->podman_socket : opts->docker_host;
        const char *variable = kind == BH_REF_PODMAN ? "CONTAINER_HOST" : "DOCKER_HOST";
        const char *value = getenv(variable);

        if (given)
                return given;
        return value && *value ? value : usual_socket(arena, kind);
}

/* DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, as Docker's own client reads them. */
static int engine_tls(struct bh_arena *arena, struct bh_http_opts *http, struct bh_err *err) {
        const char *dir = getenv("DOCKER_CERT_PATH"), *verify = getenv("DOCKER_TLS_VERIFY");
        int r;

        http->insecure = !verify || !*verify;
        if (!dir || !*dir)
                return 0;
        http->cert_file = bh_arena_printf(arena, "%s/cert.pem", dir).at;
        http->key_file = bh_arena_printf(arena, "%s/key.pem", dir).at;
        r = bh_fd_read_file(arena, bh_arena_printf(arena, "%s/ca.pem", dir).at, BH_LIMIT_CONFIG_FILE, &http->ca_pem, err);
        return r == BH_E_NOTFOUND ? 0 : r;
}

static int set_address(struct bh_engine *e, const char *address, struct bh_http_opts *http, struct bh_err *err) {
        struct bh_str a = bh_str_of(address);
        const char *verify = getenv("DOCKER_TLS_VERIFY"), *certs = getenv("DOCKER_CERT_PATH");
        bool tls = (verify && *verify) || (certs && *certs);

        if (bh_str_cut_prefix(&a, BH_STR("unix://")) || bh_str_starts(a, BH_STR("/"))) {
                http->unix_socket = a.at;
                e->base = BH_STR("http://engine");
                return 0;
        }
        if (bh_str_cut_prefix(&a, BH_STR("https://")))
                tls = true;
        else if (!bh_str_cut_prefix(&a, BH_STR("tcp://")) && !bh_str_cut_prefix(&a, BH_STR("http://")))
                return bh_fail(err, BH_E_UNSUPPORTED, "'%s': an engine is reached by unix:// or tcp://", BH_QUOTE(a));
        (void) bh_str_cut_suffix(&a, BH_STR("/"));
        e->base = bh_arena_printf(e->arena, "%s://%.*s", tls ? "https" : "http", BH_FMT(a));
        http->plain_http = !tls;
        return tls ? engine_tls(e->arena, http, err) : 0;
}

bool bh_engine_is_here(struct bh_arena *arena, enum bh_ref_kind kind, const struct bh_source_opts *opts) {
        return address_of(arena, kind, opts);
}

static int find_engine(struct bh_engine *e, enum bh_ref_kind kind, const struct bh_source_opts *opts,
                       const char **ret_address, struct bh_err *err) {
        *ret_address = address_of(e->arena, kind, opts);
        if (*ret_address)
                return 0;
        if (kind == BH_REF_PODMAN)
                return bh_podman_start(e->arena, &e->podman, ret_address, err);
        return bh_fail(err, BH_E_NOTFOUND, "its socket is in none of the usual places");
}

int bh_engine_open(struct bh_arena *arena, enum bh_ref_kind kind, const struct bh_source_opts *opts,
                   struct bh_engine **ret, struct bh_err *err) {
        struct bh_http_opts http = { .retries = 2, .timeout_s = SLOW_ENGINE_S };
        struct bh_engine *e = bh_arena_make(arena, struct bh_engine);
        const char *address;
        int r;

        e->arena = arena;
        e->word = bh_str_of(bh_ref_kind_str(kind));
        r = find_engine(e, kind, opts, &address, err);
        r = r < 0 ? r : set_address(e, address, &http, err);
        if (r < 0) {
                bh_podman_stop(&e->podman);
                return bh_wrap(err, r, "%s", bh_ref_kind_str(kind));
        }
        e->http = bh_http_new(&http);
        *ret = e;
        return 0;
}

void bh_engine_close(struct bh_engine **engine) {
        if (*engine) {
                bh_http_free(&(*engine)->http);
                bh_podman_stop(&(*engine)->podman);
        }
        *engine = NULL;
}

/* ---- asking ---- */

static int fail_status(const struct bh_engine *e, const struct bh_http_reply *reply, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_doc *root = NULL;
        char why[200] = "";
        int code = reply->status == 404 ? BH_E_NOTFOUND : reply->status == 403 ? BH_E_DENIED : BH_E_IO;

        BH_IGNORE(bh_json_parse(arena, bh_buf_str(&reply->failure), &root, NULL));
        (void) bh_str_quote(bh_doc_get_text(root, "message"), why, sizeof why);
        bh_arena_free(&arena);
        return bh_fail(err, code, "the %.*s engine answers %ld%s%s", BH_FMT(e->word), reply->status,
                       why[0] ? ": " : "", why);
}

static int get_json(struct bh_engine *e, struct bh_str url, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct bh_http_request q = { .url = url, .max_bytes = BH_LIMIT_HTTP_JSON };
        int r = bh_http_do(e->http, &q, &reply, err);

        if (r < 0)
                return bh_wrap(err, r, "%.*s engine", BH_FMT(e->word));
        if (reply.status != 200)
                return fail_status(e, &reply, err);
        *ret = bh_arena_str(e->arena, bh_buf_str(&reply.body));
        return 0;
}

/* "/images/" NAME "/json", with the name safe for a URL. */
static struct bh_str url_of(struct bh_engine *e, const char *before, struct bh_str name, const char *after) {
        return bh_arena_printf(e->arena, "%s%s%s%s", e->base.at, before,
                               bh_http_escape(e->arena, name, true).at, after);
}

int bh_engine_image(struct bh_engine *e, struct bh_str name, struct bh_engine_image *ret, struct bh_err *err) {
        struct bh_str json;
        int r = get_json(e, url_of(e, "/images/", name, "/json"), &json, err);

        r = r < 0 ? r : bh_engine_parse_image(e->arena, json, ret, err);
        if (r == 0)
                ret->engine = e->word;
        return bh_wrap(err, r, "image %s", BH_QUOTE(name));
}

int bh_engine_container(struct bh_engine *e, struct bh_str name, struct bh_engine_image *ret, struct bh_err *err) {
        struct bh_str json;
        int r = get_json(e, url_of(e, "/containers/", name, "/json"), &json, err);

        r = r < 0 ? r : bh_engine_parse_container(e->arena, json, ret, err);
        if (r == 0)
                ret->engine = e->word;
        return bh_wrap(err, r, "container %s", BH_QUOTE(name));
}

typedef int (*parse_fn)(struct bh_arena *, struct bh_str, struct bh_engine_list *, struct bh_err *);

static int get_list(struct bh_engine *e, const char *path, parse_fn parse, struct bh_engine_list *ret,
                    struct bh_err *err) {
        struct bh_str json;
        int r = get_json(e, url_of(e, path, BH_STR(""), ""), &json, err);

        r = r < 0 ? r : parse(e->arena, json, ret, err);
        for (size_t i = 0; r == 0 && i < ret->len; i++)
                ret->at[i].engine = e->word;
        return r;
}

int bh_engine_images(struct bh_engine *e, struct bh_engine_list *ret, struct bh_err *err) {
        return bh_wrap(err, get_list(e, "/images/json", bh_engine_parse_images, ret, err), "images");
}

int bh_engine_containers(struct bh_engine *e, struct bh_engine_list *ret, struct bh_err *err) {
        return bh_wrap(err, get_list(e, "/containers/json", bh_engine_parse_containers, ret, err), "containers");
}

/* ---- streams ---- */

static int to_pipe(void *user, struct bh_str data, struct bh_err *err) {
        const struct stream *s = user;

        return bh_pump_write(s->pump, data, err);
}

static void tell(void *user, uint64_t done_bytes, uint64_t total_bytes) {
        struct stream *s = user;

        if (s->progress)
                bh_progress_say(s->progress, s->what, done_bytes, total_bytes);
}

static int run_stream(struct bh_pump *pump, void *job, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct stream *s = job;
        struct bh_http_request q = { .url = s->url,
                                     .sink = to_pipe,
                                     .user = s,
                                     .stop = bh_pump_stop_flag(pump),
                                     .progress = tell,
                                     .progress_user = s,
                                     .once = true }; /* an engine starts anew each time: nothing can be resumed */
        int r;

        s->pump = pump;
        r = bh_http_do(s->engine->http, &q, &reply, err);
        if (r == 0 && !reply.stopped && reply.status != 200)
                r = fail_status(s->engine, &reply, err);
        return bh_wrap(err, r, "%s", s->what);
}

static int start_stream(struct bh_engine *e, struct bh_str url, struct bh_str name, struct bh_progress *progress,
                        struct bh_pump **ret, int *ret_fd, struct bh_err *err) {
        struct stream *s = bh_arena_make(e->arena, struct stream);

        *s = (struct stream){ .engine = e, .url = url, .progress = progress };
        (void) bh_str_quote(bh_arena_cat(e->arena, BH_STR("image "), name), s->what, sizeof s->what);
        return bh_pump_start(run_stream, s, NULL, ret, ret_fd, err);
}

int bh_engine_save(struct bh_engine *e, struct bh_str name, struct bh_progress *progress, struct bh_pump **ret,
                   int *ret_fd, struct bh_err *err) {
        return start_stream(e, url_of(e, "/images/", name, "/get"), name, progress, ret, ret_fd, err);
}

int bh_engine_export(struct bh_engine *e, struct bh_str container, struct bh_progress *progress, struct bh_pump **ret,
                     int *ret_fd, struct bh_err *err) {
        return start_stream(e, url_of(e, "/containers/", container, "/export"), container, progress, ret, ret_fd, err);
}
