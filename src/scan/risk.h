/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_RISK_H
#define BH_SCAN_RISK_H
/*
 * From what is known of a vulnerability, and of where it will run, to a risk:
 *
 *     score = 100 x threat x reach x impact
 *
 * Pure, and monotone: worse news never lowers a score. Every weight stands in
 * one table in risk.c, and those of
 * the place in model/exposure.c; docs/RISK.md explains each with its source.
 */
#include "base/arena.h"
#include "model/cvss.h"
#include "model/exposure.h"
#include "model/finding.h"
#include "model/risk.h"
#include "model/vuln.h"

/* From unknown, then mildest to worst, as the enums of model/exposure.h. */
enum bh_risk_conditions {
        BH_RISK_CONDITIONS_UNKNOWN,
        BH_RISK_CONDITIONS_NOT_MET,
        BH_RISK_CONDITIONS_MET,
        _BH_RISK_CONDITIONS_MAX,
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

#endif
