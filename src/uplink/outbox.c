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
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/json_put.h"
#include "sys/fd.h"
#include "uplink/outbox_parts.h"

#define DEFAULT_BYTES (64 * BH_MIB)
enum { PARTS = 64, LEAST_SEGMENT = 16 * 1024, MOST_SEGMENT = 1024 * 1024, BATCH_ITEMS = 5000 };

static int64_t now_ms(clockid_t clock) {
        struct timespec t;

        (void) clock_gettime(clock, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

void bh_outbox_trouble(struct bh_outbox *o, const struct bh_err *err) {
        (void) snprintf(o->stats.trouble, sizeof o->stats.trouble, "%s", err->text);
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
        o->epochs[o->n_epochs++] = (struct bh_epoch){ .id = ((uint64_t) (uint32_t) (now_ms(CLOCK_REALTIME) / 1000)) << 21 | (chance & 0x1fffff), .next = 1 };
        bh_outbox_state_save(o, true);
}

uint64_t bh_outbox_epoch(struct bh_outbox *o) {
        uint64_t id;

        (void) pthread_mutex_lock(&o->lock);
        id = bh_epoch_now(o)->id;
        (void) pthread_mutex_unlock(&o->lock);
        return id;
}

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

/* ---- sealing ---- */

/* A payload belongs to its number, so that none can be put in another's place. */
static struct bh_str name_of(char room[40], uint64_t epoch, uint64_t seq) {
        return (struct bh_str){ room, (size_t) snprintf(room, 40, "%016" PRIx64 "/%016" PRIx64, epoch, seq) };
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
                r = bh_vault_seal(&o->key, name_of(name, seg->epoch, seq), item->body, &o->sealed, err);
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

/* Large ones are seldom: their memory goes back. */
static void let_go(struct bh_buf *b) {
        if (b->cap > MOST_SEGMENT)
                bh_buf_done(b);
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
        let_go(&o->scratch);
        let_go(&o->sealed);
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
static void declare(struct bh_outbox *o) {
        for (size_t i = 0; i < o->n_epochs; i++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
                struct bh_outbox_item item = { .kind = BH_ITEM_DROP, .at_ms = now_ms(CLOCK_REALTIME) };
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

/* ---- waiting and syncing ---- */

bool bh_outbox_wait(struct bh_outbox *o, unsigned timeout_ms) {
        int64_t until = now_ms(CLOCK_MONOTONIC) + timeout_ms;
        struct timespec t = { .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };
        bool urgent;

        (void) pthread_mutex_lock(&o->lock);
        while (!o->urgent && !o->poked && pthread_cond_timedwait(&o->news, &o->lock, &t) == 0)
                ;
        urgent = o->urgent;
        o->urgent = o->poked = false;
        (void) pthread_mutex_unlock(&o->lock);
        return urgent;
}

void bh_outbox_poke(struct bh_outbox *o) {
        (void) pthread_mutex_lock(&o->lock);
        o->poked = true;
        (void) pthread_cond_broadcast(&o->news);
        (void) pthread_mutex_unlock(&o->lock);
}

struct unsynced {
        int fd;
        unsigned level;
        uint64_t epoch, first, bytes;
        uint32_t n;
};

/* Their descriptors are copied: a segment may go while the disk is waited for. */
static size_t gather_unsynced(struct bh_outbox *o, struct unsynced *all, size_t max) {
        size_t n = 0;

        for (unsigned i = 0; i < BH_OUTBOX_LEVELS; i++)
                for (struct bh_seg *s = o->lanes[i].first; s && n < max; s = s->next)
                        if (s->synced < s->bytes && s->fd >= 0)
                                all[n++] = (struct unsynced){ fcntl(s->fd, F_DUPFD_CLOEXEC, 0), i, s->epoch, s->first, s->bytes, s->n };
        return n;
}

static void mark_synced(struct bh_outbox *o, const struct unsynced *u) {
        for (struct bh_seg *s = o->lanes[u->level].first; s; s = s->next)
                if (s->epoch == u->epoch && s->first == u->first) {
                        s->synced = u->bytes;
                        s->n_synced = u->n;
                }
}

static int sync_one(struct bh_outbox *o, struct unsynced *u, struct bh_err *err) {
        int r = u->fd < 0 || fdatasync(u->fd) < 0 ? bh_fail_sys(err, errno, "%s", o->dir) : 0;

        bh_fd_close(&u->fd);
        return r;
}

/* A file whose name is not on the disk is lost with all that is synced in it. */
static bool sync_names(struct bh_outbox *o, struct bh_err *err) {
        if (fsync(o->dir_fd) == 0)
                return true;
        (void) bh_fail_sys(err, errno, "%s", o->dir);
        (void) pthread_mutex_lock(&o->lock);
        o->new_file = true;
        bh_outbox_trouble(o, err);
        (void) pthread_mutex_unlock(&o->lock);
        return false;
}

void bh_outbox_sync(struct bh_outbox *o) {
        struct unsynced all[8 * BH_OUTBOX_LEVELS];
        struct bh_err err = BH_ERR_NONE;
        uint64_t epoch, next;
        bool new_file, whole;
        size_t n;

        (void) pthread_mutex_lock(&o->lock);
        declare(o);
        n = gather_unsynced(o, all, BH_LEN(all));
        whole = n < BH_LEN(all);
        epoch = bh_epoch_now(o)->id;
        next = bh_epoch_now(o)->next;
        new_file = o->new_file;
        o->new_file = false;
        (void) pthread_mutex_unlock(&o->lock);
        if (new_file && !sync_names(o, &err)) {
                for (size_t i = 0; i < n; i++)
                        bh_fd_close(&all[i].fd);
                return;
        }
        for (size_t i = 0; i < n; i++) {
                int r = sync_one(o, &all[i], &err);

                (void) pthread_mutex_lock(&o->lock);
                if (r < 0)
                        bh_outbox_trouble(o, &err);
                else
                        mark_synced(o, &all[i]);
                (void) pthread_mutex_unlock(&o->lock);
                whole = whole && r >= 0;
        }
        if (!whole)
                return;
        (void) pthread_mutex_lock(&o->lock);
        o->safe_epoch = epoch;
        o->safe_seq = next;
        (void) pthread_mutex_unlock(&o->lock);
}

/* ---- taking and acking ---- */

/*
 * The server passes over what comes after a higher number: so nothing is taken that a lane which is not synced yet
 * might still have something before.
 */
static bool is_safe(struct bh_outbox *o, const struct bh_lane *lane) {
        uint64_t epoch = lane->read.seg->epoch;

        return epoch != bh_epoch_now(o)->id || (epoch == o->safe_epoch && lane->record.seq < o->safe_seq);
}

/* The lane whose next record comes first; of the oldest epoch when `epoch` is 0. */
static struct bh_lane *first_lane(struct bh_outbox *o, uint64_t epoch) {
        struct bh_lane *best = NULL;

        for (unsigned i = 0; i < BH_OUTBOX_LEVELS; i++) {
                struct bh_lane *lane = &o->lanes[i];

                if (!bh_lane_peek(o, lane) || !is_safe(o, lane) || (epoch && lane->read.seg->epoch != epoch))
                        continue;
                if (!best || lane->read.seg->epoch < best->read.seg->epoch ||
                    (lane->read.seg->epoch == best->read.seg->epoch && lane->record.seq < best->record.seq))
                        best = lane;
        }
        return best;
}

/* What cannot be opened was changed on disk: it stays out, and the server will miss its number. */
static void put_record(struct bh_outbox *o, struct bh_lane *lane, struct bh_buf *out, struct bh_outbox_batch *batch) {
        const struct bh_record *r = &lane->record;
        const struct bh_seg *seg = lane->read.seg;
        struct bh_str body = r->payload;
        bool fine = r->kind < _BH_ITEM_MAX;
        char name[40];

        bh_buf_clear(&o->sealed);
        if (fine && seg->sealed) {
                fine = o->seals && bh_vault_open(&o->key, name_of(name, seg->epoch, r->seq), r->payload, &o->sealed, NULL) >= 0;
                body = bh_buf_str(&o->sealed);
        }
        if (!fine) {
                o->stats.damaged_bytes += r->payload.len;
                return;
        }
        bh_item_put(out, r->seq, (enum bh_item_kind) r->kind, r->at_ms, body);
        bh_buf_putc(out, '\n');
        batch->n++;
        batch->last = r->seq;
}

int bh_outbox_take(struct bh_outbox *o, size_t max_bytes, struct bh_buf *out, struct bh_outbox_batch *ret, struct bh_err *err) {
        struct bh_outbox_batch batch = { 0 };
        struct bh_lane *lane;
        struct bh_epoch *e;

        (void) err;
        (void) pthread_mutex_lock(&o->lock);
        for (unsigned i = 0; i < BH_OUTBOX_LEVELS; i++)
                bh_lane_rewind(&o->lanes[i]);
        while (batch.n < BATCH_ITEMS && (lane = first_lane(o, batch.epoch))) {
                if (batch.n && out->len + lane->record.payload.len > max_bytes)
                        break;
                batch.epoch = lane->read.seg->epoch;
                put_record(o, lane, out, &batch);
                if (batch.n)
                        bh_lane_step(lane);
                else
                        bh_lane_pass(o, lane); /* nobody will ever ack it */
        }
        e = bh_epoch_find(o, batch.epoch);
        if (batch.n && e && e->sent < batch.last) {
                e->sent = batch.last;
                bh_outbox_state_save(o, false);
        }
        let_go(&o->sealed);
        (void) pthread_mutex_unlock(&o->lock);
        *ret = batch;
        return batch.n > 0;
}

static void pass(struct bh_outbox *o, struct bh_lane *lane, uint64_t epoch, uint64_t acked) {
        bh_lane_rewind(lane);
        while (bh_lane_peek(o, lane) && lane->read.seg->epoch == epoch && lane->record.seq <= acked)
                bh_lane_pass(o, lane);
        bh_lane_pass_broken(o, lane);
        bh_lane_rewind(lane);
}

/* Whatever was acked whole goes, also one that is written to once it is worth it. */
static void remove_passed(struct bh_outbox *o, struct bh_lane *lane) {
        struct bh_seg *seg, *next;

        for (seg = lane->first; seg; seg = next) {
                bool over = seg->active && seg->bytes < o->segment_bytes / 4;

                next = seg->next;
                if (over || seg->n > seg->passed || seg->synced < seg->bytes)
                        return;
                bh_lane_remove(o, lane, seg);
        }
}

static bool is_worth_saving(struct bh_outbox *o) {
        for (unsigned i = 0; i < BH_OUTBOX_LEVELS; i++) {
                const struct bh_seg *seg = o->lanes[i].first;

                if (seg && seg->n == seg->passed && seg->n && (!seg->active || seg->bytes >= o->segment_bytes / 4))
                        return true;
        }
        return false;
}

static bool is_drained(const struct bh_outbox *o) {
        for (size_t i = 0; i < o->n_epochs; i++)
                if (o->epochs[i].drops.count)
                        return false;
        return o->items == 0;
}

/* Nothing waits, and still the server lacks some: they are lost, and that is declared. */
static void settle(struct bh_outbox *o, struct bh_epoch *e, uint64_t acked, uint64_t missing) {
        bool now = e == bh_epoch_now(o);
        uint64_t never = !now && e->next - 1 > acked ? e->next - 1 - acked : 0;

        if (missing + never) {
                e->drops = (struct bh_drops){ .from = missing ? 1 : acked + 1, .to = acked + never, .count = missing + never };
                declare(o);
        } else if (!now) {
                bh_epoch_remove(o, e);
                bh_outbox_state_save(o, false);
        }
}

void bh_outbox_ack(struct bh_outbox *o, uint64_t epoch, uint64_t acked, uint64_t missing) {
        struct bh_epoch *e;

        (void) pthread_mutex_lock(&o->lock);
        e = bh_epoch_find(o, epoch);
        if (e) {
                e->acked = BH_MAX(e->acked, acked);
                e->sent = BH_MAX(e->sent, e->acked);
                for (unsigned i = 0; i < BH_OUTBOX_LEVELS; i++)
                        pass(o, &o->lanes[i], epoch, acked);
                if (e == bh_epoch_now(o) && acked >= e->next) { /* our disk is older than what the server knows of it */
                        e->next = acked + 1;
                        bh_epoch_begin(o);
                }
                if (is_worth_saving(o))
                        bh_outbox_state_save(o, true);
                for (unsigned i = 0; i < BH_OUTBOX_LEVELS; i++)
                        remove_passed(o, &o->lanes[i]);
                e = bh_epoch_find(o, epoch);
                if (e && is_drained(o))
                        settle(o, e, acked, missing);
        }
        (void) pthread_mutex_unlock(&o->lock);
}

bool bh_outbox_unsettled(struct bh_outbox *o, uint64_t *ret_epoch) {
        bool is;

        (void) pthread_mutex_lock(&o->lock);
        is = o->n_epochs > 1 && is_drained(o);
        if (is)
                *ret_epoch = o->epochs[0].id;
        (void) pthread_mutex_unlock(&o->lock);
        return is;
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
