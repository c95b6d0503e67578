/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "fuzz.h"
#include "image/ref.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str text = { (const char *) data, size };
        struct bh_arena *arena = bh_arena_new();
        struct bh_ref ref;

        if (bh_ref_parse(arena, text, &ref, NULL) == 0 && ref.registry.len) {
                struct bh_ref again;
                struct bh_str name = bh_ref_name(arena, &ref);

                /* The whole name, read again, is the same name. */
                if (bh_ref_parse(arena, bh_arena_cat(arena, BH_STR("registry:"), name), &again, NULL) < 0 ||
                    !bh_str_eq(bh_ref_name(arena, &again), name))
                        abort();
        }
        bh_arena_free(&arena);
        return 0;
}
