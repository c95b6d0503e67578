/* SPDX-License-Identifier: Apache-2.0 */
/* The readers: files of a batch become records; their sink only remembers. */
#include "advisory/feed_ring.h"

static struct bh_feed_record *new_record(struct bh_feed_batch *b, enum bh_feed_record_kind kind) {
        struct bh_feed_record *r = bh_vec_add(b->arena, &b->records);

        r->kind = kind;
        return r;
}

static int keep_source(void *user, const struct bh_feed_source *s, struct bh_err *err) {
        struct bh_feed_batch *b = user;
        struct bh_feed_record *r = new_record(b, BH_FEED_SOURCE);

        (void) err;
        r->source = *s;
        r->source.date_s = b->date_s;
        return 0;
}

static int keep_advisory(void *user, const struct bh_advisory *a, struct bh_err *err) {
        struct bh_feed_batch *b = user;
        struct bh_feed_record *r = new_record(b, BH_FEED_ADVISORY);

        (void) err;
        r->advisory = bh_arena_make(b->arena, struct bh_advisory);
        *r->advisory = *a;
        return 0;
}

static int keep_fact(void *user, const struct bh_advisory_fact *f, struct bh_err *err) {
        struct bh_feed_record *r = new_record(user, BH_FEED_FACT);

        (void) err;
        r->fact = *f;
        return 0;
}

static int keep_lifecycle(void *user, const struct bh_lifecycle *l, struct bh_err *err) {
        struct bh_feed_record *r = new_record(user, BH_FEED_LIFECYCLE);

        (void) err;
        r->lifecycle = *l;
        return 0;
}

static void keep_gap(void *user, struct bh_str where, const struct bh_err *err) {
        struct bh_feed_batch *b = user;
        struct bh_feed_record *r = new_record(b, BH_FEED_GAP);
        struct bh_err *copy = bh_arena_make(b->arena, struct bh_err);

        *copy = *err;
        r->gap.where = where;
        r->gap.why = copy;
        b->counts.gaps++;
}

static void read_item(struct bh_feed_batch *b, const struct bh_feed_item *i, struct bh_feed_sink *keep) {
        struct bh_str bytes = bh_str_part(bh_buf_str(&b->data), i->at, i->len);
        struct bh_err err = BH_ERR_NONE;
        int r;

        b->date_s = i->date_s;
        if (i->err) {
                keep_gap(b, i->path, i->err);
                return;
        }
        b->counts.bytes += bytes.len;
        r = bh_feed_file(b->arena, i->path, bytes, keep, &err);
        if (r > 0)
                b->counts.files++;
        else if (r == 0)
                b->counts.passed_over++;
        else
                keep_gap(b, i->path, &err);
}

void *bh_feed_reader(void *user) {
        struct bh_feed_ring *w = user;

        for (;;) {
                struct bh_feed_sink keep = { NULL, keep_source, keep_advisory, keep_fact, keep_lifecycle, keep_gap };
                struct bh_feed_batch *b;

                pthread_mutex_lock(&w->lock);
                while (!w->stop && w->taken == w->filled && !w->all_filled)
                        pthread_cond_wait(&w->moved, &w->lock);
                if (w->stop || w->taken == w->filled) {
                        pthread_mutex_unlock(&w->lock);
                        return NULL;
                }
                b = &w->slots[w->taken++ % w->n_slots];
                pthread_mutex_unlock(&w->lock);

                keep.user = b;
                for (size_t i = 0; i < b->items.len; i++)
                        read_item(b, &b->items.at[i], &keep);

                pthread_mutex_lock(&w->lock);
                b->read = true;
                pthread_cond_broadcast(&w->moved);
                pthread_mutex_unlock(&w->lock);
        }
}
