/* SPDX-License-Identifier: Apache-2.0 */
#include "model/risk.h"

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
