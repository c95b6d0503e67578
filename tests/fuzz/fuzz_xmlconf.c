/* SPDX-License-Identifier: Apache-2.0 */
/* server.xml and its like, as a tree whose attributes and texts are asked for. */
#include "comply/read/xmlconf.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_budget budget = { "test", 1 << 20, 20000, 32 };
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_conf *root;

        if (bh_xmlconf_parse(arena, BH_STR("server.xml"), (struct bh_str){ (const char *) data, size }, &budget, &root, &err) >= 0)
                for (const struct bh_conf *n = bh_conf_walk(root, root); n; n = bh_conf_walk(root, n)) {
                        (void) bh_xmlconf_attr(arena, n, "className");
                        (void) bh_xmlconf_text(n);
                }
        bh_arena_free(&arena);
        return 0;
}
