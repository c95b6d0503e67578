/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/inflate.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_budget budget = { "fuzz", 1 << 22, 1, 1 };
        struct bh_arena *arena = bh_arena_new();
        struct bh_str in = { (const char *) data, size }, out;
        struct bh_err err = BH_ERR_NONE;

        BH_IGNORE(bh_inflate_raw(arena, in, 1 << 20, &budget, &out, &err));
        BH_IGNORE(bh_inflate_zlib(arena, in, 1 << 20, &budget, &out, &err));
        bh_arena_free(&arena);
        return 0;
}
