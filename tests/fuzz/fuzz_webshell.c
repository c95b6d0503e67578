/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a script: PHP, and a Java page. */
#include "fuzz.h"
#include "scan/webshell/webshell.h"

static int on_finding(void *user, const struct bh_finding *f, struct bh_err *err) {
        (void) user;
        (void) err;
        return f->evidence.len ? 0 : -1;
}

static void on_gap(void *user, struct bh_str where, const struct bh_err *err) {
        (void) user;
        (void) where;
        (void) err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_finding_sink sink = { NULL, on_finding, on_gap };
        struct bh_str bytes = { (const char *) data, size };
        struct bh_arena *arena = bh_arena_new();

        BH_IGNORE(bh_webshell_scan(arena, BH_STR("a.php"), bytes, ~0u, &sink, NULL));
        BH_IGNORE(bh_webshell_scan(arena, BH_STR("a.jsp"), bytes, ~0u, &sink, NULL));
        bh_arena_free(&arena);
        return 0;
}
