/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "image/engine.h"

#include "base/limits.h"
#include "engine/api.h"
#include "fmt/json.h"
#include "image/podman.h"
#include "sys/fd.h"

#define SLOW_ENGINE_S 900 /* an engine may gather a large image for minutes before its first byte */

struct bh_engine {
        struct bh_arena *arena;
        struct bh_api api;
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

static enum bh_api_kind api_kind(enum bh_ref_kind kind) {
        return kind == BH_REF_PODMAN ? BH_API_PODMAN : BH_API_DOCKER;
}

static const char *address_of(struct bh_arena *arena, enum bh_ref_kind kind, const struct bh_source_opts *opts) {
        return bh_api_address(arena, api_kind(kind), kind == BH_REF_PODMAN ? opts->podman_socket : opts->docker_host);
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
        struct bh_engine *e = bh_arena_make(arena, struct bh_engine);
        const char *address;
        int r;

        e->arena = arena;
        r = find_engine(e, kind, opts, &address, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", bh_ref_kind_str(kind));
        r = bh_api_open(arena, api_kind(kind), address, SLOW_ENGINE_S, &e->api, err);
        if (r < 0) {
                bh_podman_stop(&e->podman);
                return r;
        }
        *ret = e;
        return 0;
}

void bh_engine_close(struct bh_engine **engine) {
        if (*engine) {
                bh_api_close(&(*engine)->api);
                bh_podman_stop(&(*engine)->podman);
        }
        *engine = NULL;
}

/* ---- asking ---- */

int bh_engine_image(struct bh_engine *e, struct bh_str name, struct bh_engine_image *ret, struct bh_err *err) {
        struct bh_str json;
        int r = bh_api_get(&e->api, bh_api_url(&e->api, "/images/", name, "/json"), &json, err);

        r = r < 0 ? r : bh_engine_parse_image(e->arena, json, ret, err);
        if (r == 0)
                ret->engine = e->api.word;
        return bh_wrap(err, r, "image %s", BH_QUOTE(name));
}

int bh_engine_container(struct bh_engine *e, struct bh_str name, struct bh_engine_image *ret, struct bh_err *err) {
        struct bh_str json;
        int r = bh_api_get(&e->api, bh_api_url(&e->api, "/containers/", name, "/json"), &json, err);

        r = r < 0 ? r : bh_engine_parse_container(e->arena, json, ret, err);
        if (r == 0)
                ret->engine = e->api.word;
        return bh_wrap(err, r, "container %s", BH_QUOTE(name));
}

typedef int (*parse_fn)(struct bh_arena *, struct bh_str, struct bh_engine_list *, struct bh_err *);

static int get_list(struct bh_engine *e, const char *path, parse_fn parse, struct bh_engine_list *ret,
                    struct bh_err *err) {
        struct bh_str json;
        int r = bh_api_get(&e->api, bh_api_url(&e->api, path, BH_STR(""), ""), &json, err);

        r = r < 0 ? r : parse(e->arena, json, ret, err);
        for (size_t i = 0; r == 0 && i < ret->len; i++)
                ret->at[i].engine = e->api.word;
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
        r = bh_http_do(s->engine->api.http, &q, &reply, err);
        if (r == 0 && !reply.stopped && reply.status != 200)
                r = bh_api_fail(&s->engine->api, &reply, err);
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
        return start_stream(e, bh_api_url(&e->api, "/images/", name, "/get"), name, progress, ret, ret_fd, err);
}

int bh_engine_export(struct bh_engine *e, struct bh_str container, struct bh_progress *progress, struct bh_pump **ret,
                     int *ret_fd, struct bh_err *err) {
        return start_stream(e, bh_api_url(&e->api, "/containers/", container, "/export"), container, progress, ret, ret_fd, err);
}
