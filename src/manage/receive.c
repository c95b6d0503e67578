/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/receive.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "fmt/zframe.h"
#include "manage/agents.h"
#include "manage/intake.h"

enum { SKEW_TOLD_MS = 2000, NOTES_A_BATCH = 5 };

/* The tables of a server that lacks a part have no row for its kind: such items are counted as refused. */
static bh_intake *const intakes[_BH_ITEM_MAX] = {
        [BH_ITEM_ALERT] = bh_intake_alert,
        [BH_ITEM_ASSET] = bh_intake_asset,
        [BH_ITEM_SCAN] = bh_intake_scan,
        [BH_ITEM_STATUS] = bh_intake_status,
        [BH_ITEM_RESULT] = bh_intake_result,
        [BH_ITEM_COMPLIANCE] = bh_intake_compliance,
};

#define CLOCK_MAX_MS (1ll << 53)

struct work {
        const struct bh_batch *batch;
        struct bh_sender from;
        struct bh_str lines;
        struct bh_arena *scratch;
        struct bh_batch_reply reply;
        int64_t skew_ms;
        uint64_t stored, dropped, notes; /* of this batch */
};

/* ---- what is counted ---- */

static int begin_epoch(struct bh_db *db, struct work *w, uint64_t *ret_acked, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT acked, acked - stored - dropped FROM agent_epoch WHERE agent_id = ?1 AND epoch = ?2",
                          BH_ARGS(bh_arg_text(w->batch->agent_id), bh_arg_int((int64_t) w->batch->epoch)), &rows, err);

        *ret_acked = 0;
        w->reply.missing = 0;
        if (r < 0 || (r = bh_rows_next(rows, err)) <= 0)
                return r;
        *ret_acked = (uint64_t) bh_rows_int(rows, 0);
        w->reply.missing = (uint64_t) BH_MAX(bh_rows_int(rows, 1), 0);
        return 1;
}

static int count_epoch(struct bh_db *db, struct work *w, uint64_t epoch, uint64_t acked, uint64_t stored, uint64_t dropped, uint64_t refused, struct bh_err *err) {
        static const char sql[] = "INSERT INTO agent_epoch(agent_id, epoch, acked, stored, dropped, refused, first_ms, last_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) "
                                  "ON CONFLICT(agent_id, epoch) DO UPDATE SET acked = max(acked, excluded.acked), stored = stored + excluded.stored, "
                                  "dropped = dropped + excluded.dropped, refused = refused + excluded.refused, last_ms = excluded.last_ms";

        return bh_db_run(db, sql,
                         BH_ARGS(bh_arg_text(w->batch->agent_id), bh_arg_int((int64_t) epoch), bh_arg_int((int64_t) acked), bh_arg_int((int64_t) stored),
                                 bh_arg_int((int64_t) dropped), bh_arg_int((int64_t) refused), bh_arg_int(w->batch->now_ms)),
                         NULL, err);
}

static int note(struct bh_db *db, struct work *w, const char *kind, const char *text, struct bh_err *err) {
        if (w->notes++ >= NOTES_A_BATCH)
                return 0;
        return bh_agent_note(db, w->batch->agent_id, w->batch->now_ms, kind, bh_str_of(text), err);
}

/* ---- drops ---- */

static int intake_drop(struct bh_db *db, struct work *w, const struct bh_item *item, struct bh_err *err) {
        int64_t epoch = bh_doc_int(bh_doc_get(item->body, "epoch"), (int64_t) w->batch->epoch), count = bh_doc_int(bh_doc_get(item->body, "count"), 0);
        int64_t from = bh_doc_int(bh_doc_get(item->body, "from"), 0), to = bh_doc_int(bh_doc_get(item->body, "to"), 0);
        char text[160];
        int r;

        if (count <= 0 || from < 0 || to < from || count - 1 > to - from || epoch < 0)
                return bh_fail(err, BH_E_FORMAT, "a drop of %" PRId64 " between %" PRId64 " and %" PRId64, count, from, to);
        (void) snprintf(text, sizeof text, "dropped %" PRId64 " items between %" PRId64 " and %" PRId64 " of epoch %" PRId64, count, from, to, epoch);
        r = note(db, w, "drop", text, err);
        if (r < 0)
                return r;
        w->dropped += (uint64_t) count;
        /* Of the batch's own epoch only what is before this item can be meant. */
        return count_epoch(db, w, (uint64_t) epoch, (uint64_t) epoch == w->batch->epoch ? 0 : (uint64_t) to, 0, (uint64_t) count, 0, err);
}

/* ---- one item ---- */

static int intake(struct bh_db *db, struct work *w, const struct bh_item *item, struct bh_err *err) {
        if (item->kind == BH_ITEM_DROP)
                return intake_drop(db, w, item, err);
        if (!intakes[item->kind])
                return bh_fail(err, BH_E_FORMAT, "this server takes no items of kind %s", bh_item_kind_str(item->kind));
        return intakes[item->kind](db, &w->from, item, w->scratch, err);
}

/* What lies is counted and noted, and goes no further. */
static int refuse(struct bh_db *db, struct work *w, const struct bh_item *item, const struct bh_err *why, struct bh_err *err) {
        char text[560];

        w->reply.refused++;
        (void) snprintf(text, sizeof text, "item %" PRIu64 " (%s): %s", item->seq, bh_item_kind_str(item->kind), why->text);
        return note(db, w, "refused", text, err);
}

