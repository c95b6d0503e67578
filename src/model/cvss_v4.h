/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_CVSS_V4_H
#define BH_MODEL_CVSS_V4_H
/*
 * The CVSS 4.0 score: which macro vector a vector is in, its score, and how
 * far below the macro vector's worst it is. https://www.first.org/cvss/v4-0/
 */
#include <stdint.h>

/* The metrics that count; each value is its step from the worst (S of SI and SA is 0, so H is 1 there and for SC). */
enum bh_cvss4_metric {
        BH_CVSS4_AV, BH_CVSS4_PR, BH_CVSS4_UI, BH_CVSS4_AC, BH_CVSS4_AT,
        BH_CVSS4_VC, BH_CVSS4_VI, BH_CVSS4_VA, BH_CVSS4_CR, BH_CVSS4_IR, BH_CVSS4_AR,
        BH_CVSS4_SC, BH_CVSS4_SI, BH_CVSS4_SA, BH_CVSS4_E,
        _BH_CVSS4_MAX
};

double bh_cvss4_score(const uint8_t step[_BH_CVSS4_MAX]);

#endif
