/* SPDX-License-Identifier: Apache-2.0 */
/* What lies in a jar's META-INF: properties and the manifest. */
#include "fmt/manifest.h"
#include "fmt/properties.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_cur c = bh_cur_of((struct bh_str){ (const char *) data, size });
        struct bh_cur m = c;
        struct bh_arena *arena = bh_arena_new();
        struct bh_manifest_field f;
        struct bh_err err = BH_ERR_NONE;
        struct bh_property p;

        while (bh_properties_next(arena, &c, &p))
                ;
        while (m.left && bh_manifest_next(arena, &m, &f, &err) >= 0)
                ;
        bh_arena_free(&arena);
        return 0;
}
