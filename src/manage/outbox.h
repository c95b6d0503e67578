/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_OUTBOX_H
#define BH_MANAGE_OUTBOX_H
/* What waits for one receiver: read from where its mark stands, a batch at a time. */
#include "base/vec.h"
#include "manage/integrations.h"

struct bh_condition;

struct bh_outbox {
        int64_t integration, alert_mark, finding_mark;
        const struct bh_integration *what;
        struct bh_condition *when; /* NULL: any */
};

struct bh_outbox_batch {
        struct bh_arena *arena;
        BH_VEC(struct bh_news) news;
        BH_VEC(int64_t) alert_ids; /* of each of them; 0: it is a finding */
        BH_VEC(int64_t) finding_ids;
        int64_t alert_to, finding_to; /* marks when all of it is done */
        uint64_t dropped;             /* there was more than may wait */
};

/* Up to `max`; none of what the filter does not let through. 1: there is something, or the marks move; 0: nothing new. */
int bh_outbox_read(struct bh_db *db, struct bh_outbox *o, size_t max, struct bh_outbox_batch *batch, struct bh_err *err) BH_MUST_CHECK;
/* Moves the marks over the first `done` of the batch and counts; `error` empty: all is well. */
int bh_outbox_note(struct bh_store *store, struct bh_outbox *o, const struct bh_outbox_batch *batch, size_t done, size_t refused, struct bh_str error,
                   int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;

#endif
