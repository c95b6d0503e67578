/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "fmt/toml.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str bytes = { (const char *) data, size };
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        const struct bh_doc *root;

        BH_IGNORE(bh_toml_parse(arena, bytes, &root, &err));
        bh_arena_free(&arena);
        return 0;
}
