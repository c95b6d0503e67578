/* SPDX-License-Identifier: Apache-2.0 */
/* The caller: starts the threads, and hands what they read to the sink. How they work together is in feed_ring.h. */
#include "advisory/feed_walk.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "advisory/feed_ring.h"
#include "base/limits.h"

enum { MAX_THREADS = 16 };

static int hand_record(const struct bh_feed_record *rec, struct bh_feed_sink *sink, struct bh_err *err) {
        switch (rec->kind) {
        case BH_FEED_SOURCE:
                return sink->source(sink->user, &rec->source, err);
        case BH_FEED_ADVISORY:
                return sink->advisory(sink->user, rec->advisory, err);
        case BH_FEED_FACT:
                return sink->fact(sink->user, &rec->fact, err);
        case BH_FEED_LIFECYCLE:
                return sink->lifecycle(sink->user, &rec->lifecycle, err);
        case BH_FEED_GAP:
                sink->gap(sink->user, rec->gap.where, rec->gap.why);
                return 0;
        }
        return 0;
}

/* What source() was last told: names are the feed table's own, so they outlive every batch. */
struct said {
        struct bh_str name;
        int64_t date_s;
};

static int hand_batch(const struct bh_feed_batch *b, struct said *said, struct bh_feed_sink *sink, struct bh_err *err) {
        for (size_t i = 0; i < b->records.len; i++) {
                const struct bh_feed_record *rec = &b->records.at[i];
                int r;

                if (rec->kind == BH_FEED_SOURCE) {
                        if (bh_str_eq(rec->source.name, said->name) && rec->source.date_s == said->date_s)
                                continue;
                        *said = (struct said){ rec->source.name, rec->source.date_s };
                }
                r = hand_record(rec, sink, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void clear(struct bh_feed_batch *b) {
        bh_arena_reset(b->arena);
        bh_buf_clear(&b->data);
        *b = (struct bh_feed_batch){ .arena = b->arena, .data = b->data };
}

static int sink_all(struct bh_feed_ring *w, struct bh_feed_sink *sink, struct bh_feed_counts *total, struct bh_err *err) {
        struct said said = { 0 };
        int r = 0;

        while (r >= 0) {
                struct bh_feed_batch *b;

                pthread_mutex_lock(&w->lock);
                b = &w->slots[w->sunk % w->n_slots];
                while ((w->sunk == w->filled && !w->all_filled) || (w->sunk < w->filled && !b->read))
                        pthread_cond_wait(&w->moved, &w->lock);
                if (w->sunk == w->filled)
                        b = NULL;
                pthread_mutex_unlock(&w->lock);
                if (!b)
                        return 0;

                total->files += b->counts.files;
                total->passed_over += b->counts.passed_over;
                total->gaps += b->counts.gaps;
                total->bytes += b->counts.bytes;
                r = hand_batch(b, &said, sink, err);
                clear(b);

                pthread_mutex_lock(&w->lock);
                w->sunk++;
                pthread_cond_broadcast(&w->moved);
                pthread_mutex_unlock(&w->lock);
        }
        return r;
}

static int start(struct bh_feed_ring *w, unsigned n_readers, pthread_t *threads, unsigned *ret_started, struct bh_err *err) {
        for (unsigned i = 0; i <= n_readers; i++) {
                int sys = pthread_create(&threads[i], NULL, i ? bh_feed_reader : bh_feed_unpacker, w);

                if (sys)
                        return bh_fail_sys(err, sys, "a thread to read feeds with");
                *ret_started = i + 1;
        }
        return 0;
}

static unsigned reader_count(const struct bh_feed_walk_opts *opts) {
        long n = opts && opts->threads ? (long) opts->threads : sysconf(_SC_NPROCESSORS_ONLN);

        return (unsigned) BH_MAX(1L, BH_MIN(n, (long) MAX_THREADS));
}

static int check_paths(const char *const *paths, size_t n, struct bh_err *err) {
        for (size_t i = 0; i < n; i++)
                if (access(paths[i], R_OK) < 0)
                        return bh_fail_sys(err, errno, "%s", paths[i]);
        return 0;
}

static void run_down(struct bh_feed_ring *w, pthread_t *threads, unsigned started) {
        pthread_mutex_lock(&w->lock);
        w->stop = true;
        pthread_cond_broadcast(&w->moved);
        pthread_mutex_unlock(&w->lock);
        for (unsigned i = 0; i < started; i++)
                (void) pthread_join(threads[i], NULL);
        for (size_t i = 0; i < w->n_slots; i++) {
                bh_arena_free(&w->slots[i].arena);
                bh_buf_done(&w->slots[i].data);
        }
        free(w->slots);
        pthread_cond_destroy(&w->moved);
        pthread_mutex_destroy(&w->lock);
}

int bh_feed_walk(const char *const *paths, size_t n_paths, const struct bh_feed_walk_opts *opts,
                 struct bh_feed_sink *sink, struct bh_feed_counts *ret, struct bh_err *err) {
        struct bh_feed_ring w = { .lock = PTHREAD_MUTEX_INITIALIZER,
                          .moved = PTHREAD_COND_INITIALIZER,
                          .budget = { .name = "feeds", .bytes = BH_LIMIT_FEED_BYTES, .entries = UINT64_MAX },
                          .paths = paths,
                          .n_paths = n_paths };
        unsigned n_readers = reader_count(opts), started = 0;
        struct bh_feed_counts total = { 0 };
        pthread_t threads[MAX_THREADS + 1];
        int r = check_paths(paths, n_paths, err);

        if (r < 0)
                return r;
        w.n_slots = 2 * n_readers + 2;
        w.slots = calloc(w.n_slots, sizeof *w.slots);
        if (!w.slots)
                bh_nomem(w.n_slots * sizeof *w.slots);
        for (size_t i = 0; i < w.n_slots; i++)
                w.slots[i].arena = bh_arena_new();
        r = start(&w, n_readers, threads, &started, err);
        if (r >= 0)
                r = sink_all(&w, sink, &total, err);
        run_down(&w, threads, started);
        if (r >= 0 && ret)
                *ret = total;
        return r;
}
