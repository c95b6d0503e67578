/* SPDX-License-Identifier: Apache-2.0 */
/* How things stand, in one answer. */
#include "manage/overview.h"
#include "serve/call.h"

static int get_overview(struct bh_call *call, struct bh_err *err) {
        struct bh_match_state state;

        bh_match_state(call->user, &state);
        return bh_overview(call->db, &state, call->who.scoped ? call->who.user_id : 0, call->now_ms, call->arena, &call->out, err);
}

const struct bh_route bh_routes_overview[] = {
        { "GET", "/api/v1/overview", "getOverview", BH_MAY_READ, get_overview, NULL, 0 },
        { 0 },
};
