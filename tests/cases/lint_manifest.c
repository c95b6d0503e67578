/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"
#include "comply/k8s/pss.h"
#include "comply/lint/manifest.h"

/* The title's first word is the check that is asked for; "all" prints every one. */
int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out, struct bh_err *err) {
        static const char *const kinds[] = { "no manifest", "kubernetes", "compose" };
        struct bh_manifest_findings found = { 0 };
        enum bh_manifest_kind kind = BH_MANIFEST_NONE;
        struct bh_str asked, rest = title;
        int r = bh_manifest_lint(BH_STR("input"), input, BH_PSS_NEWEST, arena, &found, &kind, err);

        if (r < 0)
                return r;
        (void) bh_str_word(&rest, &asked);
        if (bh_str_is(asked, "all"))
                bh_buf_printf(out, "%s\n", kinds[kind]);
        for (size_t i = 0; i < found.len; i++)
                if (bh_str_is(asked, "all") || bh_str_eq(asked, found.at[i].rule))
                        bh_buf_printf(out, "%u %.*s %.*s\n", found.at[i].line, BH_FMT(found.at[i].rule), BH_FMT(found.at[i].evidence));
        return 0;
}
