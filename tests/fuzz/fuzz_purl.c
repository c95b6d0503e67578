/* SPDX-License-Identifier: Apache-2.0 */
/* What was read and printed reads the same again. */
#include <stdlib.h>

#include "fuzz.h"
#include "model/purl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        BH_CLEANUP(bh_buf_done) struct bh_buf once = { 0 }, twice = { 0 };
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_package package;
        struct bh_release release;
        struct bh_purl purl;

        if (bh_purl_parse(arena, (struct bh_str){ (const char *) data, size }, &purl, &err) == 0) {
                bh_purl_print(&purl, &once);
                if (once.len <= 4096) {
                        if (bh_purl_parse(arena, bh_buf_str(&once), &purl, &err) < 0)
                                abort();
                        bh_purl_print(&purl, &twice);
                        if (!bh_str_eq(bh_buf_str(&once), bh_buf_str(&twice)))
                                abort();
                }
        }
        BH_IGNORE(bh_purl_to_package(arena, (struct bh_str){ (const char *) data, size }, &package, &release, &err));
        bh_arena_free(&arena);
        return 0;
}
