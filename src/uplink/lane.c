/* SPDX-License-Identifier: Apache-2.0 */
/* The segments of one level, and reading through them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "sys/fd.h"
#include "uplink/outbox_parts.h"

enum { CHUNK = 128 * 1024 };

void bh_seg_name(const struct bh_seg *seg, char out[64]) {
        (void) snprintf(out, 64, "%u-%016" PRIx64 "-%016" PRIx64 ".seg", seg->level, seg->epoch, seg->first);
}

int bh_seg_open(const struct bh_outbox *o, struct bh_seg *seg, struct bh_err *err) {
        char name[64];

        if (seg->fd >= 0)
                return 0;
        bh_seg_name(seg, name);
        seg->fd = openat(o->dir_fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (seg->fd < 0 && errno == EROFS)
                seg->fd = openat(o->dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        return seg->fd < 0 ? bh_fail_sys(err, errno, "%s/%s", o->dir, name) : 0;
}

struct bh_seg *bh_lane_add(struct bh_outbox *o, unsigned level, const struct bh_seg *seg) {
        struct bh_lane *lane = &o->lanes[level];
        struct bh_seg *s = malloc(sizeof *s);

        if (!s)
                bh_nomem(sizeof *s);
        *s = *seg;
        s->next = NULL;
        if (lane->last)
                lane->last->next = s;
        else
                lane->first = s;
        lane->last = s;
        if (!lane->acked.seg)
                lane->acked = (struct bh_place){ s, BH_SEGMENT_HEAD_BYTES, 0 };
        if (!lane->read.seg)
                lane->read = lane->acked;
        return s;
}

/* A place in a segment that goes moves to the next one's beginning. */
static void leave(struct bh_place *p, const struct bh_seg *seg) {
        if (p->seg == seg)
                *p = (struct bh_place){ seg->next, BH_SEGMENT_HEAD_BYTES, 0 };
}

static void forget_chunk(struct bh_lane *lane) {
        lane->have = false;
        bh_buf_done(&lane->chunk);
}

void bh_lane_remove(struct bh_outbox *o, struct bh_lane *lane, struct bh_seg *seg) {
        struct bh_seg **at = &lane->first, *before = NULL;
        char name[64];

        while (*at != seg) {
                before = *at;
                at = &(*at)->next;
        }
        if (lane->read.seg == seg)
                forget_chunk(lane);
        leave(&lane->acked, seg);
        leave(&lane->read, seg);
        *at = seg->next;
        if (lane->last == seg)
                lane->last = before;
        bh_seg_name(seg, name);
        (void) unlinkat(o->dir_fd, name, 0);
        o->bytes -= seg->bytes;
        bh_fd_close(&seg->fd);
        free(seg);
}

/* ---- reading ---- */

/* From the place on, at least `want` bytes of what is synced. */
static bool load(struct bh_outbox *o, struct bh_lane *lane, uint64_t want) {
        struct bh_seg *seg = lane->read.seg;
        struct bh_err err = BH_ERR_NONE;
        uint64_t left = seg->synced - lane->read.at;
        ssize_t n;

        bh_buf_clear(&lane->chunk);
        lane->chunk_at = lane->read.at;
        want = BH_MIN(want, left);
        if (bh_seg_open(o, seg, &err) < 0) {
                bh_outbox_trouble(o, &err);
                return false;
        }
        while (lane->chunk.len < want) {
                n = pread(seg->fd, bh_buf_room(&lane->chunk, want - lane->chunk.len), want - lane->chunk.len, (off_t) (lane->chunk_at + lane->chunk.len));
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        break;
                lane->chunk.len += (size_t) n;
        }
        return lane->chunk.len > 0;
}

/* In the chunk as it is; false: it holds no whole record that begins at the place. */
static bool look(struct bh_outbox *o, struct bh_lane *lane, bool whole) {
        struct bh_place *p = &lane->read;
        struct bh_damage damage;
        struct bh_cur c;

        if (p->at < lane->chunk_at || p->at >= lane->chunk_at + lane->chunk.len)
                return false;
        c = bh_cur_of(bh_str_from(bh_buf_str(&lane->chunk), p->at - lane->chunk_at));
        if (bh_record_next(&c, &lane->record, &damage) == 0 || (damage.bytes && !whole))
                return false;
        o->stats.damaged_bytes += damage.bytes;
        lane->record_end = lane->chunk_at + lane->chunk.len - c.left;
        return lane->have = true;
}

/* The rest of this segment has no record: a damage, or its end. */
static bool go_on(struct bh_outbox *o, struct bh_lane *lane) {
        struct bh_place *p = &lane->read;

        if (p->at < p->seg->synced) {
                o->stats.damaged_bytes += p->seg->synced - p->at;
                p->nth = p->seg->n_synced;
                p->at = p->seg->synced;
        }
        if (!p->seg->next || p->seg->synced < p->seg->bytes)
                return false;
        if (!p->seg->active)
                bh_fd_close(&p->seg->fd);
        *p = (struct bh_place){ p->seg->next, BH_SEGMENT_HEAD_BYTES, 0 };
        bh_buf_clear(&lane->chunk);
        return true;
}

bool bh_lane_peek(struct bh_outbox *o, struct bh_lane *lane) {
        if (lane->have)
                return true;
        if (!lane->read.seg)
                return false;
        do {
                struct bh_place *p = &lane->read;

                if (p->at < p->seg->synced &&
                    (look(o, lane, false) || (load(o, lane, CHUNK) && look(o, lane, false)) || (load(o, lane, UINT64_MAX) && look(o, lane, true))))
                        return true;
        } while (go_on(o, lane));
        return false;
}

void bh_lane_step(struct bh_lane *lane) {
        lane->read.at = lane->record_end;
        lane->read.nth = lane->record.nth + 1;
        lane->have = false;
}

void bh_lane_rewind(struct bh_lane *lane) {
        lane->read = lane->acked;
        forget_chunk(lane);
}

static void count_passed(struct bh_outbox *o, struct bh_seg *seg, uint32_t passed) {
        if (passed <= seg->passed)
                return;
        o->items -= BH_MIN(o->items, (uint64_t) (passed - seg->passed));
        seg->passed = passed;
}

void bh_lane_pass_broken(struct bh_outbox *o, struct bh_lane *lane) {
        for (struct bh_seg *seg = lane->acked.seg; seg && seg != lane->read.seg; seg = seg->next)
                count_passed(o, seg, seg->n);
        if (!lane->have && lane->read.seg)
                count_passed(o, lane->read.seg, lane->read.nth);
        lane->acked = lane->read;
}

void bh_lane_pass(struct bh_outbox *o, struct bh_lane *lane) {
        bh_lane_step(lane);
        bh_lane_pass_broken(o, lane);
}

void bh_lanes_done(struct bh_outbox *o) {
        for (unsigned i = 0; i < BH_OUTBOX_LEVELS; i++) {
                struct bh_seg *seg = o->lanes[i].first, *next;

                for (; seg; seg = next) {
                        next = seg->next;
                        bh_fd_close(&seg->fd);
                        free(seg);
                }
                bh_buf_done(&o->lanes[i].chunk);
        }
}
