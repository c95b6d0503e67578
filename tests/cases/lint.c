/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"
#include "scan/lint/lint.h"

/* Each line of the input is a step. */
static int run_history(struct bh_arena *arena, struct bh_str input, enum bh_lint_reach reach, struct bh_finding_list *found, struct bh_err *err) {
        struct bh_image image = { .history = bh_arena_array(arena, struct bh_history, 64) };
        struct bh_str step;

        while (image.n_history < 64 && bh_str_split(&input, '\n', &step))
                image.history[image.n_history++].created_by = step;
        return bh_lint_history(&image, BH_STR("image"), reach, arena, found, err);
}

/*
 * The title names the checks that are asked: "DF001 ..." prints only those,
 * "all ..." every one; "history ..." reads the input as steps of a history and
 * prints all, "scan ..." what a scan would say of them.
 */
int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out, struct bh_err *err) {
        struct bh_finding_list found = { 0 };
        struct bh_str rest = title, asked = { 0 };
        struct bh_dockerfile file;
        bool history, scan;
        int r;

        BH_IGNORE(bh_str_word(&rest, &asked));
        history = bh_str_is(asked, "history");
        scan = bh_str_is(asked, "scan");
        r = history || scan ? run_history(arena, input, scan ? BH_LINT_SCANS : BH_LINT_STEPS, &found, err)
                            : bh_dockerfile_parse(arena, input, &file, err);
        if (r < 0)
                return r;
        if (!history && !scan)
                bh_lint_run(&file, BH_STR("Dockerfile"), arena, &found);
        for (size_t i = 0; i < found.len; i++)
                if (history || scan || bh_str_is(asked, "all") || bh_str_eq(asked, found.at[i].rule))
                        bh_buf_printf(out, "%u %.*s %.*s\n", found.at[i].line, BH_FMT(found.at[i].rule), BH_FMT(found.at[i].evidence));
        return 0;
}
