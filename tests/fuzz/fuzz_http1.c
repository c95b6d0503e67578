/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/limits.h"
#include "fmt/http1.h"
#include "fuzz.h"

/* A body fed a few bytes at a time must come out as when it is fed whole. */
static void chunks(struct bh_str bytes) {
        BH_CLEANUP(bh_buf_done) struct bh_buf whole = { 0 }, pieces = { 0 };
        struct bh_http1_chunks a = { 0 }, b = { 0 };
        size_t taken = 0, from = 0, to = 0;
        int r = bh_http1_chunk(&a, bytes, 4096, &whole, &taken, NULL), q = 0;

        while (q >= 0 && !b.done && to < bytes.len) {
                size_t n = 0;

                to = BH_MIN(bytes.len, to + 7);
                q = bh_http1_chunk(&b, bh_str_part(bytes, from, to - from), 4096, &pieces, &n, NULL);
                from += q >= 0 ? n : 0;
        }
        if ((r >= 0) != (q >= 0) || (r >= 0 && (a.done != b.done || !bh_str_eq(bh_buf_str(&whole), bh_buf_str(&pieces)))))
                abort();
        if (whole.len > 4096)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str bytes = { (const char *) data, size }, text;
        struct bh_http1 head = { 0 };

        if (bh_http1_head(bytes, &head, NULL) > 0) {
                if (head.size > size || head.path.at < bytes.at || head.path.len == 0 || head.path.at[0] != '/' || (head.chunked && head.length))
                        abort();
                if (bh_percent_decode(arena, head.query, true, &text) && text.len > head.query.len)
                        abort();
                chunks(bh_str_from(bytes, head.size));
        }
        if (size < 2048)
                chunks(bytes);
        return 0;
}
