/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_COMMANDS_H
#define BH_MANAGE_COMMANDS_H
/*
 * What agents are asked to do, and what came of it (wire/agent.h has the kinds
 * and their bodies). A command waits for its agent until its time is over; it is
 * handed out until its result comes, so one that was lost on the way comes again.
 *
 *     bh_command_add(db, &order, &id, err)       inside a write
 *     bh_command_wake(manage, agent_id)          after it: the agent waits no longer
 *     SELECT state, text, detail FROM command    what came of it; live topic "agents" {"command":ID,...} tells when
 */
#include "base/buf.h"
#include "manage/manage.h"
#include "store/db.h"

struct bh_command_order {
        struct bh_str agent_id, kind, body, made_by; /* body: a JSON object */
        int64_t now_ms;
        unsigned minutes; /* it is of no use any more after these; 0: an hour */
};

/* NOTFOUND: no such agent, or it is revoked; FORMAT: a kind that is not known. */
int bh_command_add(struct bh_db *db, const struct bh_command_order *order, int64_t *ret_id, struct bh_err *err) BH_MUST_CHECK;
/* The agent of a host that is not revoked, the one seen last; NOTFOUND. */
int bh_agent_of_host(struct bh_db *db, struct bh_str host_id, struct bh_arena *arena, struct bh_str *ret_agent, struct bh_err *err) BH_MUST_CHECK;
void bh_command_wake(const struct bh_manage *m, struct bh_str agent_id);

/* For the agents' port: what waits for this agent, besides the ids it says it has ("1,2,3"), as {"commands":[...]}; 1: there are some. */
int bh_commands_for(struct bh_db *db, struct bh_str agent_id, struct bh_str have, int64_t now_ms, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;
/* In a write: those were handed out. */
int bh_commands_sent(struct bh_db *db, struct bh_str agent_id, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;
/* In a write: what nobody fetched in its time. */
int bh_commands_expire(struct bh_db *db, int64_t now_ms, uint64_t *ret_n, struct bh_err *err) BH_MUST_CHECK;

#endif
