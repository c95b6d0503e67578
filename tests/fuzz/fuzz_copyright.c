/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"
#include "scan/pkg/pkg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_catalog c = { .arena = bh_arena_new() };
        struct bh_arena *scratch = bh_arena_new();
        struct bh_file file = { .path = BH_STR("usr/share/doc/a/copyright"),
                                .bytes = { (const char *) data, size },
                                .size = size };
        struct bh_err err = BH_ERR_NONE;

        BH_IGNORE(bh_pkg_dpkg_copyright(&c, &file, scratch, &err));
        bh_arena_free(&scratch);
        bh_arena_free(&c.arena);
        return 0;
}
