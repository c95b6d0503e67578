/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Into the outbox: what comes is numbered and appended to the lane of its level.
 * When there is no room, the least severe goes first, and what went is declared
 * in a record of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fmt/json_put.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "uplink/outbox_parts.h"

/* ---- dropping ---- */

static void count_drop(struct bh_outbox *o, struct bh_epoch *e, unsigned level, uint64_t from, uint64_t to, uint64_t n) {
        struct bh_drops *d = &e->drops;

        d->from = d->count ? BH_MIN(d->from, from) : from;
        d->to = BH_MAX(d->to, to);
        d->count += n;
        d->by_level[level] += n;
        o->stats.dropped[level] += n;
}

/* Was something of it sent that no answer came for? Then the server may have it. */
static bool is_in_doubt(const struct bh_epoch *e, const struct bh_seg *seg) {
        return e && e->sent > e->acked && seg->first <= e->sent;
}

static bool drop_oldest(struct bh_outbox *o, struct bh_lane *lane) {
        for (struct bh_seg *seg = lane->first; seg; seg = seg->next) {
                struct bh_epoch *e = bh_epoch_find(o, seg->epoch);

                if (is_in_doubt(e, seg) || !seg->n)
                        continue;
                if (e && seg->n > seg->passed)
                        count_drop(o, e, seg->level, BH_MAX(seg->first, e->acked + 1), seg->last, seg->n - seg->passed);
                o->items -= seg->n - seg->passed;
                bh_lane_remove(o, lane, seg);
                return true;
        }
        return false;
}

/* The least severe first, but nothing that is more severe than what room is made for. */
static bool make_room(struct bh_outbox *o, unsigned level) {
        for (unsigned i = BH_OUTBOX_LEVELS; i-- > level;)
                if (drop_oldest(o, &o->lanes[i]))
                        return true;
        return false;
}

/* ---- appending ---- */

