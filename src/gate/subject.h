/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GATE_SUBJECT_H
#define BH_GATE_SUBJECT_H
/*
 * What a scan found, as an event of the rule language: the source "finding".
 * A condition over it is a term of a policy:
 *
 *     when: ["vuln.severity = critical and vuln.fixed exists and not package.name startswith linux-"]
 */
#include "model/report.h"
#include "rule/field.h"

/* Either a vulnerability of a package, or a finding. */
struct bh_subject {
        const struct bh_report *report;
        const struct bh_vuln_finding *vuln;
        const struct bh_finding *finding;
        const struct bh_attribution *whose;
};

/* Events are struct bh_subject. */
extern const struct bh_source bh_source_finding;

#endif
