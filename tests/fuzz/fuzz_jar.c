/* SPDX-License-Identifier: Apache-2.0 */
/* A Java archive as it passes by, in pieces of a size the input picks. */
#include "fuzz.h"
#include "scan/pkg/jar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_catalog c = { .arena = arena };
        struct bh_jar_stream *s = bh_jar_stream_new(&c, BH_STR("a.jar"));
        struct bh_str bytes = { (const char *) data, size };
        size_t piece = size ? data[size - 1] + 1u : 1;
        struct bh_err err = BH_ERR_NONE;

        while (bytes.len && bh_jar_stream_feed(s, bh_str_part(bytes, 0, piece), &err) == 0)
                bytes = bh_str_from(bytes, piece);
        BH_IGNORE(bh_jar_stream_finish(s, &err));
        bh_jar_stream_free(&s);
        bh_arena_free(&arena);
        return 0;
}
