/* SPDX-License-Identifier: Apache-2.0 */
#include "model/risk.h"

#include <math.h>

static const double rollup_scale = 1000; /* ten more findings of 100 close two thirds of the way to 100 */

static const char *const words[_BH_EXPLOIT_LEVEL_MAX] = {
#define X(symbol, word) [BH_EXPLOIT_LEVEL_##symbol] = word,
        BH_EXPLOIT_TABLE(X)
#undef X
};

const char *bh_exploit_level_str(enum bh_exploit_level level) {
        return level < _BH_EXPLOIT_LEVEL_MAX ? words[level] : "unknown";
}

enum bh_exploit_level bh_exploit_level_of(struct bh_str word) {
        unsigned i = 0;

        while (i < _BH_EXPLOIT_LEVEL_MAX && !bh_str_is(word, words[i]))
                i++;
        return (enum bh_exploit_level) i;
}

/* Summed in whole millionths, so that no order of the addends can show. */
double bh_risk_rollup(const double *scores, size_t n) {
        int64_t worst = 0, sum = 0;
        double top;

        for (size_t i = 0; i < n; i++) {
                int64_t s = llround(fmin(fmax(scores[i], 0), 100) * 1e6);

                worst = BH_MAX(worst, s);
                sum += s;
        }
        top = (double) worst / 1e6;
        return top + (100 - top) * (1 - exp(-((double) (sum - worst) / 1e6) / rollup_scale));
}
