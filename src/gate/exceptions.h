/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GATE_EXCEPTIONS_H
#define BH_GATE_EXCEPTIONS_H
/*
 * Hiding what a policy excuses. What is hidden stays in the report with the
 * reason, and is counted; an exception that has run out hides nothing and is
 * noted with its owner, and so is one that fits nothing.
 */
#include "gate/policy.h"

BH_VEC_OF(bh_gate_notes, struct bh_str);

/* today_s decides what has run out. Counts are set by bh_gate_count. */
void bh_exceptions_apply(const struct bh_policy *policy, int64_t today_s, struct bh_report *report, struct bh_arena *arena,
                         struct bh_gate_notes *notes);
/* n_vulns_hidden and n_findings_hidden, from what is hidden. */
void bh_gate_count(struct bh_report *report);
/* All names the target goes by: as it was named, without its kind, its tags and digests. */
struct bh_str *bh_gate_image_names(const struct bh_report *report, struct bh_arena *arena, uint32_t *ret_n);

#endif
