/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/osrelease.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_cur c = bh_cur_of((struct bh_str){ (const char *) data, size });
        struct bh_arena *arena = bh_arena_new();
        struct bh_str key, value;

        while (bh_osrelease_next(&c, arena, &key, &value))
                if (key.len == 0 || value.len > size)
                        __builtin_trap();
        bh_arena_free(&arena);
        return 0;
}
