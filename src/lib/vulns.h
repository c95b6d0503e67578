/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_LIB_VULNS_H
#define BH_LIB_VULNS_H
/* Packages of a report against the index: its vulns, ranked. */
#include "advisory/match.h"
#include "model/report.h"

int bh_report_match(struct bh_report *report, struct bh_index *index, struct bh_arena *arena, struct bh_err *err) BH_MUST_CHECK;
/* What else the index has to say of them: titles, descriptions, references. */
int bh_report_texts(struct bh_report *report, struct bh_index *index, struct bh_arena *arena, struct bh_err *err) BH_MUST_CHECK;
/*
 * Every verdict, with what was weighed for it, also those that came to nothing: by package, then vulnerability;
 * `package` counts in the report's packages. For people who ask why, not for every scan.
 */
int bh_report_verdicts(const struct bh_report *report, struct bh_index *index, struct bh_arena *arena, struct bh_matches *ret,
                       struct bh_err *err) BH_MUST_CHECK;
/* The order of every list of vulnerabilities: not hidden, risk, severity, exploit, id, package. */
void bh_report_sort_vulns(struct bh_report *report);

#endif
