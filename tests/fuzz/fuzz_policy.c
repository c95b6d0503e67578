/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"
#include "gate/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_policy policy = { 0 };
        struct bh_err err = BH_ERR_NONE;

        BH_IGNORE(bh_policy_parse(arena, BH_STR("fuzz"), (struct bh_str){ (const char *) data, size }, &policy, &err));
        bh_arena_free(&arena);
        return 0;
}
