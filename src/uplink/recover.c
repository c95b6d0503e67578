/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening an outbox again: which segments there are, how far their records are
 * whole, which number comes next. Wherever something is in doubt (no state, a torn end) a new
 * epoch begins, so that a number is never used twice.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "sys/fd.h"
#include "uplink/outbox_parts.h"

#define SEGMENT_MAX (BH_LIMIT_ITEM * 2)

static int by_number(const void *a, const void *b) {
        const struct bh_seg *x = a, *y = b;

        if (x->epoch != y->epoch)
                return x->epoch < y->epoch ? -1 : 1;
        return x->first < y->first ? -1 : x->first > y->first;
}

/* "6-<epoch>-<first>.seg" */
static bool read_name(struct bh_str name, struct bh_seg *seg) {
        struct bh_str level, epoch;
        uint64_t n;

        if (!bh_str_cut_suffix(&name, BH_STR(".seg")) || !bh_str_cut(name, '-', &level, &name) || !bh_str_cut(name, '-', &epoch, &name))
                return false;
        if (!bh_str_u64(level, &n) || n >= BH_OUTBOX_LEVELS || !bh_str_hex64(epoch, &seg->epoch) || !bh_str_hex64(name, &seg->first))
                return false;
        seg->level = (uint8_t) n;
        seg->fd = -1;
        return true;
}

static struct bh_epoch *epoch_of(struct bh_outbox *o, uint64_t id) {
        struct bh_epoch *e = bh_epoch_find(o, id);

        if (e || o->n_epochs == BH_LIMIT_OUTBOX_EPOCHS)
                return e;
        for (size_t i = o->n_epochs++; i > 0; i--) /* in front: the current one stays last */
                o->epochs[i] = o->epochs[i - 1];
        o->epochs[0] = (struct bh_epoch){ .id = id, .next = 1 };
        return &o->epochs[0];
}

/* Its records: how many, the last one, and whether its end is as it was left. */
static void read_records(struct bh_seg *seg, struct bh_epoch *e, struct bh_cur *c, bool *doubt) {
        struct bh_damage damage;
        struct bh_record r;

        seg->synced = BH_SEGMENT_HEAD_BYTES;
        while (bh_record_next(c, &r, &damage)) {
                seg->n = r.nth + 1;
                seg->last = r.seq;
                seg->synced = seg->bytes - c->left;
        }
        seg->n_synced = seg->n;
        seg->bytes = seg->synced; /* what is behind is nothing */
        if (damage.highest && damage.highest < e->next + UINT32_MAX)
                e->next = BH_MAX(e->next, damage.highest + 1);
        e->next = BH_MAX(e->next, BH_MAX(seg->first, seg->last + 1));
        *doubt |= damage.bytes > 0;
}

/* 1: it is one of ours; 0: nothing of it can be read. */
static int read_segment(struct bh_outbox *o, struct bh_seg *seg, struct bh_buf *bytes, bool *doubt, struct bh_err *err) {
        struct bh_segment_head head;
        struct bh_epoch *e = epoch_of(o, seg->epoch);
        struct bh_cur c;
        int r = bh_seg_open(o, seg, err);

        if (!e)
                return bh_fail(err, BH_E_LIMIT, "%s: segments of more than %d epochs", o->dir, BH_LIMIT_OUTBOX_EPOCHS);
        bh_buf_clear(bytes);
        r = r < 0 ? r : bh_fd_read_all(seg->fd, SEGMENT_MAX, bytes, err);
        bh_fd_close(&seg->fd);
        if (r < 0) { /* the disk does not give it: what it held will be missed, and declared */
                *doubt = true;
                return 0;
        }
        seg->bytes = bytes->len;
        seg->sealed = o->seals;
        c = bh_cur_of(bh_buf_str(bytes));
        if (bh_segment_head_get(&c, &head, NULL) < 0 || head.epoch != seg->epoch || head.first != seg->first || head.level != seg->level) {
                *doubt = true;
                if (bytes->len < BH_SEGMENT_HEAD_BYTES)
                        return 0; /* its making was never finished */
                c = bh_cur_of(bh_str_from(bh_buf_str(bytes), BH_SEGMENT_HEAD_BYTES)); /* a broken head: each record stands for itself */
        } else {
                seg->sealed = head.sealed;
        }
        read_records(seg, e, &c, doubt);
        return seg->n > 0;
}

static int take_in(struct bh_outbox *o, struct bh_seg *seg, struct bh_buf *bytes, bool *doubt, struct bh_err *err) {
        int r = read_segment(o, seg, bytes, doubt, err);
        char name[64];

        if (r > 0) {
                o->bytes += seg->bytes;
                o->items += seg->n;
                (void) bh_lane_add(o, seg->level, seg);
                return 0;
        }
        bh_seg_name(seg, name);
        if (r == 0 && unlinkat(o->dir_fd, name, 0) < 0 && errno != EROFS)
                return bh_fail_sys(err, errno, "%s/%s", o->dir, name);
        return r < 0 ? bh_wrap(err, r, "%s", name) : 0;
}

static int list(struct bh_outbox *o, struct bh_seg **ret, size_t *ret_n, struct bh_err *err) {
        struct dirent **names;
        int n = scandir(o->dir, &names, NULL, NULL);

        if (n < 0)
                return bh_fail_sys(err, errno, "%s", o->dir);
        *ret = calloc((size_t) n + 1, sizeof **ret);
        if (!*ret)
                bh_nomem((size_t) n * sizeof **ret);
        for (int i = 0; i < n; i++) {
                *ret_n += read_name(bh_str_of(names[i]->d_name), &(*ret)[*ret_n]);
                free(names[i]);
        }
        free(names);
        qsort(*ret, *ret_n, sizeof **ret, by_number);
        return 0;
}

/* What was acked before the state was written last is not sent again. */
static void pass_acked(struct bh_outbox *o) {
        for (unsigned i = 0; i < BH_OUTBOX_LEVELS; i++) {
                struct bh_lane *lane = &o->lanes[i];
                struct bh_epoch *e;

                while (bh_lane_peek(o, lane) && (e = bh_epoch_find(o, lane->read.seg->epoch)) && lane->record.seq <= e->acked)
                        bh_lane_pass(o, lane);
                bh_lane_rewind(lane);
        }
        o->stats.damaged_bytes = 0;
}

/* Files are appended to only by who made them: what a run left is read, and sent. */
int bh_outbox_recover(struct bh_outbox *o, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        bool doubt = bh_outbox_state_load(o) == 0;
        struct bh_seg *all = NULL;
        size_t n = 0;
        int r = list(o, &all, &n, err);

        for (size_t i = 0; r >= 0 && i < n; i++)
                r = take_in(o, &all[i], &bytes, &doubt, err);
        free(all);
        if (r < 0)
                return r;
        for (size_t i = 0; i < o->n_epochs; i++)
                o->epochs[i].next = BH_MAX(o->epochs[i].next, BH_MAX(o->epochs[i].sent, o->epochs[i].acked) + 1);
        if (doubt)
                bh_epoch_begin(o);
        pass_acked(o);
        return 0;
}
