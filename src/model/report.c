/* SPDX-License-Identifier: Apache-2.0 */
#include "model/report.h"

const char *bh_side_str(enum bh_side side) {
        static const char *const words[_BH_SIDE_MAX] = { "unknown", "base", "application" };

        return side < _BH_SIDE_MAX ? words[side] : "unknown";
}
