/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/apkdb.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_cur c = bh_cur_of((struct bh_str){ (const char *) data, size });
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_apkdb_package p;
        int r;

        while ((r = bh_apkdb_next(&c, arena, &p, &err)) != 0)
                if (r > 0 && p.name.len == 0)
                        __builtin_trap();
        bh_arena_free(&arena);
        return 0;
}
