/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"
#include "fmt/manifest.h"

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_cur c = bh_cur_of(input);
        char q[400];
        struct bh_manifest_field f;
        int r;

        (void) title;
        while ((r = bh_manifest_next(arena, &c, &f, err)) > 0) {
                bh_buf_printf(out, "%s", bh_str_quote(f.name, q, sizeof q));
                bh_buf_printf(out, " = %s\n", bh_str_quote(f.value, q, sizeof q));
        }
        return r;
}
