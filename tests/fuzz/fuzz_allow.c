/* SPDX-License-Identifier: Apache-2.0 */
/* What is read can be printed, and reads the same again. */
#include <stdlib.h>

#include "fuzz.h"
#include "guard/alert.h"
#include "guard/allow.h"

static void again(const struct bh_allow *a) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_allow *b = NULL;

        for (size_t i = 0; i < a->rows.len; i++)
                bh_allow_print_row(&a->rows.at[i], &out);
        if (bh_allow_parse(BH_STR("again"), bh_buf_str(&out), &b, NULL) < 0 || b->rows.len != a->rows.len)
                abort();
        for (size_t i = 0; i < a->rows.len; i++)
                if (!bh_str_eq(a->rows.at[i].when, b->rows.at[i].when))
                        abort();
        bh_allow_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const struct bh_str text = { (const char *) data, size };
        struct bh_arena *arena = bh_arena_new();
        struct bh_append_list list;
        struct bh_allow *a = NULL;

        if (bh_allow_parse(BH_STR("fuzz"), text, &a, NULL) >= 0) {
                again(a);
                bh_allow_free(&a);
        }
        BH_IGNORE(bh_append_parse(arena, BH_STR("fuzz"), text, &list, NULL));
        bh_arena_free(&arena);
        return 0;
}
