/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The title of a case ends in the file's name: "... in shell.php". "{{}}" in an
 * input stands for nothing, so that no virus scanner minds our tests.
 */
#include "case.h"
#include "scan/webshell/webshell.h"

struct teller {
        struct bh_buf *out;
};

static int on_finding(void *user, const struct bh_finding *f, struct bh_err *err) {
        struct teller *t = user;

        (void) err;
        bh_buf_printf(t->out, "%s %.*s: %.*s", bh_severity_str(f->severity), BH_FMT(f->rule), BH_FMT(f->evidence));
        if (f->more)
                bh_buf_printf(t->out, " (+%u)", f->more);
        bh_buf_putc(t->out, '\n');
        return 0;
}

static void on_gap(void *user, struct bh_str where, const struct bh_err *err) {
        struct teller *t = user;

        bh_buf_printf(t->out, "gap: %.*s: %s\n", BH_FMT(where), err->text);
}

static int on_hit(void *user, enum bh_owner owner, uint32_t rule, size_t end) {
        (void) owner;
        (void) end;
        *(unsigned *) user |= 1u << rule;
        return 0;
}

static struct bh_str joined(struct bh_arena *arena, struct bh_str s) {
        char *out = bh_arena_bytes(arena, s.len);
        size_t n = 0;

        for (size_t i = 0; i < s.len; i++)
                if (bh_str_starts(bh_str_from(s, i), BH_STR("{{}}")))
                        i += 3;
                else
                        out[n++] = s.at[i];
        return (struct bh_str){ out, n };
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_literals_builder *b = bh_literals_builder_new();
        struct teller t = { out };
        struct bh_finding_sink sink = { &t, on_finding, on_gap };
        ptrdiff_t space = bh_str_rchr(title, ' ');
        struct bh_literals_scratch *scratch;
        struct bh_literals *literals = NULL;
        unsigned signs = 0;
        int r = bh_webshell_register(b, err);

        input = joined(arena, input);
        if (r >= 0)
                r = bh_literals_build(b, &literals, err);
        bh_literals_builder_free(&b);
        if (r < 0)
                return r;
        scratch = bh_literals_scratch_new(literals);
        r = bh_literals_scan(literals, scratch, input, 0, SIZE_MAX, on_hit, &signs, err);
        if (r >= 0)
                r = bh_webshell_scan(arena, bh_str_from(title, (size_t) (space + 1)), input, signs, &sink, err);
        bh_literals_scratch_free(&scratch);
        bh_literals_free(&literals);
        return r;
}
