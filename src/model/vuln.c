/* SPDX-License-Identifier: Apache-2.0 */
#include "model/vuln.h"

const char *bh_reason_str(enum bh_reason reason) {
        static const char *const words[] = {
#define X(symbol, word) [BH_REASON_##symbol] = word,
                BH_REASON_TABLE(X)
#undef X
        };

        return (unsigned) reason < _BH_REASON_MAX ? words[reason] : "";
}
