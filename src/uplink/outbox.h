/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_UPLINK_OUTBOX_H
#define BH_UPLINK_OUTBOX_H
/*
 * What waits for the server, on disk: bounded, in the order of its numbers, gone
 * when the server has it durably.
 *
 *     add -> a lane for each level -> segments -> take (a batch) -> the server -> ack
 *
 * An item is in the file when bh_outbox_add returns, so a killed agent loses
 * none; it is synced before it leaves, so a number that the server has seen never
 * comes back with another meaning. When there is no room the oldest segment of the
 * least severe lane goes, never one of which something was sent and not answered;
 * what goes is counted and declared as an item of kind "drop".
 *
 * When the disk lost something (a torn end, a state that is not there) a new
 * epoch begins, and the old one is settled with the server: it says how many
 * numbers it misses, and those are declared.
 *
 * Any thread may add; one thread takes, acks and syncs.
 */
#include "base/buf.h"
#include "base/err.h"
#include "wire/agent.h"

#define BH_OUTBOX_LEVELS 8 /* of alerts: 0 emergency ... 7 debug */
#define BH_OUTBOX_URGENT 4 /* a warning, and what is worse, is told at once */

struct bh_outbox;

struct bh_outbox_opts {
        const char *dir;        /* made when absent */
        uint64_t max_bytes;     /* of all segments; 0: 64 MiB */
        uint64_t segment_bytes; /* 0: a part of that */
        const char *key_file;   /* 32 bytes, or 64 digits of hex, that nobody else may read: payloads are encrypted; NULL: they are not */
};

struct bh_outbox_item {
        enum bh_item_kind kind;
        uint8_t level;
        int64_t at_ms;
        struct bh_str body; /* JSON in one line */
};

struct bh_outbox_place {
        uint64_t epoch, seq;
        bool kept; /* false: it was dropped, and will be declared */
};

struct bh_outbox_stats {
        uint64_t items, bytes;               /* that wait; on disk */
        uint64_t dropped[BH_OUTBOX_LEVELS];  /* of this run */
        uint64_t damaged_bytes;              /* that were no records any more */
        char trouble[480];                   /* why the disk takes nothing, while it does not; empty: fine */
};

struct bh_outbox_batch {
        uint64_t epoch, last;
        size_t n;
};

int bh_outbox_open(const struct bh_outbox_opts *opts, struct bh_outbox **ret, struct bh_err *err) BH_MUST_CHECK;
/* Syncs. */
void bh_outbox_close(struct bh_outbox **o);

/* ret may be NULL. */
void bh_outbox_add(struct bh_outbox *o, const struct bh_outbox_item *item, struct bh_outbox_place *ret);
/* Waits until something is urgent, poked, or the time is over; true when urgent. */
bool bh_outbox_wait(struct bh_outbox *o, unsigned timeout_ms);
void bh_outbox_poke(struct bh_outbox *o);

/* To the disk, also declarations of what was dropped. What fails stays to be synced, and is told as trouble. */
void bh_outbox_sync(struct bh_outbox *o);
/* 1: the next items that are synced and not acked, as lines, of one epoch, about max_bytes; 0: there are none. The same again until they are acked. */
int bh_outbox_take(struct bh_outbox *o, size_t max_bytes, struct bh_buf *out, struct bh_outbox_batch *ret, struct bh_err *err) BH_MUST_CHECK;
/* What the server said: it has all it will get of this epoch up to `acked`, and misses so many. */
void bh_outbox_ack(struct bh_outbox *o, uint64_t epoch, uint64_t acked, uint64_t missing);
/* An epoch that is over and not settled, to be asked about now that nothing waits. */
bool bh_outbox_unsettled(struct bh_outbox *o, uint64_t *ret_epoch);
uint64_t bh_outbox_epoch(struct bh_outbox *o);
void bh_outbox_stats(struct bh_outbox *o, struct bh_outbox_stats *ret);

/* Of a buffer that one batch made large the memory goes back: most are small. */
void bh_outbox_let_go(struct bh_buf *b);

#endif
