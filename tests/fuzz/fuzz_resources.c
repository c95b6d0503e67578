/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a control group: any text, any word asked for. A number that is found stands in it. */
#include <stdlib.h>

#include "base/buf.h"
#include "fuzz.h"
#include "sense/resources.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const char *const words[] = { "", "oom", "oom_kill", "max", "nr_throttled", "throttled_usec" };
        struct bh_str text = { (const char *) data, size };

        for (size_t i = 0; i < BH_LEN(words); i++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf digits = { 0 };
                uint64_t n = bh_resources_number(text, words[i]);

                bh_buf_printf(&digits, "%llu", (unsigned long long) n);
                if (n && bh_str_find(text, bh_buf_str(&digits)) < 0)
                        abort();
        }
        return 0;
}
