/* SPDX-License-Identifier: Apache-2.0 */
/* php.ini and pools of PHP-FPM. */
#include "comply/read/phpini.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_cur c = bh_cur_of((struct bh_str){ (const char *) data, size });
        struct bh_arena *arena = bh_arena_new();
        struct bh_phpini_row row = { 0 };
        int64_t n;

        while (bh_phpini_next(arena, &c, &row)) {
                (void) bh_phpini_bytes(row.value, &n);
                (void) bh_phpini_true(row.value);
        }
        bh_arena_free(&arena);
        return 0;
}
