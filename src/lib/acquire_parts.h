/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_LIB_ACQUIRE_PARTS_H
#define BH_LIB_ACQUIRE_PARTS_H
/* What the files of acquire share: acquire.c goes by the kind of source, acquire_layers.c reads layers in threads, acquire_cache.c remembers. */
#include <pthread.h>

#include "lib/acquire.h"
#include "lib/worker.h"

struct bh_acquire {
        const struct bh_acquire_opts *opts;
        struct bh_arena *arena;
        struct bh_source *source;
        struct bh_acquired *out;
        BH_VEC(struct bh_gap) gaps;

        /* Shared by the threads that read layers. */
        pthread_mutex_t lock;
        uint32_t next;       /* layer to be read */
        uint64_t done_bytes; /* of layers that are finished */
        bool from_archive;
};

/* ---- acquire_cache.c: for a scan without a cache nothing is there, and nothing is kept ---- */
bool bh_acquire_cached_layer(struct bh_acquire *a, struct bh_str diff_id, struct bh_layer *ret);
/* Only of one that was read whole. Not from two threads at once. */
void bh_acquire_keep_layer(struct bh_acquire *a, const struct bh_layer *layer, struct bh_str bytes);
bool bh_acquire_cached_image(struct bh_acquire *a, struct bh_str id); /* into a->out */
void bh_acquire_keep_image(struct bh_acquire *a);

/* ---- acquire_layers.c ---- */
/* Every layer the image names: from the cache where it is, read where not. */
void bh_acquire_layers(struct bh_acquire *a);
int bh_acquire_start_worker(const struct bh_acquire *a, struct bh_worker **ret, struct bh_err *err) BH_MUST_CHECK;
bool bh_acquire_wants_second(const struct bh_acquire *a);
/* What clamd says of these bytes; from the thread that hears the worker. */
void bh_acquire_ask_clamd(const struct bh_acquire *a, struct bh_str bytes, struct bh_arena *arena, struct bh_work_verdict *ret);

#endif
