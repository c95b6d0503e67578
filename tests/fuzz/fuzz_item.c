/* SPDX-License-Identifier: Apache-2.0 */
/* A line of a batch, as an agent that was taken over may send it: what is read is put again as it came. */
#include <stdlib.h>

#include "fuzz.h"
#include "wire/agent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const struct bh_str line = { (const char *) data, size };
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_arena *arena = bh_arena_new();
        struct bh_item item, again;

        if (bh_item_parse(arena, line, &item, NULL) >= 0) {
                bh_item_put(&out, item.seq, item.kind, item.at_ms, item.text);
                if (bh_item_parse(arena, bh_buf_str(&out), &again, NULL) < 0 || again.seq != item.seq || !bh_str_eq(again.text, item.text))
                        abort();
        }
        bh_arena_free(&arena);
        return 0;
}
