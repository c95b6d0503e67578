/* SPDX-License-Identifier: Apache-2.0 */
/* Out of the outbox: batches for the server, and what its answers let go. */
#include <stdio.h>
#include <string.h>

#include "uplink/outbox_parts.h"

enum { BATCH_ITEMS = 5000 };

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
                fine = o->seals && bh_vault_open(&o->key, bh_record_name(name, seg->epoch, r->seq), r->payload, &o->sealed, NULL) >= 0;
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
        bh_outbox_let_go(&o->sealed);
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
                bh_outbox_declare(o);
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
