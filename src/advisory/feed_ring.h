/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_FEED_RING_H
#define BH_ADVISORY_FEED_RING_H
/*
 * Three kinds of threads around one ring of batches:
 *
 *     unpacker   fills the next free batch with files (some half a megabyte)
 *     readers    take full batches in order and turn files into records
 *     caller     takes read batches in order and hands their records to the sink
 *
 * A batch owns all memory its records need, so nothing is copied, and the ring
 * bounds what waits. Order is that of the batches' numbers, nothing else.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "advisory/feed.h"
#include "advisory/feed_walk.h"
#include "base/buf.h"
#include "base/budget.h"
#include "base/vec.h"

/* One file, or the reason why there is none. */
struct bh_feed_item {
        struct bh_str path;
        size_t at, len; /* in the batch's data */
        int64_t date_s;
        const struct bh_err *err;
};

enum bh_feed_record_kind { BH_FEED_SOURCE, BH_FEED_ADVISORY, BH_FEED_FACT, BH_FEED_LIFECYCLE, BH_FEED_GAP };

struct bh_feed_record {
        enum bh_feed_record_kind kind;
        union {
                struct bh_feed_source source;
                struct bh_advisory *advisory;
                struct bh_advisory_fact fact;
                struct bh_lifecycle lifecycle;
                struct {
                        struct bh_str where;
                        const struct bh_err *why;
                } gap;
        };
};

struct bh_feed_batch {
        struct bh_arena *arena;
        struct bh_buf data;
        BH_VEC(struct bh_feed_item) items;
        BH_VEC(struct bh_feed_record) records;
        struct bh_feed_counts counts;
        int64_t date_s; /* of the file being read */
        bool read;      /* by a reader, and ready for the sink */
};

struct bh_feed_ring {
        pthread_mutex_t lock;
        pthread_cond_t moved;
        struct bh_feed_batch *slots;
        size_t n_slots;
        uint64_t filled, taken, sunk; /* numbers of batches; slot = number % n_slots */
        bool all_filled;
        atomic_bool stop; /* also looked at without the lock */
        /* the unpacker's own */
        struct bh_feed_batch *filling;
        struct bh_budget budget;
        const char *const *paths;
        size_t n_paths;
};

/* The threads' work; `ring` is a struct bh_feed_ring. */
void *bh_feed_unpacker(void *ring); /* feed_unpack.c */
void *bh_feed_reader(void *ring);   /* feed_read.c */

#endif
