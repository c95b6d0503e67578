/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_LIB_ACQUIRE_H
#define BH_LIB_ACQUIRE_H
/*
 * From a reference to what its layers hold: opens the source, asks workers,
 * uses and feeds the cache. What could not be read is a layer that is not whole
 * and a gap; only a target that cannot be opened or described at all fails.
 */
#include "base/arena.h"
#include "image/source.h"
#include "lib/clamd.h"
#include "model/image.h"
#include "model/layer.h"
#include "store/cache.h"

struct bh_acquire_opts {
        unsigned parts;               /* enum bh_scan_part */
        int content_fd;               /* the rules' bundle; -1 for none */
        struct bh_str content_digest; /* names the bundle in the cache */
        /* What a worker compiled of it, to be part of the next bundle; from any thread. May be NULL. */
        void (*compiled)(void *user, struct bh_str bytes);
        void *compiled_user;
        struct bh_cache *cache;       /* NULL: nothing is kept */
        struct bh_platform platform;  /* os empty: this machine's */
        struct bh_str manifest;       /* this image of an index, by digest; empty: the one that fits the platform */
        unsigned n_workers;           /* 0: as many as processors */
        uint64_t max_layer_bytes;
        bool describe_only;           /* the image's description is enough; of what comes as a pipe, layers are read all the same */
        const struct bh_clamd *clamd; /* asked about every file when malware is looked for; NULL: nobody is */
        struct bh_source_opts source;
        /* The bytes of all layers read so far; from any thread, one at a time. May be NULL. */
        void (*progress)(void *user, uint64_t bytes);
        void *user;
};

struct bh_acquired {
        struct bh_ref ref;
        bool is_image;          /* else a tree or an SBOM: one layer, no configuration */
        bool is_sbom;
        struct bh_image image;
        struct bh_layer *layers; /* bottom first */
        uint32_t n_layers, n_cached;
        struct bh_layer texts; /* what the configuration's texts gave, see texts.h; findings only */
        struct bh_gap *gaps;
        uint32_t n_gaps;
};

int bh_acquire(struct bh_str target, const struct bh_acquire_opts *opts, struct bh_arena *arena, struct bh_acquired *ret,
               struct bh_err *err) BH_MUST_CHECK;

#endif
