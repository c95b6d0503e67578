/* SPDX-License-Identifier: Apache-2.0 */
/* One reference a line; shows what each was understood to be. */
#include "base/cur.h"
#include "case.h"
#include "image/ref.h"

static void show(struct bh_buf *out, const char *name, struct bh_str value) {
        char text[600];

        if (value.len)
                bh_buf_printf(out, " %s=%s", name, bh_str_quote(value, text, sizeof text));
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_cur c = bh_cur_of(input);
        struct bh_str line;

        (void) title;
        while (bh_cur_line(&c, &line)) {
                struct bh_ref ref;
                int r = bh_ref_parse(arena, line, &ref, err);

                if (r < 0) {
                        bh_buf_printf(out, "error: %s\n", err->text);
                        continue;
                }
                bh_buf_puts(out, ref.kind == BH_REF_ANY ? "any" : bh_ref_kind_str(ref.kind));
                show(out, "path", ref.path);
                show(out, "registry", ref.registry);
                show(out, "repository", ref.repository);
                show(out, "tag", ref.tag);
                show(out, "digest", ref.digest);
                bh_buf_putc(out, '\n');
        }
        return 0;
}
