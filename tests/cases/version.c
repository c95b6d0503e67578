/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "SCHEME A B" a line prints "A < B"; "SCHEME A" prints whether its tool takes
 * it; "SCHEME V in INTRODUCED..FIXED" (or ..=LAST) whether the range has it.
 */
#include "advisory/version.h"
#include "base/cur.h"
#include "case.h"

static void show_range(struct bh_buf *out, enum bh_scheme scheme, struct bh_str v, struct bh_str text) {
        struct bh_range range = { 0 };
        ptrdiff_t dots = bh_str_find(text, BH_STR(".."));

        range.introduced = bh_str_part(text, 0, (size_t) dots);
        range.fixed = bh_str_from(text, (size_t) dots + 2);
        if (bh_str_cut_prefix(&range.fixed, BH_STR("="))) {
                range.last_affected = range.fixed;
                range.fixed = BH_STR("");
        }
        bh_buf_printf(out, "%.*s %s %.*s\n", BH_FMT(v), bh_range_has(scheme, &range, v) ? "in" : "not in", BH_FMT(text));
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_cur c = bh_cur_of(input);
        struct bh_str line;

        (void) arena;
        (void) title;
        while (bh_cur_line(&c, &line)) {
                struct bh_str word = { 0 }, a = { 0 }, b = { 0 };
                enum bh_scheme scheme;
                int r;

                (void) bh_str_word(&line, &word);
                scheme = bh_scheme_of_word(word);
                if (scheme == _BH_SCHEME_MAX)
                        return bh_fail(err, BH_E_FORMAT, "no scheme \"%s\"", BH_QUOTE(word));
                (void) bh_str_word(&line, &a);
                if (!bh_str_word(&line, &b)) {
                        bh_buf_printf(out, "%.*s %s\n", BH_FMT(a), bh_version_valid(scheme, a) ? "valid" : "invalid");
                } else if (bh_str_is(b, "in")) {
                        (void) bh_str_word(&line, &b);
                        show_range(out, scheme, a, b);
                } else {
                        r = bh_version_cmp(scheme, a, b);
                        bh_buf_printf(out, "%.*s %c %.*s\n", BH_FMT(a), r < 0 ? '<' : r > 0 ? '>' : '=', BH_FMT(b));
                }
        }
        return 0;
}
