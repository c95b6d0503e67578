/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_LIB_LICENCES_H
#define BH_LIB_LICENCES_H
/* A report's packages by the class of their licence, and the findings made of those a house minds. */
#include "gate/policy.h"
#include "scan/config.h"
#include "scan/licence/table.h"

/* Gives every package its class and expression, and counts them. */
void bh_report_licences(struct bh_report *report, const struct bh_licences *table, const struct bh_policy *policy, struct bh_arena *arena);
/* One finding for each package whose class has a severity. */
void bh_licence_findings(const struct bh_report *report, const struct bh_policy *policy, struct bh_arena *arena, struct bh_finding_list *out);

#endif