static int make_segment(struct bh_outbox *o, unsigned level, uint64_t first, struct bh_seg **ret, struct bh_err *err) {
        struct bh_seg seg = { .epoch = bh_epoch_now(o)->id, .first = first, .level = (uint8_t) level, .active = true, .sealed = o->seals, .fd = -1 };
        struct bh_segment_head head = { .epoch = seg.epoch, .first = first, .level = seg.level, .sealed = seg.sealed };
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        char name[64];
        int r;

        bh_seg_name(&seg, name);
        seg.fd = openat(o->dir_fd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (seg.fd < 0)
                return bh_fail_sys(err, errno, "%s/%s", o->dir, name);
        bh_segment_head_put(&bytes, &head);
        r = bh_fd_write_all(seg.fd, bh_buf_str(&bytes), err);
        if (r < 0) {
                (void) unlinkat(o->dir_fd, name, 0);
                bh_fd_close(&seg.fd);
                return bh_wrap(err, r, "%s/%s", o->dir, name);
        }
        seg.bytes = seg.synced = BH_SEGMENT_HEAD_BYTES;
        o->bytes += seg.bytes;
        o->new_file = true;
        *ret = bh_lane_add(o, level, &seg);
        return 0;
}

static int active_segment(struct bh_outbox *o, unsigned level, uint64_t seq, struct bh_seg **ret, struct bh_err *err) {
        struct bh_seg *seg = o->lanes[level].last;

        if (seg && seg->active && seg->epoch == bh_epoch_now(o)->id && seg->bytes < o->segment_bytes) {
                *ret = seg;
                return 0;
        }
        if (seg)
                seg->active = false;
        return make_segment(o, level, seq, ret, err);
}

static int write_at(int fd, struct bh_str bytes, uint64_t at, struct bh_err *err) {
        while (bytes.len) {
                ssize_t n = pwrite(fd, bytes.at, bytes.len, (off_t) at);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return bh_fail_sys(err, n < 0 ? errno : ENOSPC, "outbox");
                bytes = bh_str_from(bytes, (size_t) n);
                at += (uint64_t) n;
        }
        return 0;
}

static int append(struct bh_outbox *o, const struct bh_outbox_item *item, uint64_t seq, struct bh_err *err) {
        struct bh_seg *seg = NULL;
        struct bh_record record = { .seq = seq, .at_ms = item->at_ms, .kind = (uint8_t) item->kind, .level = item->level, .payload = item->body };
        int r = active_segment(o, item->level, seq, &seg, err);
        char name[40];

        bh_buf_clear(&o->sealed);
        if (r >= 0 && o->seals) {
                r = bh_vault_seal(&o->key, bh_record_name(name, seg->epoch, seq), item->body, &o->sealed, err);
                record.payload = bh_buf_str(&o->sealed);
        }
        if (r < 0)
                return r;
        record.nth = seg->n;
        bh_buf_clear(&o->scratch);
        bh_record_put(&o->scratch, &record);
        r = bh_seg_open(o, seg, err);
        r = r < 0 ? r : write_at(seg->fd, bh_buf_str(&o->scratch), seg->bytes, err);
        if (r < 0) {
                if (seg->fd >= 0)
                        BH_IGNORE(ftruncate(seg->fd, (off_t) seg->bytes)); /* no torn record */
                return r;
        }
        seg->bytes += o->scratch.len;
        seg->last = seq;
        seg->n++;
        o->bytes += o->scratch.len;
        o->items++;
        return 0;
}

static int append_with_room(struct bh_outbox *o, const struct bh_outbox_item *item, uint64_t seq, struct bh_err *err) {
        uint64_t need = item->body.len + BH_RECORD_HEAD_BYTES + BH_SEGMENT_HEAD_BYTES + 32;
        int r;

        if (item->body.len > BH_LIMIT_ITEM || need > o->max_bytes)
                return bh_fail(err, BH_E_LIMIT, "an item of %zu bytes", item->body.len);
        while (o->bytes + need > o->max_bytes)
                if (!make_room(o, item->level))
                        return bh_fail(err, BH_E_LIMIT, "the outbox is full (%" PRIu64 " of %" PRIu64 " bytes)", o->bytes, o->max_bytes);
        r = append(o, item, seq, err);
        if (r < 0 && (err->sys == ENOSPC || err->sys == EDQUOT) && make_room(o, item->level))
                r = append(o, item, seq, err);
        bh_outbox_let_go(&o->scratch);
        bh_outbox_let_go(&o->sealed);
        return r;
}

/* ---- declaring ---- */

static void put_drops(struct bh_buf *out, const struct bh_epoch *e, bool now) {
        struct bh_json_put j = { .out = out, .compact = true };
        const struct bh_drops *d = &e->drops;
        char level[2] = { 0 };

        bh_json_put_open(&j, NULL, '{');
        if (!now)
                bh_json_put_u64(&j, "epoch", e->id);
        bh_json_put_u64(&j, "from", d->from);
        bh_json_put_u64(&j, "to", d->to);
        bh_json_put_u64(&j, "count", d->count);
        bh_json_put_open(&j, "by_level", '{');
        for (unsigned i = 0; i < BH_OUTBOX_LEVELS; i++) {
                level[0] = (char) ('0' + i);
                if (d->by_level[i])
                        bh_json_put_u64(&j, level, d->by_level[i]);
        }
        bh_json_put_close(&j);
        bh_json_put_close(&j);
}

/* What the disk does not take stays to be declared. */
void bh_outbox_declare(struct bh_outbox *o) {
        for (size_t i = 0; i < o->n_epochs; i++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
                struct bh_outbox_item item = { .kind = BH_ITEM_DROP, .at_ms = bh_clock_ms(CLOCK_REALTIME) };
                struct bh_err err = BH_ERR_NONE;

                if (o->epochs[i].drops.count == 0)
                        continue;
                put_drops(&body, &o->epochs[i], i + 1 == o->n_epochs);
                item.body = bh_str_trim(bh_buf_str(&body));
                if (append(o, &item, bh_epoch_now(o)->next, &err) < 0) {
                        bh_outbox_trouble(o, &err);
                        return;
                }
                bh_epoch_now(o)->next++;
                o->epochs[i].drops = (struct bh_drops){ 0 };
        }
}

void bh_outbox_add(struct bh_outbox *o, const struct bh_outbox_item *given, struct bh_outbox_place *ret) {
        struct bh_outbox_item item = *given;
        struct bh_err err = BH_ERR_NONE;
        struct bh_epoch *e;
        uint64_t seq;
        int r;

        item.level = BH_MIN(item.level, BH_OUTBOX_LEVELS - 1);
        (void) pthread_mutex_lock(&o->lock);
        e = bh_epoch_now(o);
        seq = e->next++;
        r = append_with_room(o, &item, seq, &err);
        if (r < 0) {
                count_drop(o, e, item.level, seq, seq, 1);
                bh_outbox_trouble(o, &err);
        } else {
                o->stats.trouble[0] = '\0';
        }
        if (item.level <= BH_OUTBOX_URGENT && r >= 0) {
                o->urgent = true;
                (void) pthread_cond_broadcast(&o->news);
        }
        if (ret)
                *ret = (struct bh_outbox_place){ e->id, seq, r >= 0 };
        (void) pthread_mutex_unlock(&o->lock);
}
