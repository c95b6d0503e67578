/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first line is the path of a file, the rest its bytes: whatever cataloger
 * wants it gets it. For a path that none wants, the line's first byte selects one.
 */
#include "base/cur.h"
#include "fuzz.h"
#include "scan/catalog.h"

static const struct bh_cataloger *any_row(struct bh_str line) {
        size_t n = 0;

        while (bh_catalogers[n].name)
                n++;
        return &bh_catalogers[(line.len ? (unsigned char) line.at[0] : 0) % n];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_cur cur = bh_cur_of((struct bh_str){ (const char *) data, size });
        struct bh_arena *arena = bh_arena_new(), *scratch = bh_arena_new();
        struct bh_file file = { .path = { "", 0 }, .mode = 0100755 };
        struct bh_catalog catalog = { .arena = arena };
        const struct bh_cataloger *rows[16];
        size_t n;

        if (bh_cur_line(&cur, &file.path))
                file.bytes = bh_cur_rest(&cur);
        file.size = file.bytes.len;
        n = bh_catalog_find(bh_catalog_index_new(arena, bh_catalogers), file.path, file.bytes, rows, BH_LEN(rows));
        if (n == 0)
                rows[n++] = any_row(file.path);
        for (size_t i = 0; i < n; i++)
                bh_catalog_file(&catalog, rows[i], &file, scratch);
        bh_arena_free(&scratch);
        bh_arena_free(&arena);
        return 0;
}
