/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/rfc822.h"

#include "case.h"

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_cur cur = bh_cur_of(input);
        struct bh_str name, value;
        char n[128], v[256];
        int r;

        (void) arena;
        (void) title;
        while ((r = bh_rfc822_next(&cur, &name, &value, err)) > 0)
                bh_buf_printf(out, "%s = \"%s\"\n", bh_str_quote(name, n, sizeof n), bh_str_quote(value, v, sizeof v));
        return r;
}
