/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_REPORT_HTML_PAGE_H
#define BH_COMPLY_REPORT_HTML_PAGE_H
/* The page that html.c puts together: its look, its small parts, its sums (html_sums.c), its rows (html_rows.c). */
#include "comply/report/inspect.h"
#include "comply/report/words.h"

extern const char bh_inspect_style[];

enum { BH_HTML_ROWS = 200 }; /* of a list that is there for a glance */

struct bh_html {
        const struct bh_inspection *in;
        const struct bh_inspect_opts *opts;
        struct bh_inspect_out *out;
        struct bh_arena *arena; /* of what is remembered between rows */
        struct bh_str check;    /* the one that is open */
        struct bh_str workload, mend;
        int badness;
        size_t n, more;         /* of it: shown, and not */
};

/* ---- small parts ---- */

void bh_html_raw(struct bh_html *p, const char *s);
void bh_html_put(struct bh_html *p, struct bh_str s);
void bh_html_say(struct bh_html *p, enum bh_inspect_word w);
void bh_html_lines(struct bh_html *p, struct bh_str s);
void bh_html_date(struct bh_html *p, int64_t s);
void bh_html_cell(struct bh_html *p, struct bh_str s);
void bh_html_number(struct bh_html *p, uint64_t n);
void bh_html_head(struct bh_html *p, enum bh_inspect_word w);
void bh_html_columns(struct bh_html *p, const enum bh_inspect_word *words);
void bh_html_end_table(struct bh_html *p);
void bh_html_more(struct bh_html *p, size_t more);
#define BH_HTML_COLUMNS(p, ...) bh_html_columns(p, (const enum bh_inspect_word[]){ __VA_ARGS__, _BH_WORD_MAX })

/* ---- sums ---- */

void bh_html_top(struct bh_html *p);
void bh_html_categories(struct bh_html *p);
void bh_html_benchmarks(struct bh_html *p);
int bh_html_hosts(struct bh_html *p, struct bh_err *err);
void bh_html_figures(struct bh_html *p);
void bh_html_list(struct bh_html *p, enum bh_inspect_word title, const struct bh_str *at, size_t n);
void bh_html_gaps(struct bh_html *p);

/* ---- rows ---- */

int bh_html_findings(struct bh_html *p, struct bh_err *err);
int bh_html_state(struct bh_html *p, enum bh_inspect_word title, enum bh_comply_state state, struct bh_err *err);
int bh_html_changes(struct bh_html *p, struct bh_err *err);
int bh_html_exceptions(struct bh_html *p, struct bh_err *err);
int bh_html_workloads(struct bh_html *p, struct bh_err *err);
int bh_html_passed(struct bh_html *p, struct bh_err *err);

#endif
