/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "fuzz.h"
#include "scan/lint/lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str bytes = { (const char *) data, size };
        struct bh_arena *arena = bh_arena_new();
        struct bh_finding_list found = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_history step = { .created_by = bytes };
        struct bh_image image = { .history = &step, .n_history = 1 };
        struct bh_dockerfile file;

        if (bh_dockerfile_parse(arena, bytes, &file, &err) >= 0)
                bh_lint_run(&file, BH_STR("Dockerfile"), arena, &found);
        BH_IGNORE(bh_lint_history(&image, BH_STR("config:History"), BH_LINT_STEPS, arena, &found, &err));
        bh_arena_free(&arena);
        return 0;
}
