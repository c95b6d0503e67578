/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_MATCH_H
#define BH_MANAGE_MATCH_H
/*
 * Which vulnerabilities the packages of every subject have, by the server's own
 * index of advisories. In a thread of its own: what a scan brought is matched
 * at once, everything again when the index changes, and what nothing changed
 * for is not written. Subjects with the same packages are matched once.
 * The same thread keeps the risks (manage/risk.h).
 */
#include "advisory/index.h"
#include "manage/findings.h"
#include "manage/manage.h"
#include "manage/subject.h"

extern const struct bh_manage_part bh_part_match;

/* There is something to match or to count. From any thread, also before it is durable: it is looked for until it is seen. */
void bh_match_hurry(const struct bh_manage *manage);

struct bh_match_state {
        bool present;          /* there is an index */
        int64_t date_s;        /* of its newest source */
        uint64_t n_vulns;
        char root[2 * BH_SHA256_BYTES + 1];
        char why[256];         /* it cannot be used; empty: it can */
};
void bh_match_state(const struct bh_manage *manage, struct bh_match_state *ret);

/* A base that operations marked: its layers from the bottom. */
struct bh_known_base {
        struct bh_str name, *layers;
        uint32_t n_layers;
};
int bh_known_bases_load(struct bh_db *db, struct bh_arena *arena, struct bh_known_base **ret, size_t *ret_n, struct bh_err *err) BH_MUST_CHECK;

/* What is to be written of one subject. */
struct bh_matched {
        struct bh_subject *subject;
        struct bh_finding_row *rows;
        size_t n_rows;
        struct bh_str advice; /* JSON */
};

/* Attributes and ranks report.vulns, which were matched, and makes rows of them. Pure. */
void bh_matched_of(struct bh_subject *subject, const struct bh_known_base *bases, size_t n_bases, struct bh_arena *arena, struct bh_matched *ret);
/* In a write; `root` names the index, date_s is its day. Nothing happens when the subject was scanned anew meanwhile. */
int bh_matched_write(struct bh_db *db, const struct bh_matched *m, struct bh_str root, int64_t date_s, int64_t now_ms, struct bh_findings_change *ret,
                     struct bh_err *err) BH_MUST_CHECK;
/* The rows of the vulnerabilities themselves, and whatever stamp they have now. */
int bh_vulns_write(struct bh_db *db, const struct bh_report *report, const bool *which, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;
/* which[i]: the row of report.vulns[i] is missing or says something else. */
int bh_vulns_changed(struct bh_db *db, const struct bh_report *report, struct bh_arena *arena, bool **ret, struct bh_err *err) BH_MUST_CHECK;

/* "active yes total", a vector: SSVC's word where there is one, else what CVSS comes to. */
bool bh_ssvc_automatable(struct bh_str ssvc, struct bh_str vector);
bool bh_ssvc_total(struct bh_str ssvc, struct bh_str vector);

#endif
