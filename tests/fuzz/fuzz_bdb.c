/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/bdb.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_str key, value;
        struct bh_bdb db;

        if (bh_bdb_open((struct bh_str){ (const char *) data, size }, arena, &db, &err) >= 0) {
                int r;

                while ((r = bh_bdb_next(&db, &key, &value, &err)) != 0)
                        if (r > 0 && value.len > size)
                                __builtin_trap();
        }
        bh_arena_free(&arena);
        return 0;
}
