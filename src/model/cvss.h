/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_CVSS_H
#define BH_MODEL_CVSS_H
/*
 * CVSS vectors of versions 2.0, 3.0, 3.1 and 4.0: what they say, and the
 * scores that https://www.first.org/cvss/ computes from it.
 *
 *     CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H      AV:N/AC:L/Au:N/C:P/I:P/A:P
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "model/finding.h"

enum bh_cvss_version { BH_CVSS_2, BH_CVSS_30, BH_CVSS_31, BH_CVSS_4, _BH_CVSS_MAX };

/* How one gets at it, in one language for all versions; each from worst to mildest. */
enum bh_cvss_vector { BH_CVSS_NETWORK, BH_CVSS_ADJACENT, BH_CVSS_LOCAL, BH_CVSS_PHYSICAL };
enum bh_cvss_need { BH_CVSS_NEED_NONE, BH_CVSS_NEED_SOME, BH_CVSS_NEED_HIGH }; /* of complexity, privileges, a user */
enum bh_cvss_loss { BH_CVSS_LOSS_HIGH, BH_CVSS_LOSS_LOW, BH_CVSS_LOSS_NONE };

struct bh_cvss {
        enum bh_cvss_version version;
        /* Temporal (v4: threat) and environmental scores are the base score where nothing is said of them. */
        double base, temporal, environmental;
        enum bh_cvss_vector vector;
        enum bh_cvss_need complexity, privileges, interaction;
        enum bh_cvss_loss confidentiality, integrity, availability;
        uint8_t value[40]; /* by row of the version's metrics in cvss.c; 0 is the first of its values, 255 not given */
};

/* A version 2 vector may stand in brackets or behind "CVSS:2.0/". */
int bh_cvss_parse(struct bh_str vector, struct bh_cvss *ret, struct bh_err *err) BH_MUST_CHECK;
/* Of the base score, in the words of the vector's own version (v2 knows no "critical"); 0 is INFO. */
enum bh_severity bh_cvss_severity(const struct bh_cvss *cvss);
const char *bh_cvss_version_str(enum bh_cvss_version version); /* "3.1" */

#endif
