/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_RESPONSES_H
#define BH_MANAGE_RESPONSES_H
/*
 * What people ask of nodes about an alert: a command to the agent of the host,
 * and what came of it.
 *
 *     asked -> sent -> done -> undone      (undone: its opposite was done, or its time is over)
 *                   -> failed              (also when no agent fetched it in its time)
 *
 * Where a dry run must come first (the setting responses.dry_run_first, on unless it is "false"), the real thing is
 * refused until the same was tried within the last hour.
 */
#include "manage/manage.h"

enum bh_response_on { BH_ON_CONTAINER = 1, BH_ON_PROCESS = 2, BH_ON_FILE = 4 };

struct bh_response_action {
        const char *name, *help;
        unsigned on;          /* any of these must be given */
        const char *undone_by; /* NULL: cannot be undone */
};

/* Ended by one without a name. */
extern const struct bh_response_action bh_response_actions[];
const struct bh_response_action *bh_response_action_of(struct bh_str name);

struct bh_response_order {
        struct bh_str action, host_id, container_id, path, why, by;
        int64_t pid, minutes, incident_id, undoes; /* 0: none */
        bool dry_run;
        int64_t now_ms;
};

/* Pure: FORMAT says what is missing or does not go together. */
int bh_response_check(const struct bh_response_order *o, struct bh_err *err) BH_MUST_CHECK;
bool bh_response_dry_run_first(struct bh_db *db);
/* Inside a write. The host is looked up by its container where it is not given. After it: bh_command_wake(*ret_agent). */
int bh_response_ask(struct bh_db *db, struct bh_response_order *o, struct bh_arena *arena, int64_t *ret_id, struct bh_str *ret_agent, struct bh_err *err)
        BH_MUST_CHECK;

/* Follows commands, tells of what became of them. */
extern const struct bh_manage_part bh_part_responses;

#endif
