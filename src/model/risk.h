/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_RISK_H
#define BH_MODEL_RISK_H
/*
 * How bad a vulnerability really is, and why: a score of 0 to 100 with the
 * factors that multiply to it. What is not known here (an image does not know
 * where it will run) leaves an interval instead of a guess. docs/RISK.md has
 * the formula.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* How far somebody has come with using it. Ordered: a higher number is worse. */
#define BH_EXPLOIT_TABLE(X)                                                     \
        X(NONE_KNOWN, "none-known")                                             \
        X(POC, "poc")               /* a proof of concept is public */          \
        X(EXPLOIT, "exploit")       /* a working exploit is public */           \
        X(WEAPONISED, "weaponised") /* part of a tool anybody can run */        \
        X(IN_THE_WILD, "in-the-wild") /* used against real systems */

enum bh_exploit_level {
#define X(symbol, word) BH_EXPLOIT_LEVEL_##symbol,
        BH_EXPLOIT_TABLE(X)
#undef X
                _BH_EXPLOIT_LEVEL_MAX
};

const char *bh_exploit_level_str(enum bh_exploit_level level);
enum bh_exploit_level bh_exploit_level_of(struct bh_str word); /* _BH_EXPLOIT_LEVEL_MAX when unknown */

struct bh_risk_factor {
        struct bh_str name;  /* "threat", "epss", "reach", "impact", ... */
        double value;        /* what it multiplies by, at its expected value */
        double low, high;    /* the interval when unknown; else both are value */
        struct bh_str words; /* "EPSS 0.94 (99.9th percentile) on 2026-08-22" */
        bool known;
};

struct bh_risk {
        double score, low, high; /* 0-100; low = high = score when everything is known */
        struct bh_risk_factor *factors;
        uint32_t n_factors;
};

/* Of a whole: its worst, and a diminishing sum of the rest; the same in any order. */
double bh_risk_rollup(const double *scores, size_t n);

#endif
