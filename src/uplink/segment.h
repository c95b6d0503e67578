/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_UPLINK_SEGMENT_H
#define BH_UPLINK_SEGMENT_H
/*
 * A file of the outbox: a head, then records, appended and never changed.
 *
 *     head    "BHOUTBX1" | epoch 8 | first 8 | level 1 | sealed 1 | zeros 6 | hash 8
 *     record  "BHr\1" | payload's length 4 | hash 8 | seq 8 | time in ms 8 | nth 4 | kind 1 | level 1 | zeros 2 | payload
 *
 * Numbers are little endian. A hash is bh_hash64 of what stands before it (head)
 * or behind it (record), so that a page the disk lost is seen. A record that is
 * broken is passed over: the next one that is whole is looked for, and by its
 * nth (0 is the segment's first) one knows how many are gone.
 *
 * Pure: bytes in, records out.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cur.h"
#include "base/err.h"

enum { BH_SEGMENT_HEAD_BYTES = 40, BH_RECORD_HEAD_BYTES = 40 };

struct bh_segment_head {
        uint64_t epoch, first; /* the number its first record has, or would have */
        uint8_t level;
        bool sealed;           /* payloads are encrypted */
};

struct bh_record {
        uint64_t seq;
        int64_t at_ms;
        uint32_t nth;
        uint8_t kind, level;
        struct bh_str payload;
};

void bh_segment_head_put(struct bh_buf *out, const struct bh_segment_head *head);
int bh_segment_head_get(struct bh_cur *c, struct bh_segment_head *ret, struct bh_err *err) BH_MUST_CHECK;
void bh_record_put(struct bh_buf *out, const struct bh_record *record);

/* What was in the way of a record, or stands at the end without being one. */
struct bh_damage {
        uint64_t bytes;
        uint64_t highest; /* the highest number that a broken record claims; 0: none */
        bool torn;        /* the last record is cut off: its write was never finished */
};

/* 1: the next whole record, its payload borrowed, *ret_damage what was passed over; 0: there is none any more. */
int bh_record_next(struct bh_cur *c, struct bh_record *ret, struct bh_damage *ret_damage);

#endif
