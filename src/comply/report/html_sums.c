/* SPDX-License-Identifier: Apache-2.0 */
/* What a page begins with: scores, categories, benchmarks, hosts, figures. */
#include "comply/report/html_page.h"

static void put_score(struct bh_html *p, const struct bh_comply_count *c) {
        double score = bh_comply_score(c);

        if (score < 0)
                bh_html_raw(p, "<td class=n>–</td>");
        else
                bh_buf_printf(p->out->buf, "<td class=n><b>%.0f</b></td>", score);
}

static void put_counts(struct bh_html *p, const struct bh_comply_count *c) {
        static const enum bh_comply_state order[] = { BH_COMPLY_FAIL, BH_COMPLY_PASS, BH_COMPLY_MANUAL, BH_COMPLY_UNKNOWN, BH_COMPLY_NOT_APPLICABLE };

        put_score(p, c);
        for (size_t i = 0; i < BH_LEN(order); i++)
                bh_html_number(p, c->by_state[order[i]]);
        bh_html_number(p, c->excepted);
}

static void count_columns(struct bh_html *p, enum bh_inspect_word first) {
        static const enum bh_comply_state order[] = { BH_COMPLY_FAIL, BH_COMPLY_PASS, BH_COMPLY_MANUAL, BH_COMPLY_UNKNOWN, BH_COMPLY_NOT_APPLICABLE };

        bh_html_raw(p, "<table><thead><tr><th>");
        bh_html_say(p, first);
        bh_html_raw(p, "</th><th>");
        bh_html_say(p, BH_WORD_SCORE);
        for (size_t i = 0; i < BH_LEN(order); i++) {
                bh_html_raw(p, "</th><th>");
                bh_html_raw(p, bh_inspect_state(p->opts->lang, order[i]));
        }
        bh_html_raw(p, "</th><th>");
        bh_html_say(p, BH_WORD_EXCEPTED);
        bh_html_raw(p, "</th></tr></thead><tbody>\n");
}

/* A ring of 100 units; the text is in its middle. */
static void put_ring(struct bh_html *p) {
        double score = bh_comply_score(&p->in->all);

        if (score < 0)
                return;
        bh_buf_printf(p->out->buf,
                      "<svg class=ring viewBox=\"0 0 42 42\" role=img aria-label=\"%.0f\"><circle class=rest cx=21 cy=21 r=15.9155></circle>"
                      "<circle class=\"part %s\" cx=21 cy=21 r=15.9155 stroke-dasharray=\"%.1f 100\" transform=\"rotate(-90 21 21)\"></circle>"
                      "<text x=21 y=25>%.0f</text></svg>",
                      score, score < 60 ? "critical" : score < 85 ? "medium" : "fine", score, score);
}

static void put_severities(struct bh_html *p) {
        bh_html_raw(p, "<p class=chips>");
        for (int s = _BH_COMPLY_SEVERITY_MAX - 1; s >= 0; s--)
                bh_buf_printf(p->out->buf, "<span class=\"chip %s\">%s %u</span> ", bh_comply_severity_str((enum bh_comply_severity) s),
                              bh_inspect_severity(p->opts->lang, (enum bh_comply_severity) s), p->in->failing[s]);
        bh_html_raw(p, "</p>\n");
}

