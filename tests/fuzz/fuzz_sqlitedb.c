/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/sqlitedb.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_sqlitedb db;
        struct bh_sqlitedb_rows rows;
        struct bh_sqlitedb_row row;
        struct bh_str bytes;
        int64_t n;

        if (bh_sqlitedb_open((struct bh_str){ (const char *) data, size }, &db, &err) >= 0 && bh_sqlitedb_column(&db, arena, "Packages", "blob") < 1000 &&
            bh_sqlitedb_table(&db, arena, "Packages", &rows, &err) > 0)
                while (bh_sqlitedb_next(&rows, &row, &err) > 0) {
                        (void) bh_sqlitedb_int(&row, 0, &n);
                        if (bh_sqlitedb_bytes(&row, 1, &bytes) && bytes.len > size)
                                __builtin_trap();
                }
        bh_arena_free(&arena);
        return 0;
}
