/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "fuzz.h"
#include "model/cvss.h"

static bool is_score(double s) {
        return s >= 0 && s <= 10;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_cvss c;

        if (bh_cvss_parse((struct bh_str){ (const char *) data, size }, &c, &err) < 0)
                return 0;
        if (!is_score(c.base) || !is_score(c.temporal) || !is_score(c.environmental))
                abort();
        (void) bh_cvss_severity(&c);
        return 0;
}
