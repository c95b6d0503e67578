/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"
#include "tool/bulkhead/simulation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_simulations all = { 0 };
        BH_CLEANUP(bh_buf_done) struct bh_buf json = { 0 };

        BH_IGNORE(bh_simulation_parse(arena, BH_STR("fuzz"), (struct bh_str){ (const char *) data, size }, &all, NULL));
        for (size_t i = 0; i < all.len; i++)
                bh_docker_put_spec(&json, &all.at[i].spec);
        bh_arena_free(&arena);
        return 0;
}
