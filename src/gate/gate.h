/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GATE_GATE_H
#define BH_GATE_GATE_H
/*
 * Rules x report -> verdict. What was not looked for cannot pass: a rule that
 * asks about secrets denies a scan without secrets, and one about
 * vulnerabilities a scan without a database. Gaps are always in the reasons.
 */
#include "gate/policy.h"

/* What the scan did look for. */
struct bh_gate_looked {
        bool secrets, malware, files, licences;
};

void bh_gate_judge(const struct bh_policy *policy, const struct bh_gate_looked *looked, const struct bh_report *report,
                   struct bh_arena *arena, struct bh_verdict *ret);

#endif
