/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_FINDINGS_H
#define BH_MANAGE_FINDINGS_H
/*
 * Findings of one subject into rows, by what changed: new ones come, those
 * that are gone are fixed, and what is as it was is not written at all.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "fmt/doc.h"
#include "model/exposure.h"
#include "store/db.h"

struct bh_finding_row {
        struct bh_str kind, fingerprint;
        int64_t package_id;                  /* 0: none */
        struct bh_str vuln_id, rule, title, category, path, evidence, status, fix, mend, side, owner;
        struct bh_str detail;                /* JSON; empty: {} */
        int severity;
        uint32_t line, layer;
        bool total, automatable, kev;        /* for `due`, of a vulnerability */
        struct bh_use use;
        struct bh_risk risk;                 /* wherever it runs: places are added here */
};

struct bh_findings_change {
        uint32_t n_new, n_changed, n_gone, n_same;
};

/* `vulns`: these are all its vulnerabilities; else all of its other findings. In a write. */
int bh_findings_replace(struct bh_db *db, struct bh_str subject, bool vulns, const struct bh_finding_row *rows, size_t n,
                        const struct bh_place *places, size_t n_places, int64_t now_ms, struct bh_findings_change *ret, struct bh_err *err) BH_MUST_CHECK;

/* One more, which no scan brought and none takes away (rule "counterfeit"). */
int bh_finding_put(struct bh_db *db, struct bh_str subject, const struct bh_finding_row *row, const struct bh_place *places, size_t n_places, int64_t now_ms,
                   struct bh_err *err) BH_MUST_CHECK;

/* Factors as they are kept: [["name",value,"words"] or ["name",value,"words",low,high], ...]. They multiply to the score within 1e-9. */
void bh_factors_put(struct bh_buf *out, const struct bh_risk *risk);
int bh_factors_parse(struct bh_arena *arena, struct bh_str text, struct bh_risk *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
