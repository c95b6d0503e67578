/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/rfc822.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_cur cur = bh_cur_of((struct bh_str){ (const char *) data, size });
        struct bh_err err = BH_ERR_NONE;
        struct bh_str name, value;

        while (bh_rfc822_next(&cur, &name, &value, &err) > 0)
                BH_IGNORE(bh_str_is_text(name) + bh_str_is_text(value)); /* touches every byte of both */
        return 0;
}
