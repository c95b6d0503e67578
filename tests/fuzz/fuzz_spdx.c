/* SPDX-License-Identifier: Apache-2.0 */
/* What was read and printed reads the same again; the class does not depend on how it was written. */
#include <stdlib.h>

#include "fuzz.h"
#include "scan/licence/table.h"

static const char content[] = "class: permissive\nlicences: [MIT, ISC]\nexceptions: [LLVM-exception]\n"
                              "words: { general public: gpl }\nnames: { MIT: [Expat, MIT/X11], Apache-2.0: ['Apache License, Version 2'] }\n";

static struct bh_spdx *read_again(struct bh_arena *arena, const struct bh_spdx_names *names, const struct bh_spdx *e, struct bh_buf *out) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_spdx *again;

        bh_spdx_print(e, out);
        return bh_spdx_parse(arena, bh_arena_str(arena, bh_buf_str(out)), names, &again, &err) < 0 ? NULL : again;
}

static bool all_known(const struct bh_spdx *e) {
        if (e->kind == BH_SPDX_NAME)
                return e->known && !e->exception.len;
        for (const struct bh_spdx *c = e->first; c; c = c->next)
                if (!all_known(c))
                        return false;
        return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        BH_CLEANUP(bh_buf_done) struct bh_buf once = { 0 }, twice = { 0 };
        static struct bh_arena *kept;
        static struct bh_licences l;
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_spdx_names names;
        struct bh_spdx *e, *again;

        if (!kept) {
                kept = bh_arena_new();
                bh_licences_init(&l, kept);
                if (bh_licences_add(&l, BH_STR("fuzz"), bh_str_of(content), &err) < 0)
                        abort();
        }
        names = bh_licences_names(&l);
        if (bh_spdx_parse(arena, (struct bh_str){ (const char *) data, size }, &names, &e, &err) >= 0 && all_known(e)) {
                again = read_again(arena, &names, e, &once);
                if (again) {
                        bh_spdx_print(again, &twice);
                        if (!bh_str_eq(bh_buf_str(&once), bh_buf_str(&twice)) ||
                            bh_licence_judge(&l, e, NULL) != bh_licence_judge(&l, again, NULL))
                                abort();
                }
        }
        bh_arena_free(&arena);
        return 0;
}
