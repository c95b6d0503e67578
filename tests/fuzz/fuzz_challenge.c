/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "fuzz.h"
#include "image/challenge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str header = { (const char *) data, size };
        struct bh_arena *arena = bh_arena_new();
        struct bh_challenge c = { 0 };

        /* What is taken is never longer than what was sent. */
        if (bh_challenge_parse(arena, header, &c, NULL) == 0 && c.realm.len + c.service.len + c.scope.len > size)
                abort();
        bh_arena_free(&arena);
        return 0;
}
