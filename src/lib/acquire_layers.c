/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layers of an image, each read by a worker, several at once. A worker that
 * dies takes one layer with it, which then has the cause as its gap.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

#include "lib/acquire_parts.h"
#include "scan/layer.h"
#include "sys/fd.h"

enum { MAX_WORKERS = 16 };

bool bh_acquire_wants_second(const struct bh_acquire *a) {
        return a->opts->clamd && (a->opts->parts & BH_SCAN_MALWARE);
}

/* clamd has a connection for each question. */
void bh_acquire_ask_clamd(const struct bh_acquire *a, struct bh_str bytes, struct bh_arena *arena, struct bh_work_verdict *ret) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str name = { 0 };
        int r = bh_clamd_ask(a->opts->clamd, arena, bytes, &name, &err);

        *ret = r < 0 ? (struct bh_work_verdict){ BH_SECOND_FAILED, bh_arena_str(arena, bh_str_of(err.text)) }
                     : (struct bh_work_verdict){ r ? BH_SECOND_FOUND : BH_SECOND_CLEAN, name };
}

int bh_acquire_start_worker(const struct bh_acquire *a, struct bh_worker **ret, struct bh_err *err) {
        struct bh_worker_rules rules = { a->opts->content_fd, a->opts->compiled, a->opts->compiled_user };

        return bh_worker_start(&rules, ret, err);
}

/* A layer that gave nothing but the reason why. */
static struct bh_layer lost_layer(struct bh_acquire *a, const struct bh_layer_ref *l, const struct bh_err *err) {
        struct bh_gap *gap = bh_arena_make(a->arena, struct bh_gap);

        *gap = (struct bh_gap){ .where = BH_STR("layer"), .why = bh_arena_str(a->arena, bh_str_of(err->text)), .code = err->code };
        return (struct bh_layer){ .digest = l->digest, .diff_id = l->diff_id, .gaps = gap, .n_gaps = 1 };
}

struct reading {
        struct bh_acquire *a;
        struct bh_arena *arena; /* the thread's own, kept with the result */
        uint32_t layer;
        bool got;
};

static void on_layer(void *user, const struct bh_layer *layer, struct bh_str bytes) {
        struct reading *r = user;

        r->a->out->layers[r->layer] = *layer;
        r->got = true;
        pthread_mutex_lock(&r->a->lock);
        bh_acquire_keep_layer(r->a, layer, bytes);
        r->a->done_bytes += layer->bytes;
        pthread_mutex_unlock(&r->a->lock);
}

static void on_progress(void *user, uint64_t bytes) {
        struct reading *r = user;

        if (!r->a->opts->progress)
                return;
        pthread_mutex_lock(&r->a->lock);
        r->a->opts->progress(r->a->opts->user, r->a->done_bytes + bytes);
        pthread_mutex_unlock(&r->a->lock);
}

static void on_sample(void *user, struct bh_str bytes, struct bh_arena *arena, struct bh_work_verdict *ret) {
        bh_acquire_ask_clamd(((struct reading *) user)->a, bytes, arena, ret);
}

/* Blobs answer one thread at a time. */
static int open_layer(struct bh_acquire *a, const struct bh_layer_ref *l, int *ret_fd, struct bh_err *err) {
        int r;

        if (a->from_archive) {
                *ret_fd = fcntl(a->source->fd, F_DUPFD_CLOEXEC, 3);
                return *ret_fd < 0 ? bh_fail(err, BH_E_IO, "no descriptor left") : 0;
        }
        pthread_mutex_lock(&a->lock);
        r = bh_blobs_open(a->source->blobs, l->digest, l->size, ret_fd, err);
        pthread_mutex_unlock(&a->lock);
        return r;
}

static int check_layer(struct bh_acquire *a, const struct bh_layer_ref *l, struct bh_err *err) {
        int r = 0;

        if (!a->from_archive) {
                pthread_mutex_lock(&a->lock);
                r = bh_blobs_check(a->source->blobs, l->digest, err);
                pthread_mutex_unlock(&a->lock);
        }
        return r;
}

