/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_WIRE_REPORT_ROWS_H
#define BH_WIRE_REPORT_ROWS_H
/*
 * A report as people read it: grouped by whose part of the image it is, one
 * row for a problem that five packages of one source share, one row for a rule
 * that fired at fifty places. What is hidden is left out.
 */
#include "wire/report.h"

struct bh_vuln_row {
        const struct bh_vuln_finding *v; /* the worst of them */
        struct bh_str packages;          /* "libc6, libc-bin and 2 more"; as hostile as the packages' names */
        uint32_t n_packages;
};

struct bh_finding_row {
        const struct bh_report_finding *first;
        const struct bh_report_finding **all;
        uint32_t n;
};

/* One owner's part. Groups stand in the order of their worst row. */
struct bh_report_group {
        enum bh_side side;
        struct bh_str owner;
        struct bh_vuln_row *vulns;
        uint32_t n_vulns; /* rows */
        struct bh_finding_row *findings;
        uint32_t n_findings; /* rows */
};

struct bh_report_groups {
        struct bh_report_group *at;
        uint32_t n;
};

struct bh_report_groups bh_report_group(struct bh_arena *arena, const struct bh_report *r);
/* "Base image (debian:12), owner platform": clean text. */
struct bh_str bh_report_group_title(struct bh_arena *arena, const struct bh_report *r, const struct bh_report_group *g);

#endif
