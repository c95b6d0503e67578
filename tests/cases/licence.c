/* SPDX-License-Identifier: Apache-2.0 */
/* Each line of the input is what some metadata says: its class, and how we read it, by content/licences. */
#include "case.h"
#include "scan/licence/table.h"

#include <stdio.h>

static const char *const files[] = { "names", "public-domain", "permissive", "weak-copyleft", "strong-copyleft", "network-copyleft",
                                     "source-available", "proprietary" };

static int load(struct bh_arena *arena, struct bh_licences *l, struct bh_err *err) {
        int r = 0;

        bh_licences_init(l, arena);
        for (size_t i = 0; i < BH_LEN(files) && r >= 0; i++) {
                struct bh_str path = bh_arena_printf(arena, "%s/%s.yaml", BH_CONTENT, files[i]);
                BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
                FILE *f = fopen(bh_arena_cstr(arena, path), "rb");
                size_t n;

                if (!f)
                        return bh_fail(err, BH_E_IO, "%.*s", BH_FMT(path));
                while ((n = fread(bh_buf_room(&bytes, 1 << 16), 1, 1 << 16, f)) > 0)
                        bytes.len += n;
                (void) fclose(f);
                r = bh_licences_add(l, path, bh_arena_str(arena, bh_buf_str(&bytes)), err);
        }
        return r;
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out, struct bh_err *err) {
        struct bh_licences l;
        struct bh_spdx_names names;
        struct bh_str line;
        int r = load(arena, &l, err);

        (void) title;
        names = bh_licences_names(&l);
        while (r >= 0 && bh_str_split(&input, '\n', &line)) {
                struct bh_spdx *e;

                r = bh_spdx_parse(arena, line, &names, &e, err);
                if (r < 0)
                        return r;
                bh_buf_printf(out, "%s: ", bh_licence_class_str(bh_licence_judge(&l, e, NULL)));
                bh_spdx_print(e, out);
                bh_buf_putc(out, '\n');
        }
        return r;
}