static int read_layer(struct reading *r, struct bh_worker *w, bool *ret_died, struct bh_err *err) {
        struct bh_acquire *a = r->a;
        const struct bh_layer_ref *l = &a->out->image.layers[r->layer];
        struct bh_work_request q = { .work = BH_WORK_LAYER, .parts = a->opts->parts, .digest = l->digest, .diff_id = l->diff_id,
                                     .max_bytes = a->opts->max_layer_bytes, .second_opinion = bh_acquire_wants_second(a) };
        struct bh_worker_listener listener = { .layer = on_layer, .progress = on_progress, .sample = on_sample, .user = r };
        BH_CLEANUP(bh_fd_close) int fd = -1;
        int e = open_layer(a, l, &fd, err);

        if (e < 0)
                return e;
        if (a->from_archive) {
                q.offset = l->offset;
                q.size = l->size;
        }
        e = bh_worker_ask(w, &q, fd, r->arena, &listener, ret_died, err);
        bh_fd_close(&fd);
        if (e < 0)
                return e;
        e = check_layer(a, l, err);
        if (e >= 0 && !r->got)
                e = bh_fail(err, BH_E_BUG, "the worker gave no layer");
        return e;
}

static bool take_next(struct bh_acquire *a, uint32_t *ret) {
        bool got = false;

        pthread_mutex_lock(&a->lock);
        while (a->next < a->out->n_layers && a->out->layers[a->next].diff_id.len)
                a->next++; /* from the cache */
        if (a->next < a->out->n_layers) {
                *ret = a->next++;
                got = true;
        }
        pthread_mutex_unlock(&a->lock);
        return got;
}

struct reader {
        struct bh_acquire *a;
        struct bh_arena *arena;
        pthread_t thread;
        bool running;
};

static void *read_layers(void *user) {
        struct reader *me = user;
        struct bh_worker *w = NULL;
        struct reading r = { me->a, me->arena, 0, false };

        while (take_next(me->a, &r.layer)) {
                struct bh_err err = BH_ERR_NONE;
                bool died = false;

                r.got = false;
                if ((w || bh_acquire_start_worker(me->a, &w, &err) >= 0) && read_layer(&r, w, &died, &err) >= 0)
                        continue;
                pthread_mutex_lock(&me->a->lock);
                me->a->out->layers[r.layer] = lost_layer(me->a, &me->a->out->image.layers[r.layer], &err);
                pthread_mutex_unlock(&me->a->lock);
                if (died)
                        bh_worker_stop(&w);
        }
        bh_worker_stop(&w);
        return NULL;
}

static void read_all_layers(struct bh_acquire *a) {
        struct reader readers[MAX_WORKERS] = { 0 };
        uint32_t missing = a->out->n_layers - a->out->n_cached;
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        unsigned n = a->opts->n_workers ? a->opts->n_workers : (unsigned) BH_MAX(cores, 1);

        n = BH_MIN(BH_MIN(n, (unsigned) MAX_WORKERS), missing);
        for (unsigned i = 0; i < n; i++) {
                readers[i].a = a;
                readers[i].arena = bh_arena_child(a->arena);
                readers[i].running = i + 1 < n && pthread_create(&readers[i].thread, NULL, read_layers, &readers[i]) == 0;
                if (!readers[i].running && i + 1 == n)
                        (void) read_layers(&readers[i]);
        }
        for (unsigned i = 0; i < n; i++)
                if (readers[i].running)
                        (void) pthread_join(readers[i].thread, NULL);
}

void bh_acquire_layers(struct bh_acquire *a) {
        if (a->opts->describe_only)
                return;
        a->out->n_layers = a->out->image.n_layers;
        a->out->layers = bh_arena_array(a->arena, struct bh_layer, a->out->n_layers);
        for (uint32_t i = 0; i < a->out->n_layers; i++)
                if (bh_acquire_cached_layer(a, a->out->image.layers[i].diff_id, &a->out->layers[i])) {
                        a->out->layers[i].digest = a->out->image.layers[i].digest;
                        a->out->n_cached++;
                }
        read_all_layers(a);
        bh_acquire_keep_image(a);
}
