/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"
#include "fmt/deb822.h"

/* Prints every stanza; a bad one is named and passed over. */
int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_cur c = bh_cur_of(input);
        struct bh_deb822 d;
        char name[64], value[256];
        int r;

        (void) arena;
        (void) title;
        while ((r = bh_deb822_next(&c, &d, err)) != 0) {
                if (r > 0)
                        bh_buf_puts(out, "stanza\n");
                else
                        bh_buf_printf(out, "bad: %s\n", err->text);
                for (size_t i = 0; r > 0 && i < d.n_fields; i++)
                        bh_buf_printf(out, "  %s = \"%s\"\n", bh_str_quote(d.fields[i].name, name, sizeof name),
                                      bh_str_quote(d.fields[i].value, value, sizeof value));
                if (r < 0)
                        bh_deb822_skip(&c);
        }
        return 0;
}
