/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"
#include "scan/lint/lint.h"

/* The title names the checks that are asked: "DF001 ..." prints only those, "all ..." prints every one. */
int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out, struct bh_err *err) {
        struct bh_finding_list found = { 0 };
        struct bh_str rest = title, asked = { 0 };
        struct bh_dockerfile file;
        int r = bh_dockerfile_parse(arena, input, &file, err);

        if (r < 0)
                return r;
        BH_IGNORE(bh_str_word(&rest, &asked));
        bh_lint_run(&file, BH_STR("Dockerfile"), arena, &found);
        for (size_t i = 0; i < found.len; i++)
                if (bh_str_is(asked, "all") || bh_str_eq(asked, found.at[i].rule))
                        bh_buf_printf(out, "%u %.*s %.*s\n", found.at[i].line, BH_FMT(found.at[i].rule), BH_FMT(found.at[i].evidence));
        return 0;
}
