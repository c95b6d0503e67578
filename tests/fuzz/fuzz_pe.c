/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of a version resource is always text. */
#include <stdlib.h>

#include "fmt/pe.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_pe_version v;

        if (bh_pe_version(arena, (struct bh_str){ (const char *) data, size }, &v, NULL) > 0) {
                const struct bh_str all[] = { v.company, v.product, v.description, v.product_version, v.file_version, v.original_name };

                for (size_t i = 0; i < BH_LEN(all); i++)
                        if (!bh_str_is_text(all[i]))
                                abort();
        }
        bh_arena_free(&arena);
        return 0;
}
