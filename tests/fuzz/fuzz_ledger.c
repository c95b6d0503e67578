/* SPDX-License-Identifier: Apache-2.0 */
/* The state of responses and their audit, as somebody may have left them; also what /proc says. */
#include <stdlib.h>

#include "fuzz.h"
#include "guard/respond/audit.h"
#include "guard/respond/ledger.h"
#include "guard/respond/mask.h"
#include "sys/cgroup.h"
#include "sys/proc.h"

static void again(const struct bh_ledger *l) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 }, twice = { 0 };
        struct bh_ledger b = { .arena = l->arena };

        bh_ledger_print(l, &out);
        if (bh_ledger_parse(&b, bh_buf_str(&out), NULL) < 0)
                abort();
        bh_ledger_print(&b, &twice);
        if (!bh_str_eq(bh_buf_str(&out), bh_buf_str(&twice)))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const struct bh_str text = { (const char *) data, size };
        struct bh_arena *arena = bh_arena_new();
        struct bh_ledger l = { .arena = arena };
        struct bh_proc_stat st;
        uint64_t n;

        if (bh_ledger_parse(&l, text, NULL) >= 0)
                again(&l);
        BH_IGNORE(bh_audit_verify(text, &n, NULL));
        (void) bh_proc_parse_stat(text, &st);
        (void) bh_cgroup_container(bh_cgroup_path(text, "freezer"));
        (void) bh_mask_environ(arena, text);
        (void) bh_mask_args(arena, text);
        bh_arena_free(&arena);
        return 0;
}
