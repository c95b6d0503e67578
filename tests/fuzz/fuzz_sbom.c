/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "fuzz.h"
#include "scan/sbom/sbom.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str bytes = { (const char *) data, size };
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_layer layer;

        if (bh_sbom_read(bytes, arena, &layer, &err) == 0)
                for (uint32_t i = 0; i < layer.n_packages; i++) /* what goes over the wire is clean */
                        assert(bh_str_is_text(layer.packages[i].name) && bh_str_is_text(layer.packages[i].version));
        else
                assert(err.text[0]);
        bh_arena_free(&arena);
        return 0;
}
