/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"
#include "sense/audit.h"

static int ask_all(void *user, const struct bh_audit_event *e) {
        struct bh_arena *scratch = user;
        const struct bh_field_arg args[] = { { 0 }, { .given = true, .index = 1, .key = BH_STR("/user/groups/1") },
                                             { .given = true, .index = 0, .key = BH_STR("/a~1b~0/0/x[]/y") } };

        for (size_t i = 0; i < bh_source_k8s_audit.n_fields; i++)
                for (size_t k = 0; k < BH_LEN(args); k++) {
                        const struct bh_field *f = &bh_source_k8s_audit.fields[i];
                        struct bh_value v;

                        (void) f->get(f, e, &args[k], scratch, &v);
                        bh_arena_reset(scratch);
                }
        return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_arena *arena = bh_arena_new(), *scratch = bh_arena_new();

        if (bh_audit_parse(arena, (struct bh_str){ (const char *) data, size }, ask_all, scratch, NULL) < 0) {
                /* it is none */
        }
        bh_arena_free(&scratch);
        bh_arena_free(&arena);
        return 0;
}
