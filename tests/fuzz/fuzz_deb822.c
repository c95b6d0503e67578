/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/deb822.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_cur c = bh_cur_of((struct bh_str){ (const char *) data, size });
        struct bh_err err = BH_ERR_NONE;
        struct bh_deb822 d;
        int r;

        while ((r = bh_deb822_next(&c, &d, &err)) != 0)
                if (r < 0)
                        bh_deb822_skip(&c);
                else if (d.n_fields == 0 || d.n_fields > BH_LEN(d.fields))
                        __builtin_trap();
        return 0;
}
