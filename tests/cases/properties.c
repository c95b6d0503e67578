/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"
#include "fmt/properties.h"

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_cur c = bh_cur_of(input);
        char q[400];
        struct bh_property p;

        (void) title;
        (void) err;
        while (bh_properties_next(arena, &c, &p)) {
                bh_buf_printf(out, "%s", bh_str_quote(p.key, q, sizeof q));
                bh_buf_printf(out, " = %s\n", bh_str_quote(p.value, q, sizeof q));
        }
        return 0;
}
