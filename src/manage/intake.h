/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_INTAKE_H
#define BH_MANAGE_INTAKE_H
/*
 * What agents send, put into the store: a function for each kind of item, all
 * called in the writer's transaction, each with what is known of the sender.
 * An item that lies (FORMAT) is counted, kept as a note of the agent, and the
 * rest of the batch goes on; every other failure undoes the batch.
 */
#include "store/db.h"
#include "wire/agent.h"

struct bh_manage;

struct bh_sender {
        struct bh_str agent_id, host_id;
        uint64_t epoch;
        int64_t now_ms;
        struct bh_manage *manage;
};

typedef int bh_intake(struct bh_db *db, const struct bh_sender *from, const struct bh_item *item, struct bh_arena *arena, struct bh_err *err);

bh_intake bh_intake_alert;  /* manage/alerts.c */
bh_intake bh_intake_asset;  /* manage/assets.c */
bh_intake bh_intake_scan;   /* manage/scans.c */
bh_intake bh_intake_status; /* manage/agents.c */
bh_intake bh_intake_result; /* manage/commands.c */
bh_intake bh_intake_compliance; /* manage/compliance.c */

#endif