static int take_line(struct bh_db *db, struct work *w, struct bh_str line, uint64_t *acked, struct bh_err *err) {
        struct bh_item item = { 0 };
        struct bh_err why = BH_ERR_NONE;
        int r = bh_item_parse(w->scratch, line, &item, err);

        if (r < 0)
                return r; /* without its number nothing can be accounted for */
        if (item.seq <= *acked) {
                w->reply.repeated++;
                return 0;
        }
        *acked = item.seq;
        w->stored++;
        item.at_ms -= w->skew_ms;
        r = intake(db, w, &item, &why);
        if (r == BH_E_FORMAT)
                r = refuse(db, w, &item, &why, err);
        else if (r < 0)
                *err = why;
        else
                w->reply.taken++;
        return r;
}

/* ---- the batch ---- */

static int note_skew(struct bh_db *db, struct work *w, struct bh_err *err) {
        int64_t known = 0;
        char text[96];
        int r = bh_db_number(db, "SELECT skew_ms FROM agent WHERE id = ?1", BH_ARGS(bh_arg_text(w->batch->agent_id)), &known, err);

        if (r <= 0 || llabs(w->skew_ms - known) < SKEW_TOLD_MS)
                return r;
        (void) snprintf(text, sizeof text, "its clock is %" PRId64 " ms ahead of ours", w->skew_ms);
        r = bh_db_run(db, "UPDATE agent SET skew_ms = ?2 WHERE id = ?1", BH_ARGS(bh_arg_text(w->batch->agent_id), bh_arg_int(w->skew_ms)), NULL, err);
        return r < 0 ? r : note(db, w, "skew", text, err);
}

static int count_agent(struct bh_db *db, struct work *w, struct bh_err *err) {
        return bh_db_run(db, "UPDATE agent SET stored = stored + ?2, dropped = dropped + ?3, refused = refused + ?4 WHERE id = ?1",
                         BH_ARGS(bh_arg_text(w->batch->agent_id), bh_arg_int((int64_t) w->stored), bh_arg_int((int64_t) w->dropped),
                                 bh_arg_int((int64_t) w->reply.refused)),
                         NULL, err);
}

/* Only what asks, changes nothing. */
static int finish(struct bh_db *db, struct work *w, uint64_t acked, struct bh_err *err) {
        int64_t waits = 0;
        int r = 0;

        if (w->stored)
                r = count_epoch(db, w, w->batch->epoch, acked, w->stored, 0, w->reply.refused, err);
        if (r >= 0 && (w->stored || w->dropped))
                r = count_agent(db, w, err);
        r = r < 0 ? r : note_skew(db, w, err);
        r = r < 0 ? r : begin_epoch(db, w, &w->reply.acked, err);
        if (r >= 0)
                r = bh_db_number(db, "SELECT 1 FROM command WHERE agent_id = ?1 AND state = 'waits' LIMIT 1", BH_ARGS(bh_arg_text(w->batch->agent_id)), &waits, err);
        w->reply.commands = r > 0;
        return r < 0 ? r : 0;
}

static int store_batch(struct bh_db *db, void *user, struct bh_err *err) {
        struct work *w = user;
        struct bh_str rest = w->lines, line;
        uint64_t acked = 0;
        unsigned n = 0;
        int r;

        w->reply = (struct bh_batch_reply){ 0 };
        w->stored = w->dropped = w->notes = 0;
        r = begin_epoch(db, w, &acked, err);
        while (r >= 0 && bh_str_split(&rest, '\n', &line)) {
                n++;
                r = take_line(db, w, line, &acked, err);
                bh_arena_reset(w->scratch);
        }
        if (r < 0)
                return bh_wrap(err, r, "line %u", n);
        return finish(db, w, acked, err);
}

/* What the way here takes is no skew. */
static int64_t skew_of(const struct bh_batch *b) {
        int64_t skew = b->agent_ms > 0 && b->agent_ms < CLOCK_MAX_MS ? b->agent_ms - b->now_ms : 0;

        return llabs(skew) < SKEW_TOLD_MS ? 0 : skew;
}

int bh_receive(struct bh_manage *m, struct bh_arena *arena, const struct bh_batch *batch, struct bh_batch_reply *ret, struct bh_err *err) {
        struct work w = { .batch = batch, .lines = batch->body,
                          .from = { batch->agent_id, batch->host_id, batch->epoch, batch->now_ms, m } };
        int r = 0;

        if (batch->epoch == 0 || batch->epoch > INT64_MAX)
                return bh_fail(err, BH_E_FORMAT, "a batch of no epoch");
        if (batch->packed && batch->body.len)
                r = bh_zframe_unpack(arena, batch->body, BH_LIMIT_BATCH, &w.lines, err);
        else if (batch->body.len > BH_LIMIT_BATCH)
                r = bh_fail(err, BH_E_LIMIT, "a batch of %zu bytes", batch->body.len);
        if (r < 0)
                return r;
        w.skew_ms = skew_of(batch);
        w.scratch = bh_arena_new();
        r = bh_store_write(bh_manage_opts(m)->store, store_batch, &w, err);
        bh_arena_free(&w.scratch);
        if (r < 0)
                return r;
        bh_agent_seen(m, batch->agent_id, batch->address, batch->now_ms);
        *ret = w.reply;
        return 0;
}
