/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inspection report as one page that needs nothing else and runs nothing:
 * to be read, printed, mailed. First the sums, then what fails by check with
 * evidence and mend, then the same by workload. Where a fleet has more than a
 * person reads, it says how many more there are.
 */
#include "comply/report/html_page.h"

int bh_inspect_html(const struct bh_inspection *in, const struct bh_inspect_opts *opts, struct bh_inspect_out *out, struct bh_err *err) {
        struct bh_html p = { .in = in, .opts = opts, .out = out, .arena = bh_arena_new() };
        int r;

        bh_html_top(&p);
        bh_html_list(&p, BH_WORD_NOTES, in->notes, in->n_notes);
        bh_html_categories(&p);
        bh_html_benchmarks(&p);
        bh_html_figures(&p);
        r = bh_html_changes(&p, err);
        bh_html_list(&p, BH_WORD_GONE, in->gone, in->n_gone);
        r = r < 0 ? r : bh_html_hosts(&p, err);
        r = r < 0 ? r : bh_html_findings(&p, err);
        r = r < 0 ? r : bh_html_state(&p, BH_WORD_UNKNOWN, BH_COMPLY_UNKNOWN, err);
        r = r < 0 ? r : bh_html_state(&p, BH_WORD_MANUAL, BH_COMPLY_MANUAL, err);
        r = r < 0 ? r : bh_html_exceptions(&p, err);
        bh_html_gaps(&p);
        r = r < 0 ? r : bh_html_workloads(&p, err);
        r = r < 0 ? r : bh_html_passed(&p, err);
        bh_html_raw(&p, "</body></html>\n");
        bh_arena_free(&p.arena);
        return r;
}
