/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_UPLINK_OUTBOX_PARTS_H
#define BH_UPLINK_OUTBOX_PARTS_H
/* What the files of the outbox share: outbox.c opens and closes, outbox_add.c, outbox_sync.c and outbox_take.c
 * are the way through it, lane.c reads, recover.c opens what was there, state.c remembers. */
#include <pthread.h>

#include "base/limits.h"
#include "trust/vault.h"
#include "uplink/outbox.h"
#include "uplink/segment.h"

struct bh_seg {
        struct bh_seg *next;
        uint64_t epoch, first, last; /* last: 0 while it has no record */
        uint32_t n, passed;          /* records, of which acked */
        uint64_t bytes, synced;      /* synced: up to here it may be read */
        uint32_t n_synced;
        int fd;                      /* -1: closed */
        bool active, sealed;         /* it may be appended to; payloads are encrypted */
        uint8_t level;
};

/* Where a lane is read: at a record, or before the next. */
struct bh_place {
        struct bh_seg *seg;
        uint64_t at;  /* offset of the next record */
        uint32_t nth;
};

struct bh_lane {
        struct bh_seg *first, *last;
        struct bh_place acked, read;
        struct bh_buf chunk;  /* bytes of read.seg from chunk_at on */
        uint64_t chunk_at;
        bool have;            /* `record` is the one at `read` */
        struct bh_record record;
        uint64_t record_end;
};

struct bh_drops {
        uint64_t from, to, count, by_level[BH_OUTBOX_LEVELS];
};

struct bh_epoch {
        uint64_t id, next, acked, sent;
        struct bh_drops drops; /* that are not declared yet */
};

struct bh_outbox {
        char *dir;
        uint64_t max_bytes, segment_bytes;
        struct bh_vault_key key;
        bool seals; /* payloads are encrypted, by `key` */
        int dir_fd;
        pthread_mutex_t lock; /* guards all below */
        pthread_cond_t news;
        bool urgent, poked, new_file;
        uint64_t safe_epoch, safe_seq; /* all of this epoch below this number is synced, in every lane */
        struct bh_lane lanes[BH_OUTBOX_LEVELS];
        struct bh_epoch epochs[BH_LIMIT_OUTBOX_EPOCHS]; /* the last one is the current */
        size_t n_epochs;
        uint64_t items, bytes;
        struct bh_outbox_stats stats;
        struct bh_buf scratch, sealed;
};

static inline struct bh_epoch *bh_epoch_now(struct bh_outbox *o) {
        return &o->epochs[o->n_epochs - 1];
}
struct bh_epoch *bh_epoch_find(struct bh_outbox *o, uint64_t id); /* NULL */
/* A new one, the current from now on. The oldest goes when there are too many. */
void bh_epoch_begin(struct bh_outbox *o);
void bh_epoch_remove(struct bh_outbox *o, struct bh_epoch *e);

/* A payload belongs to its number, so that none can be put in another's place. */
struct bh_str bh_record_name(char room[40], uint64_t epoch, uint64_t seq);

/* ---- outbox_add.c ---- */
/* What the disk does not take stays to be declared. */
void bh_outbox_declare(struct bh_outbox *o);

/* ---- lane.c ---- */
/* True: lane->record is the next one that is synced. */
bool bh_lane_peek(struct bh_outbox *o, struct bh_lane *lane);
void bh_lane_step(struct bh_lane *lane);
void bh_lane_rewind(struct bh_lane *lane);
/* The record that was peeked at is acked, and with it all that is broken before it. */
void bh_lane_pass(struct bh_outbox *o, struct bh_lane *lane);
/* So is what is broken behind it, up to where the lane was read. */
void bh_lane_pass_broken(struct bh_outbox *o, struct bh_lane *lane);
struct bh_seg *bh_lane_add(struct bh_outbox *o, unsigned level, const struct bh_seg *seg);
/* Takes the segment out and its file away. */
void bh_lane_remove(struct bh_outbox *o, struct bh_lane *lane, struct bh_seg *seg);
/* The name of its file, closed. */
void bh_seg_name(const struct bh_seg *seg, char out[64]);
int bh_seg_open(const struct bh_outbox *o, struct bh_seg *seg, struct bh_err *err) BH_MUST_CHECK;
void bh_lanes_done(struct bh_outbox *o);

/* ---- state.c ---- */
/* 1: read; 0: there is none, or none that can be believed. */
int bh_outbox_state_load(struct bh_outbox *o);
void bh_outbox_state_save(struct bh_outbox *o, bool sync);

/* ---- recover.c ---- */
int bh_outbox_recover(struct bh_outbox *o, struct bh_err *err) BH_MUST_CHECK;

void bh_outbox_trouble(struct bh_outbox *o, const struct bh_err *err);

#endif
