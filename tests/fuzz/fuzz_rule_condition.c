/* SPDX-License-Identifier: Apache-2.0 */
/* A condition (up to the first NUL), and a value that all fields have (the rest). */
#include "fuzz.h"
#include "rule_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str bytes = { (const char *) data, size }, condition, value;
        struct bh_condition *c = NULL;
        struct bh_err err = BH_ERR_NONE;

        (void) bh_str_cut(bytes, '\0', &condition, &value);
        if (size > 4096 || bh_condition_new(&fuzz_source, condition, &c, &err) < 0)
                return 0;
        (void) bh_condition_holds(c, &value);
        value.len /= 2;
        (void) bh_condition_holds(c, &value);
        bh_condition_free(&c);
        return 0;
}
