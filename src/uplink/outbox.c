/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "uplink/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "sys/clock.h"
#include "sys/fd.h"
#include "uplink/outbox_parts.h"

#define DEFAULT_BYTES (64 * BH_MIB)
enum { PARTS = 64, LEAST_SEGMENT = 16 * 1024, MOST_SEGMENT = 1024 * 1024, KEPT_BYTES = 64 * 1024 };

void bh_outbox_trouble(struct bh_outbox *o, const struct bh_err *err) {
        (void) snprintf(o->stats.trouble, sizeof o->stats.trouble, "%s", err->text);
}

void bh_outbox_let_go(struct bh_buf *b) {
        if (b->cap > KEPT_BYTES)
                bh_buf_done(b);
}

/* A payload belongs to its number, so that none can be put in another's place. */
struct bh_str bh_record_name(char room[40], uint64_t epoch, uint64_t seq) {
        return (struct bh_str){ room, (size_t) snprintf(room, 40, "%016" PRIx64 "/%016" PRIx64, epoch, seq) };
}

/* ---- epochs ---- */

struct bh_epoch *bh_epoch_find(struct bh_outbox *o, uint64_t id) {
        for (size_t i = 0; i < o->n_epochs; i++)
                if (o->epochs[i].id == id)
                        return &o->epochs[i];
        return NULL;
}

void bh_epoch_remove(struct bh_outbox *o, struct bh_epoch *e) {
        size_t at = (size_t) (e - o->epochs);

        memmove(e, e + 1, (o->n_epochs - at - 1) * sizeof *e);
        o->n_epochs--;
}

/* Seconds in front, so that epochs sort by age; below 2^53, so that every reader of JSON holds one whole. */
void bh_epoch_begin(struct bh_outbox *o) {
        uint32_t chance = 0;

        while (getrandom(&chance, sizeof chance, 0) != sizeof chance)
                ;
        if (o->n_epochs && bh_epoch_now(o)->next == 1)
                return; /* nothing was ever named by this one */
        if (o->n_epochs == BH_LIMIT_OUTBOX_EPOCHS)
                bh_epoch_remove(o, &o->epochs[0]);
        o->epochs[o->n_epochs++] = (struct bh_epoch){ .id = ((uint64_t) (uint32_t) (bh_clock_ms(CLOCK_REALTIME) / 1000)) << 21 | (chance & 0x1fffff), .next = 1 };
        bh_outbox_state_save(o, true);
}

uint64_t bh_outbox_epoch(struct bh_outbox *o) {
        uint64_t id;

        (void) pthread_mutex_lock(&o->lock);
        id = bh_epoch_now(o)->id;
        (void) pthread_mutex_unlock(&o->lock);
        return id;
}

void bh_outbox_stats(struct bh_outbox *o, struct bh_outbox_stats *ret) {
        (void) pthread_mutex_lock(&o->lock);
        *ret = o->stats;
        ret->items = o->items;
        ret->bytes = o->bytes;
        (void) pthread_mutex_unlock(&o->lock);
}

/* ---- opening and closing ---- */

static void init(struct bh_outbox *o, const struct bh_outbox_opts *opts) {
        pthread_condattr_t how;

        (void) pthread_mutex_init(&o->lock, NULL);
        (void) pthread_condattr_init(&how);
        (void) pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&o->news, &how);
        (void) pthread_condattr_destroy(&how);
        o->dir = strdup(opts->dir);
        if (!o->dir)
                bh_nomem(0);
        o->dir_fd = -1;
        o->max_bytes = opts->max_bytes ? opts->max_bytes : DEFAULT_BYTES;
        o->segment_bytes = opts->segment_bytes ? opts->segment_bytes : BH_MIN(BH_MAX(o->max_bytes / PARTS, (uint64_t) LEAST_SEGMENT), (uint64_t) MOST_SEGMENT);
}

static void free_outbox(struct bh_outbox *o) {
        bh_lanes_done(o);
        bh_vault_key_wipe(&o->key);
        bh_buf_done(&o->scratch);
        bh_buf_done(&o->sealed);
        bh_fd_close(&o->dir_fd);
        (void) pthread_cond_destroy(&o->news);
        (void) pthread_mutex_destroy(&o->lock);
        free(o->dir);
        free(o);
}

static int open_dir(struct bh_outbox *o, struct bh_err *err) {
        if (mkdir(o->dir, 0700) < 0 && errno != EEXIST)
                return bh_fail_sys(err, errno, "%s", o->dir);
        o->dir_fd = open(o->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return o->dir_fd < 0 ? bh_fail_sys(err, errno, "%s", o->dir) : 0;
}

int bh_outbox_open(const struct bh_outbox_opts *opts, struct bh_outbox **ret, struct bh_err *err) {
        struct bh_outbox *o = calloc(1, sizeof *o);
        int r;

        if (!o)
                bh_nomem(sizeof *o);
        init(o, opts);
        r = open_dir(o, err);
        if (r >= 0 && opts->key_file)
                r = bh_vault_key_load(opts->key_file, &o->key, err);
        o->seals = opts->key_file != NULL;
        r = r < 0 ? r : bh_outbox_recover(o, err);
        if (r < 0) {
                free_outbox(o);
                return bh_wrap(err, r, "outbox");
        }
        *ret = o;
        return 0;
}

void bh_outbox_close(struct bh_outbox **outbox) {
        struct bh_outbox *o = *outbox;

        if (!o)
                return;
        bh_outbox_sync(o);
        bh_outbox_state_save(o, true);
        free_outbox(o);
        *outbox = NULL;
}
