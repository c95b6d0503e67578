/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_BUDGET_H
#define BH_BASE_BUDGET_H
/*
 * How much we agreed to read. Whatever grows with the input is charged as it
 * is read; what exceeds the budget ends as BH_E_LIMIT with the budget's name
 * in the text. All default limits stand in base/limits.h.
 */
#include <stdint.h>

#include "base/err.h"

struct bh_budget {
        const char *name; /* "layer", "jar": what the sentence will say */
        uint64_t bytes, entries;
        uint32_t depth;
};

/* Takes `n` off; when less is left, nothing is taken and a sentence is given. */
int bh_budget_bytes(struct bh_budget *b, uint64_t n, struct bh_err *err) BH_MUST_CHECK;
int bh_budget_entries(struct bh_budget *b, uint64_t n, struct bh_err *err) BH_MUST_CHECK;
/* In and out of a nesting level. */
int bh_budget_enter(struct bh_budget *b, struct bh_err *err) BH_MUST_CHECK;
void bh_budget_leave(struct bh_budget *b);

#endif
