/* SPDX-License-Identifier: Apache-2.0 */
/* An output text (up to the first NUL), and a value that all fields have (the rest). */
#include "fuzz.h"
#include "rule_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str bytes = { (const char *) data, size }, text, value;
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_rule_format *f = NULL;
        struct bh_err err = BH_ERR_NONE;

        (void) bh_str_cut(bytes, '\0', &text, &value);
        if (size > 4096 || bh_rule_format_new(&fuzz_source, text, &f, &err) < 0)
                return 0;
        bh_rule_format_print(f, &value, &out);
        bh_rule_format_free(&f);
        return 0;
}
