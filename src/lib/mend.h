/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_LIB_MEND_H
#define BH_LIB_MEND_H
/* What to change: for one vulnerability where it stands, and for all of a report, the best first. */
#include "base/arena.h"
#include "model/report.h"

/* Wants the side to be known. Never empty: what nobody has fixed is said to be so. */
struct bh_str bh_mend_vuln(const struct bh_report *report, const struct bh_vuln_finding *v, struct bh_arena *arena);
/* "RUN apt-get install ..." out of what the builder wrote down; clean text, at most a line. */
struct bh_str bh_instruction_brief(struct bh_arena *arena, struct bh_str instruction);
/* report->advice: what is not hidden, by the one action that mends it; by risk, at most ten. */
void bh_advise(struct bh_report *report, struct bh_arena *arena);

#endif
