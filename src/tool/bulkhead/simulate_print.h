/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_SIMULATE_PRINT_H
#define BH_TOOL_BULKHEAD_SIMULATE_PRINT_H
/* Scenarios and what came of them, for people and for programs. */
#include "tool/bulkhead/simulate_judge.h"

enum bh_outcome_kind {
        BH_OUTCOME_FIRED,   /* every expected rule */
        BH_OUTCOME_ACTED,   /* acted out as meant; nobody listened, or nothing was expected */
        BH_OUTCOME_MISSED,  /* acted out, but an expected rule did not fire */
        BH_OUTCOME_BROKEN,  /* it could not be acted out as meant */
        BH_OUTCOME_SKIPPED, /* this place lacks what it needs */
        _BH_OUTCOME_MAX,
};

struct bh_outcome {
        const struct bh_simulation *simulation;
        enum bh_outcome_kind kind;
        struct bh_str why;    /* of BROKEN and SKIPPED */
        struct bh_str output; /* what the script wrote last */
        bool judged;          /* the verdict holds */
        struct bh_hearing verdict;
        int64_t took_ms;
};
BH_VEC_OF(bh_outcomes, struct bh_outcome);

const char *bh_outcome_str(enum bh_outcome_kind kind);

/* One line (and more where something is wrong) as soon as a scenario has ended; `loud` adds what it wrote. */
void bh_outcome_line(struct bh_buf *out, const struct bh_outcome *o, bool loud);
void bh_outcomes_summary(struct bh_buf *out, const struct bh_outcomes *all);
void bh_outcomes_json(struct bh_buf *out, const struct bh_outcomes *all);
void bh_outcomes_junit(struct bh_buf *out, const struct bh_outcomes *all);

/* `simulate list`: by tactic. */
void bh_simulations_text(struct bh_buf *out, const struct bh_simulations *all);
void bh_simulations_json(struct bh_buf *out, const struct bh_simulations *all);
void bh_simulations_markdown(struct bh_buf *out, const struct bh_simulations *all);
/* `--dry-run`: what would be done. */
void bh_simulation_plan(struct bh_buf *out, const struct bh_simulation *s, struct bh_str image, struct bh_str skip);

#endif
