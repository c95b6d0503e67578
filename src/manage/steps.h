/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_STEPS_H
#define BH_MANAGE_STEPS_H
/* What to do first: incidents, what bases and applications need, what nobody sees, by how bad it is. */
#include "base/vec.h"
#include "manage/match.h"

struct bh_step {
        const char *kind; /* "incident", "base", "host", "application", "container", "coverage" */
        struct bh_str text, owner, link;
        double risk;
};
BH_VEC_OF(bh_steps, struct bh_step);

/* At most ten, the worst first. `mine`: of this person's images alone; 0: of all. */
int bh_steps_load(struct bh_db *db, const struct bh_match_state *state, int64_t mine, int64_t now_ms, struct bh_arena *arena, struct bh_steps *ret,
                  struct bh_err *err) BH_MUST_CHECK;

#endif
