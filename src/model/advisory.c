/* SPDX-License-Identifier: Apache-2.0 */
#include "model/advisory.h"

static const char *const words[_BH_STATUS_MAX] = {
#define X(symbol, word) [BH_STATUS_##symbol] = word,
        BH_STATUS_TABLE(X)
#undef X
};

const char *bh_status_str(enum bh_status status) {
        return status < _BH_STATUS_MAX ? words[status] : "unknown";
}

enum bh_status bh_status_of(struct bh_str word) {
        unsigned i = 0;

        while (i < _BH_STATUS_MAX && !bh_str_is(word, words[i]))
                i++;
        return (enum bh_status) i;
}
