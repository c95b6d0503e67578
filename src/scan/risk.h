/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_RISK_H
#define BH_SCAN_RISK_H
/*
 * From what is known of a vulnerability, and of where it will run, to a risk:
 *
 *     score = 100 x threat x reach x impact
 *
 * Pure, and monotone: worse news never lowers a score. Every weight stands in
 * one table in risk.c; docs/RISK.md explains each with its source.
 */
#include "base/arena.h"
#include "model/cvss.h"
#include "model/finding.h"
#include "model/risk.h"
#include "model/vuln.h"

/* Each from unknown, then mildest to worst. */
enum bh_risk_exposure {
        BH_RISK_EXPOSURE_UNKNOWN,
        BH_RISK_EXPOSED_NOWHERE,
        BH_RISK_EXPOSED_NODE,
        BH_RISK_EXPOSED_CLUSTER,
        BH_RISK_EXPOSED_INTERNET,
        _BH_RISK_EXPOSURE_MAX,
};
enum bh_risk_use {
        BH_RISK_USE_UNKNOWN,
        BH_RISK_PRESENT,
        BH_RISK_LOADED,
        BH_RISK_EXECUTED,
        _BH_RISK_USE_MAX,
};
enum bh_risk_conditions {
        BH_RISK_CONDITIONS_UNKNOWN,
        BH_RISK_CONDITIONS_NOT_MET,
        BH_RISK_CONDITIONS_MET,
        _BH_RISK_CONDITIONS_MAX,
};
/* What the process may do to its surroundings. */
enum bh_risk_power {
        BH_RISK_POWER_UNKNOWN,
        BH_RISK_CONFINED,
        BH_RISK_ROOT,
        BH_RISK_CAPABLE,
        BH_RISK_PRIVILEGED,
        _BH_RISK_POWER_MAX,
};
enum bh_risk_ssvc {
        BH_RISK_SSVC_UNKNOWN,
        BH_RISK_SSVC_NO,
        BH_RISK_SSVC_YES,
};

struct bh_risk_in {
        const struct bh_cvss *cvss;    /* NULL: unknown */
        enum bh_severity severity;     /* a publisher's word, used when there is no vector */
        enum bh_severity vendor;       /* the distribution's word for this package; UNKNOWN: none */
        enum bh_exploit_level exploit; /* the highest step known */
        bool kev;
        double epss, epss_percentile;  /* < 0: unknown */
        int64_t epss_date_s;           /* 0: unknown */
        enum bh_risk_ssvc automatable, total_impact;
        double age_days;               /* since publication; < 0: unknown */
        enum bh_risk_exposure exposure;
        enum bh_risk_use use;
        enum bh_risk_conditions conditions;
        enum bh_risk_power power;
};

/* Nothing known at all: where to begin. */
struct bh_risk_in bh_risk_unknown(void);
/* What the index knows. `cvss` is where the chosen vector is kept and must live as long as the result; now_s 0: no age. */
struct bh_risk_in bh_risk_of_vuln(const struct bh_vuln *v, int64_t now_s, struct bh_cvss *cvss);
/* The factors lie in `arena`; the product of their values, lows and highs is score, low and high over 100. */
void bh_risk_score(struct bh_arena *arena, const struct bh_risk_in *in, struct bh_risk *ret);
/* Of a whole: its worst, and a diminishing sum of the rest; the same in any order. */
double bh_risk_rollup(const double *scores, size_t n);

#endif