void bh_html_top(struct bh_html *p) {
        const struct bh_inspection *in = p->in;

        bh_buf_printf(p->out->buf, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=utf-8><title>", p->opts->lang == BH_LANG_ZH ? "zh-CN" : "en");
        bh_html_say(p, BH_WORD_TITLE);
        bh_html_raw(p, "</title><meta name=viewport content=\"width=device-width\">"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"><style>");
        bh_html_raw(p, bh_inspect_style);
        bh_html_raw(p, "</style></head><body><header><div><h1>");
        bh_html_say(p, BH_WORD_TITLE);
        bh_html_raw(p, "</h1><p>");
        bh_html_say(p, BH_WORD_SCOPE);
        bh_html_raw(p, ": ");
        if (in->of.in[BH_LANG_EN].len)
                bh_html_put(p, bh_both_in(&in->of, p->opts->lang));
        else if (in->n_hosts == 1)
                bh_html_put(p, in->hosts[0].name);
        else
                bh_buf_printf(p->out->buf, "%zu %s", in->n_hosts, bh_inspect_word(p->opts->lang, BH_WORD_HOSTS));
        bh_html_raw(p, " · ");
        bh_html_say(p, BH_WORD_MADE);
        bh_html_raw(p, " ");
        bh_html_date(p, in->when_s);
        bh_html_raw(p, "</p>\n");
        put_severities(p);
        bh_html_raw(p, "</div><div class=score>");
        put_ring(p);
        if (in->score_before >= 0)
                bh_buf_printf(p->out->buf, "<p>%s %.0f</p>", bh_inspect_word(p->opts->lang, BH_WORD_BEFORE), in->score_before);
        bh_html_raw(p, "</div></header>\n<p class=formula>");
        bh_html_say(p, BH_WORD_FORMULA);
        bh_html_raw(p, "</p>\n");
}

void bh_html_categories(struct bh_html *p) {
        bh_html_head(p, BH_WORD_CATEGORIES);
        count_columns(p, BH_WORD_CATEGORY);
        for (int c = 0; c < _BH_COMPLY_CATEGORY_MAX; c++) {
                bh_html_raw(p, "<tr>");
                bh_html_cell(p, bh_str_of(bh_inspect_category(p->opts->lang, (enum bh_comply_category) c)));
                put_counts(p, &p->in->by_category[c]);
                bh_html_raw(p, "</tr>\n");
        }
        bh_html_raw(p, "<tr class=sum>");
        bh_html_cell(p, bh_str_of(bh_inspect_word(p->opts->lang, BH_WORD_TOTALS)));
        put_counts(p, &p->in->all);
        bh_html_raw(p, "</tr>\n");
        bh_html_end_table(p);
}

void bh_html_benchmarks(struct bh_html *p) {
        if (!p->in->n_benchmarks)
                return;
        bh_html_head(p, BH_WORD_BENCHMARKS);
        count_columns(p, BH_WORD_BENCHMARK);
        for (size_t i = 0; i < p->in->n_benchmarks; i++) {
                const struct bh_inspect_part *b = &p->in->benchmarks[i];
                struct bh_str title = bh_both_in(&b->title, p->opts->lang);

                bh_html_raw(p, "<tr><td>");
                bh_html_put(p, title.len ? title : b->id);
                bh_html_raw(p, " <small>");
                bh_html_put(p, b->version);
                bh_html_raw(p, "</small></td>");
                put_counts(p, &b->count);
                bh_html_raw(p, "</tr>\n");
        }
        bh_html_end_table(p);
}

int bh_html_hosts(struct bh_html *p, struct bh_err *err) {
        int r = 0;

        if (p->in->n_hosts < 2)
                return 0;
        bh_html_head(p, BH_WORD_HOSTS);
        count_columns(p, BH_WORD_HOST);
        for (size_t i = 0; i < p->in->n_hosts && r >= 0; i++) {
                const struct bh_inspect_host *h = &p->in->hosts[i];

                bh_html_raw(p, "<tr><td>");
                bh_html_put(p, h->name);
                bh_html_raw(p, " <small>");
                bh_html_put(p, h->distribution);
                bh_html_raw(p, " · ");
                bh_html_say(p, BH_WORD_CHECKED);
                bh_html_raw(p, " ");
                bh_html_date(p, h->when_s);
                bh_html_raw(p, "</small></td>");
                put_counts(p, &h->count);
                bh_html_raw(p, "</tr>\n");
                r = bh_inspect_more(p->out, err);
        }
        bh_html_end_table(p);
        return r;
}

void bh_html_figures(struct bh_html *p) {
        if (!p->in->n_figures)
                return;
        bh_html_head(p, BH_WORD_FIGURES);
        bh_html_raw(p, "<table><tbody>\n");
        for (int c = 0; c < _BH_COMPLY_CATEGORY_MAX; c++)
                for (size_t i = 0; i < p->in->n_figures; i++) {
                        const struct bh_inspect_figure *f = &p->in->figures[i];

                        if ((int) f->category != c)
                                continue;
                        bh_html_raw(p, "<tr>");
                        bh_html_cell(p, bh_str_of(bh_inspect_category(p->opts->lang, f->category)));
                        bh_html_cell(p, bh_both_in(&f->label, p->opts->lang));
                        bh_html_raw(p, "<td class=n>");
                        bh_html_put(p, f->value);
                        bh_html_raw(p, "</td></tr>\n");
                }
        bh_html_end_table(p);
}

void bh_html_list(struct bh_html *p, enum bh_inspect_word title, const struct bh_str *at, size_t n) {
        if (!n)
                return;
        bh_html_head(p, title);
        bh_html_raw(p, "<ul>");
        for (size_t i = 0; i < n && i < BH_HTML_ROWS; i++) {
                bh_html_raw(p, "<li>");
                bh_html_put(p, at[i]);
                bh_html_raw(p, "</li>\n");
        }
        bh_html_raw(p, "</ul>\n");
        bh_html_more(p, n > BH_HTML_ROWS ? n - BH_HTML_ROWS : 0);
}

void bh_html_gaps(struct bh_html *p) {
        if (!p->in->n_gaps)
                return;
        bh_html_head(p, BH_WORD_GAPS);
        BH_HTML_COLUMNS(p, BH_WORD_SUBJECT, BH_WORD_CAUSE);
        for (size_t i = 0; i < p->in->n_gaps; i++) {
                bh_html_raw(p, "<tr>");
                bh_html_cell(p, p->in->gaps[i].where);
                bh_html_cell(p, p->in->gaps[i].why);
                bh_html_raw(p, "</tr>\n");
        }
        bh_html_end_table(p);
}
