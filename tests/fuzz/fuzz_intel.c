/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of indicators: the first byte says which reader. What comes out is in its one form: read again, it is the same. */
#include <stdlib.h>

#include "manage/intel_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const struct bh_str formats[] = { BH_STR_INIT("plain"), BH_STR_INIT("csv"), BH_STR_INIT("stix"), BH_STR_INIT("misp") };
        struct bh_indicators all = { .arena = bh_arena_new() };
        struct bh_misp_uuids uuids = { 0 };
        struct bh_str bytes = { (const char *) data + 1, size ? size - 1 : 0 };

        if (size > 0) {
                BH_IGNORE(bh_intel_parse(formats[data[0] % 4], bytes, BH_STR("1"), &all, NULL));
                BH_IGNORE(bh_intel_misp_manifest(all.arena, bytes, &uuids, NULL));
        }
        for (size_t i = 0; i < all.all.len; i++) {
                struct bh_indicator again = { 0 };

                if (!bh_indicator_of(all.arena, all.all.at[i].value, &again) || again.kind != all.all.at[i].kind || !bh_str_eq(again.value, all.all.at[i].value))
                        abort();
        }
        bh_arena_free(&all.arena);
        return 0;
}
