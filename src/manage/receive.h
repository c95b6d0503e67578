/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_RECEIVE_H
#define BH_MANAGE_RECEIVE_H
/*
 * A batch from an agent: unpacked within bounds, read line by line, handed to
 * the intake of each kind, all in one write. What is acked is durable; what was
 * acked before is passed over, so a batch that comes twice changes nothing.
 */
#include "base/arena.h"
#include "manage/manage.h"

struct bh_batch {
        struct bh_str agent_id, host_id, address;
        uint64_t epoch;
        int64_t agent_ms, now_ms; /* agent_ms: its clock, when it sent this; 0: not told */
        struct bh_str body;
        bool packed;              /* zstd */
};

struct bh_batch_reply {
        uint64_t acked, missing;
        uint64_t taken, repeated, refused; /* of this batch's items */
        bool commands;                     /* there are some for this agent */
};

/* LIMIT: send less at once; FORMAT: this is no batch; else the store does not take it now. */
int bh_receive(struct bh_manage *m, struct bh_arena *arena, const struct bh_batch *batch, struct bh_batch_reply *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
