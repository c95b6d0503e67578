/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"
#include "gate/vex.h"

static void print_thing(struct bh_buf *out, const char *what, const struct bh_vex_thing *t) {
        bh_buf_puts(out, what);
        for (uint32_t i = 0; i < t->n_names; i++)
                bh_buf_printf(out, " \"%s\"", bh_str_quote(t->names[i], (char[200]){ 0 }, 200));
        bh_buf_putc(out, '\n');
}

static void print_text(struct bh_buf *out, const char *what, struct bh_str text) {
        if (text.len)
                bh_buf_printf(out, "%s \"%s\"\n", what, bh_str_quote(text, (char[200]){ 0 }, 200));
}

/* Prints every statement, its products and what they are part of. */
int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out, struct bh_err *err) {
        struct bh_vex vex;
        int r = bh_vex_parse(arena, BH_STR("vex.json"), input, &vex, err);

        (void) title;
        if (r < 0)
                return r;
        bh_buf_printf(out, "%s by \"%.*s\"\n", vex.format, BH_FMT(vex.author));
        for (uint32_t i = 0; i < vex.n_statements; i++) {
                const struct bh_vex_statement *s = &vex.statements[i];

                bh_buf_printf(out, "%s at %lld:", bh_vex_status_str(s->status), (long long) s->time_s);
                for (uint32_t k = 0; k < s->n_vulns; k++)
                        bh_buf_printf(out, " %.*s", BH_FMT(s->vulns[k]));
                bh_buf_putc(out, '\n');
                print_text(out, "  why", s->justification);
                print_text(out, "  words", s->words);
                print_text(out, "  action", s->action);
                for (uint32_t k = 0; k < s->n_products; k++) {
                        const struct bh_vex_product *p = &s->products[k];

                        print_thing(out, p->anywhere ? "  anywhere" : "  product", &p->whole);
                        for (uint32_t n = 0; n < p->n_parts; n++)
                                print_thing(out, "    part", &p->parts[n]);
                        print_text(out, "    why", p->justification);
                        print_text(out, "    words", p->words);
                }
        }
        return 0;
}
