/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inspection report as one page that needs nothing else and runs nothing:
 * to be read, printed, mailed. First the sums, then what fails by check with
 * evidence and mend, then the same by workload. Where a fleet has more than a
 * person reads, it says how many more there are.
 */
#include "base/text.h"
#include "comply/report/html_page.h"
#include "comply/report/inspect.h"
#include "comply/report/words.h"
#include "fmt/clean.h"

enum { ROWS_A_CHECK = 200, ROWS_CHANGED = 200, ROWS_OF_WORKLOADS = 5000, WORKLOADS = 500, EVIDENCE = 12 };

struct page {
        const struct bh_inspection *in;
        const struct bh_inspect_opts *opts;
        struct bh_inspect_out *out;
        struct bh_arena *arena; /* of what is remembered between rows */
        struct bh_str check;    /* the one that is open */
        struct bh_str workload, mend;
        int badness;
        size_t n, more;         /* of it: shown, and not */
};

static void raw(struct page *p, const char *s) {
        bh_buf_puts(p->out->buf, s);
}

static void put(struct page *p, struct bh_str s) {
        bh_put_xml(p->out->buf, s);
}

static void say(struct page *p, enum bh_inspect_word w) {
        raw(p, bh_inspect_word(p->opts->lang, w));
}

static void put_lines(struct page *p, struct bh_str s) {
        struct bh_str line;
        bool more = false;

        while (bh_str_split(&s, '\n', &line)) {
                raw(p, more ? "<br>" : "");
                put(p, line);
                more = true;
        }
}

static void put_date(struct page *p, int64_t s) {
        char text[21];

        put(p, bh_str_part(bh_str_of(bh_time_print(s, text)), 0, 16));
        raw(p, "Z");
}

static void cell(struct page *p, struct bh_str s) {
        raw(p, "<td>");
        put(p, s);
        raw(p, "</td>");
}

static void number(struct page *p, uint64_t n) {
        bh_buf_printf(p->out->buf, "<td class=n>%llu</td>", (unsigned long long) n);
}

static void head(struct page *p, enum bh_inspect_word w) {
        raw(p, "<h2>");
        say(p, w);
        raw(p, "</h2>\n");
}

/* Ended by _BH_WORD_MAX. */
static void columns(struct page *p, const enum bh_inspect_word *words) {
        raw(p, "<table><thead><tr>");
        for (; *words != _BH_WORD_MAX; words++) {
                raw(p, "<th>");
                say(p, *words);
                raw(p, "</th>");
        }
        raw(p, "</tr></thead><tbody>\n");
}
#define COLUMNS(p, ...) columns(p, (const enum bh_inspect_word[]){ __VA_ARGS__, _BH_WORD_MAX })

static void end_table(struct page *p) {
        raw(p, "</tbody></table>\n");
}

static void put_more(struct page *p, size_t more) {
        if (!more)
                return;
        bh_buf_printf(p->out->buf, "<p class=more>%zu ", more);
        say(p, BH_WORD_MORE);
        raw(p, "</p>\n");
}

/* ---- sums ---- */

static void put_score(struct page *p, const struct bh_comply_count *c) {
        double score = bh_comply_score(c);

        if (score < 0)
                raw(p, "<td class=n>–</td>");
        else
                bh_buf_printf(p->out->buf, "<td class=n><b>%.0f</b></td>", score);
}

static void put_counts(struct page *p, const struct bh_comply_count *c) {
        static const enum bh_comply_state order[] = { BH_COMPLY_FAIL, BH_COMPLY_PASS, BH_COMPLY_MANUAL, BH_COMPLY_UNKNOWN, BH_COMPLY_NOT_APPLICABLE };

        put_score(p, c);
        for (size_t i = 0; i < BH_LEN(order); i++)
                number(p, c->by_state[order[i]]);
        number(p, c->excepted);
}

static void count_columns(struct page *p, enum bh_inspect_word first) {
        static const enum bh_comply_state order[] = { BH_COMPLY_FAIL, BH_COMPLY_PASS, BH_COMPLY_MANUAL, BH_COMPLY_UNKNOWN, BH_COMPLY_NOT_APPLICABLE };

        raw(p, "<table><thead><tr><th>");
        say(p, first);
        raw(p, "</th><th>");
        say(p, BH_WORD_SCORE);
        for (size_t i = 0; i < BH_LEN(order); i++) {
                raw(p, "</th><th>");
                raw(p, bh_inspect_state(p->opts->lang, order[i]));
        }
        raw(p, "</th><th>");
        say(p, BH_WORD_EXCEPTED);
        raw(p, "</th></tr></thead><tbody>\n");
}

/* A ring of 100 units; the text is in its middle. */
static void put_ring(struct page *p) {
        double score = bh_comply_score(&p->in->all);

        if (score < 0)
                return;
        bh_buf_printf(p->out->buf,
                      "<svg class=ring viewBox=\"0 0 42 42\" role=img aria-label=\"%.0f\"><circle class=rest cx=21 cy=21 r=15.9155></circle>"
                      "<circle class=\"part %s\" cx=21 cy=21 r=15.9155 stroke-dasharray=\"%.1f 100\" transform=\"rotate(-90 21 21)\"></circle>"
                      "<text x=21 y=25>%.0f</text></svg>",
                      score, score < 60 ? "critical" : score < 85 ? "medium" : "fine", score, score);
}

static void put_severities(struct page *p) {
        raw(p, "<p class=chips>");
        for (int s = _BH_COMPLY_SEVERITY_MAX - 1; s >= 0; s--)
                bh_buf_printf(p->out->buf, "<span class=\"chip %s\">%s %u</span> ", bh_comply_severity_str((enum bh_comply_severity) s),
                              bh_inspect_severity(p->opts->lang, (enum bh_comply_severity) s), p->in->failing[s]);
        raw(p, "</p>\n");
}

static void put_top(struct page *p) {
        const struct bh_inspection *in = p->in;

        bh_buf_printf(p->out->buf, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=utf-8><title>", p->opts->lang == BH_LANG_ZH ? "zh-CN" : "en");
        say(p, BH_WORD_TITLE);
        raw(p, "</title><meta name=viewport content=\"width=device-width\">"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"><style>");
        raw(p, bh_inspect_style);
        raw(p, "</style></head><body><header><div><h1>");
        say(p, BH_WORD_TITLE);
        raw(p, "</h1><p>");
        say(p, BH_WORD_SCOPE);
        raw(p, ": ");
        if (in->n_hosts == 1)
                put(p, in->hosts[0].name);
        else
                bh_buf_printf(p->out->buf, "%zu %s", in->n_hosts, bh_inspect_word(p->opts->lang, BH_WORD_HOSTS));
        raw(p, " · ");
        say(p, BH_WORD_MADE);
        raw(p, " ");
        put_date(p, in->when_s);
        raw(p, "</p>\n");
        put_severities(p);
        raw(p, "</div><div class=score>");
        put_ring(p);
        if (in->score_before >= 0)
                bh_buf_printf(p->out->buf, "<p>%s %.0f</p>", bh_inspect_word(p->opts->lang, BH_WORD_BEFORE), in->score_before);
        raw(p, "</div></header>\n<p class=formula>");
        say(p, BH_WORD_FORMULA);
        raw(p, "</p>\n");
}

static void put_categories(struct page *p) {
        head(p, BH_WORD_CATEGORIES);
        count_columns(p, BH_WORD_CATEGORY);
        for (int c = 0; c < _BH_COMPLY_CATEGORY_MAX; c++) {
                raw(p, "<tr>");
                cell(p, bh_str_of(bh_inspect_category(p->opts->lang, (enum bh_comply_category) c)));
                put_counts(p, &p->in->by_category[c]);
                raw(p, "</tr>\n");
        }
        raw(p, "<tr class=sum>");
        cell(p, bh_str_of(bh_inspect_word(p->opts->lang, BH_WORD_TOTALS)));
        put_counts(p, &p->in->all);
        raw(p, "</tr>\n");
        end_table(p);
}

static void put_benchmarks(struct page *p) {
        if (!p->in->n_benchmarks)
                return;
        head(p, BH_WORD_BENCHMARKS);
        count_columns(p, BH_WORD_BENCHMARK);
        for (size_t i = 0; i < p->in->n_benchmarks; i++) {
                const struct bh_inspect_part *b = &p->in->benchmarks[i];
                struct bh_str title = bh_both_in(&b->title, p->opts->lang);

                raw(p, "<tr><td>");
                put(p, title.len ? title : b->id);
                raw(p, " <small>");
                put(p, b->version);
                raw(p, "</small></td>");
                put_counts(p, &b->count);
                raw(p, "</tr>\n");
        }
        end_table(p);
}

static int put_hosts(struct page *p, struct bh_err *err) {
        int r = 0;

        if (p->in->n_hosts < 2)
                return 0;
        head(p, BH_WORD_HOSTS);
        count_columns(p, BH_WORD_HOST);
        for (size_t i = 0; i < p->in->n_hosts && r >= 0; i++) {
                const struct bh_inspect_host *h = &p->in->hosts[i];

                raw(p, "<tr><td>");
                put(p, h->name);
                raw(p, " <small>");
                put(p, h->distribution);
                raw(p, " · ");
                say(p, BH_WORD_CHECKED);
                raw(p, " ");
                put_date(p, h->when_s);
                raw(p, "</small></td>");
                put_counts(p, &h->count);
                raw(p, "</tr>\n");
                r = bh_inspect_more(p->out, err);
        }
        end_table(p);
        return r;
}

static void put_figures(struct page *p) {
        if (!p->in->n_figures)
                return;
        head(p, BH_WORD_FIGURES);
        raw(p, "<table><tbody>\n");
        for (int c = 0; c < _BH_COMPLY_CATEGORY_MAX; c++)
                for (size_t i = 0; i < p->in->n_figures; i++) {
                        const struct bh_inspect_figure *f = &p->in->figures[i];

                        if ((int) f->category != c)
                                continue;
                        raw(p, "<tr>");
                        cell(p, bh_str_of(bh_inspect_category(p->opts->lang, f->category)));
                        cell(p, bh_both_in(&f->label, p->opts->lang));
                        raw(p, "<td class=n>");
                        put(p, f->value);
                        raw(p, "</td></tr>\n");
                }
        end_table(p);
}

static void put_list(struct page *p, enum bh_inspect_word title, const struct bh_str *at, size_t n) {
        if (!n)
                return;
        head(p, title);
        raw(p, "<ul>");
        for (size_t i = 0; i < n && i < ROWS_CHANGED; i++) {
                raw(p, "<li>");
                put(p, at[i]);
                raw(p, "</li>\n");
        }
        raw(p, "</ul>\n");
        put_more(p, n > ROWS_CHANGED ? n - ROWS_CHANGED : 0);
}

static void put_gaps(struct page *p) {
        if (!p->in->n_gaps)
                return;
        head(p, BH_WORD_GAPS);
        COLUMNS(p, BH_WORD_SUBJECT, BH_WORD_CAUSE);
        for (size_t i = 0; i < p->in->n_gaps; i++) {
                raw(p, "<tr>");
                cell(p, p->in->gaps[i].where);
                cell(p, p->in->gaps[i].why);
                raw(p, "</tr>\n");
        }
        end_table(p);
}

/* ---- rows ---- */

static void put_chip(struct page *p, const struct bh_inspect_row *row) {
        bh_buf_printf(p->out->buf, "<span class=\"chip %s\">%s</span>", row->excepted ? "info" : bh_comply_severity_str(row->severity),
                      bh_inspect_severity(p->opts->lang, row->severity));
}

static void put_subject(struct page *p, const struct bh_inspect_row *row) {
        if (p->in->n_hosts > 1) {
                put(p, row->host);
                raw(p, "<br>");
        }
        raw(p, "<small>");
        put(p, row->kind);
        raw(p, "</small> ");
        put(p, row->name);
        if (row->container.len && !bh_str_eq(row->container, row->name)) {
                raw(p, " <small>@ ");
                put(p, row->container);
                raw(p, "</small>");
        }
        if (row->namespace.len || row->workload.len) {
                raw(p, "<br><small>");
                put(p, row->namespace);
                raw(p, "/");
                put(p, row->workload);
                raw(p, "</small>");
        }
        if (row->is_new) {
                raw(p, " <span class=new>");
                say(p, BH_WORD_NEW);
                raw(p, "</span>");
        }
}

static void put_evidence(struct page *p, const struct bh_inspect_row *row) {
        for (size_t i = 0; i < row->n_evidence && i < EVIDENCE; i++) {
                const struct bh_comply_evidence *e = &row->evidence[i];

                raw(p, i ? "<br><code>" : "<code>");
                put(p, e->field);
                raw(p, " = ");
                put(p, e->value);
                raw(p, "</code>");
                if (e->where.len) {
                        raw(p, " <small>");
                        put(p, e->where);
                        raw(p, "</small>");
                }
        }
        if (row->cause.len) {
                raw(p, row->n_evidence ? "<br>" : "");
                put(p, row->cause);
        }
}

static void put_refs(struct page *p, const struct bh_inspect_row *row) {
        for (size_t i = 0; i < row->n_refs; i++) {
                raw(p, i ? ", " : "");
                put(p, row->refs[i].benchmark);
                raw(p, " ");
                put(p, row->refs[i].item);
        }
}

/* The mend that the row before had too is not said again. */
static void put_mend(struct page *p, const struct bh_inspect_row *row) {
        struct bh_str mend = bh_both_in(&row->mend, p->opts->lang);

        if (bh_str_eq(mend, p->mend)) {
                raw(p, mend.len ? "〃" : "");
                return;
        }
        p->mend = bh_arena_str(p->arena, mend);
        put_lines(p, mend);
}

static void close_check(struct page *p) {
        if (p->check.len) {
                end_table(p);
                put_more(p, p->more);
                raw(p, "</section>\n");
        }
        bh_arena_reset(p->arena);
        p->check = p->mend = p->workload = (struct bh_str){ 0 };
        p->n = p->more = 0;
}

static void open_check(struct page *p, const struct bh_inspect_row *row) {
        close_check(p);
        p->check = bh_arena_str(p->arena, row->check);
        raw(p, "<section><h3>");
        put_chip(p, row);
        raw(p, " ");
        put(p, bh_both_in(&row->title, p->opts->lang));
        raw(p, " <small>");
        put(p, row->check);
        raw(p, "</small></h3>\n<p>");
        put_lines(p, bh_both_in(&row->why, p->opts->lang));
        raw(p, " <small>");
        put_refs(p, row);
        raw(p, "</small></p>\n");
}

static int put_failing(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct page *p = user;

        if (row->excepted)
                return 0;
        if (!bh_str_eq(p->check, row->check)) {
                open_check(p, row);
                COLUMNS(p, BH_WORD_SUBJECT, BH_WORD_EVIDENCE, BH_WORD_MEND);
        }
        if (++p->n > ROWS_A_CHECK) {
                p->more++;
                return 0;
        }
        raw(p, "<tr><td>");
        put_subject(p, row);
        raw(p, "</td><td>");
        put_evidence(p, row);
        raw(p, "</td><td>");
        put_mend(p, row);
        raw(p, "</td></tr>\n");
        return bh_inspect_more(p->out, err);
}

static int put_findings(struct page *p, struct bh_err *err) {
        int r;

        head(p, BH_WORD_FINDINGS);
        if (p->in->all.by_state[BH_COMPLY_FAIL] == p->in->all.excepted) {
                raw(p, "<p>");
                say(p, BH_WORD_NOTHING);
                raw(p, "</p>\n");
                return 0;
        }
        r = p->in->rows(p->in->user, BH_INSPECT_BY_CHECK, BH_INSPECT(BH_COMPLY_FAIL), put_failing, p, err);
        close_check(p);
        return r;
}

/* What a person decides, and what could not be told: by check too, with the question or the cause. */
static int put_open(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct page *p = user;

        if (!bh_str_eq(p->check, row->check)) {
                open_check(p, row);
                if (row->state == BH_COMPLY_MANUAL) {
                        raw(p, "<p><b>");
                        put_lines(p, bh_both_in(&row->ask, p->opts->lang));
                        raw(p, "</b></p>\n");
                }
                COLUMNS(p, BH_WORD_SUBJECT, BH_WORD_EVIDENCE);
        }
        if (++p->n > ROWS_A_CHECK) {
                p->more++;
                return 0;
        }
        raw(p, "<tr><td>");
        put_subject(p, row);
        raw(p, "</td><td>");
        put_evidence(p, row);
        raw(p, "</td></tr>\n");
        return bh_inspect_more(p->out, err);
}

static int put_state(struct page *p, enum bh_inspect_word title, enum bh_comply_state state, struct bh_err *err) {
        int r;

        if (!p->in->all.by_state[state])
                return 0;
        head(p, title);
        r = p->in->rows(p->in->user, BH_INSPECT_BY_CHECK, BH_INSPECT(state), put_open, p, err);
        close_check(p);
        return r;
}

/* ---- what changed, what is borne with ---- */

static int put_news(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct page *p = user;

        if (!row->is_new)
                return 0;
        if (++p->n > ROWS_CHANGED) {
                p->more++;
                return 0;
        }
        raw(p, "<tr><td>");
        put_chip(p, row);
        raw(p, "</td>");
        cell(p, bh_both_in(&row->title, p->opts->lang));
        raw(p, "<td>");
        put_subject(p, row);
        raw(p, "</td></tr>\n");
        return bh_inspect_more(p->out, err);
}

static int put_changes(struct page *p, struct bh_err *err) {
        int r = 0;

        if (!p->in->compared)
                return 0;
        head(p, BH_WORD_CHANGED);
        bh_buf_printf(p->out->buf, "<p>%u %s, %u %s</p>\n", p->in->fresh, bh_inspect_word(p->opts->lang, BH_WORD_NEWS), p->in->mended,
                      bh_inspect_word(p->opts->lang, BH_WORD_MENDED));
        if (!p->in->fresh)
                return 0;
        COLUMNS(p, BH_WORD_SEVERITY, BH_WORD_CHECK, BH_WORD_SUBJECT);
        r = p->in->rows(p->in->user, BH_INSPECT_BY_CHECK, BH_INSPECT(BH_COMPLY_FAIL), put_news, p, err);
        end_table(p);
        put_more(p, p->more);
        p->n = p->more = 0;
        return r;
}

static int put_excepted(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct page *p = user;

        if (!row->excepted)
                return 0;
        if (++p->n > ROWS_OF_WORKLOADS) {
                p->more++;
                return 0;
        }
        raw(p, "<tr><td>");
        put_chip(p, row);
        raw(p, " ");
        put(p, bh_both_in(&row->title, p->opts->lang));
        raw(p, "</td><td>");
        put_subject(p, row);
        raw(p, "</td>");
        cell(p, row->owner);
        raw(p, "<td>");
        put_lines(p, row->reason);
        raw(p, "</td><td>");
        if (row->until_s)
                put_date(p, row->until_s);
        raw(p, "</td></tr>\n");
        return bh_inspect_more(p->out, err);
}

static int put_exceptions(struct page *p, struct bh_err *err) {
        int r;

        if (!p->in->all.excepted)
                return 0;
        head(p, BH_WORD_EXCEPTIONS);
        COLUMNS(p, BH_WORD_CHECK, BH_WORD_SUBJECT, BH_WORD_OWNER, BH_WORD_REASON, BH_WORD_UNTIL);
        r = p->in->rows(p->in->user, BH_INSPECT_BY_CHECK, BH_INSPECT(BH_COMPLY_FAIL), put_excepted, p, err);
        end_table(p);
        put_more(p, p->more);
        p->n = p->more = 0;
        return r;
}

/* ---- by workload ---- */

static void put_workload_sums(struct page *p) {
        COLUMNS(p, BH_WORD_HOST, BH_WORD_KIND, BH_WORD_NAMESPACE, BH_WORD_NAME, BH_WORD_RESULT);
        for (size_t i = 0; i < p->in->n_workloads && i < WORKLOADS; i++) {
                const struct bh_inspect_workload *w = &p->in->workloads[i];

                raw(p, "<tr>");
                cell(p, w->host);
                cell(p, w->kind);
                cell(p, w->namespace);
                cell(p, w->name);
                bh_buf_printf(p->out->buf, "<td>%s %u (%s %u, %s %u), %s %u</td></tr>\n", bh_inspect_state(p->opts->lang, BH_COMPLY_FAIL), w->fail,
                              bh_inspect_severity(p->opts->lang, BH_COMPLY_CRITICAL), w->critical, bh_inspect_severity(p->opts->lang, BH_COMPLY_HIGH), w->high,
                              bh_inspect_state(p->opts->lang, BH_COMPLY_PASS), w->pass);
        }
        end_table(p);
        put_more(p, p->in->n_workloads > WORKLOADS ? p->in->n_workloads - WORKLOADS : 0);
}

static int put_of_workload(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct page *p = user;

        if (++p->n > ROWS_OF_WORKLOADS) {
                p->more++;
                return 0;
        }
        raw(p, "<tr>");
        if (p->in->n_hosts > 1)
                cell(p, row->host);
        cell(p, row->kind);
        cell(p, row->workload.len ? row->workload : row->container.len ? row->container : row->name);
        cell(p, row->namespace);
        raw(p, "<td>");
        put(p, bh_both_in(&row->title, p->opts->lang));
        raw(p, " <small>");
        put(p, row->check);
        raw(p, "</small></td><td>");
        if (row->state == BH_COMPLY_FAIL) {
                put_chip(p, row);
                raw(p, " ");
        }
        raw(p, bh_inspect_state(p->opts->lang, row->state));
        if (row->excepted) {
                raw(p, ", ");
                say(p, BH_WORD_EXCEPTED);
        }
        raw(p, "</td><td>");
        put_evidence(p, row);
        raw(p, "</td></tr>\n");
        return bh_inspect_more(p->out, err);
}

static int put_workloads(struct page *p, struct bh_err *err) {
        unsigned states = p->opts->all ? BH_INSPECT_ALL : BH_INSPECT(BH_COMPLY_FAIL) | BH_INSPECT(BH_COMPLY_UNKNOWN) | BH_INSPECT(BH_COMPLY_MANUAL);
        int r;

        if (!p->in->n_workloads)
                return 0;
        head(p, BH_WORD_WORKLOADS);
        put_workload_sums(p);
        if (p->in->n_hosts > 1)
                COLUMNS(p, BH_WORD_HOST, BH_WORD_KIND, BH_WORD_NAME, BH_WORD_NAMESPACE, BH_WORD_CHECK, BH_WORD_RESULT, BH_WORD_EVIDENCE);
        else
                COLUMNS(p, BH_WORD_KIND, BH_WORD_NAME, BH_WORD_NAMESPACE, BH_WORD_CHECK, BH_WORD_RESULT, BH_WORD_EVIDENCE);
        r = p->in->rows(p->in->user, BH_INSPECT_BY_WORKLOAD, states, put_of_workload, p, err);
        end_table(p);
        put_more(p, p->more);
        p->n = p->more = 0;
        return r;
}

/* ---- what passes ---- */

static int put_fine(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct page *p = user;

        raw(p, "<tr>");
        cell(p, bh_str_of(bh_inspect_state(p->opts->lang, row->state)));
        raw(p, "<td>");
        put(p, bh_both_in(&row->title, p->opts->lang));
        raw(p, " <small>");
        put(p, row->check);
        raw(p, "</small></td><td>");
        put_subject(p, row);
        raw(p, "</td><td>");
        put_evidence(p, row);
        raw(p, "</td></tr>\n");
        return bh_inspect_more(p->out, err);
}

static int put_passed(struct page *p, struct bh_err *err) {
        int r;

        if (!p->opts->all)
                return 0;
        head(p, BH_WORD_PASSED);
        COLUMNS(p, BH_WORD_RESULT, BH_WORD_CHECK, BH_WORD_SUBJECT, BH_WORD_EVIDENCE);
        r = p->in->rows(p->in->user, BH_INSPECT_BY_CHECK, BH_INSPECT(BH_COMPLY_PASS) | BH_INSPECT(BH_COMPLY_NOT_APPLICABLE), put_fine, p, err);
        end_table(p);
        return r;
}

int bh_inspect_html(const struct bh_inspection *in, const struct bh_inspect_opts *opts, struct bh_inspect_out *out, struct bh_err *err) {
        struct page p = { .in = in, .opts = opts, .out = out, .arena = bh_arena_new() };
        int r;

        put_top(&p);
        put_list(&p, BH_WORD_NOTES, in->notes, in->n_notes);
        put_categories(&p);
        put_benchmarks(&p);
        put_figures(&p);
        r = put_changes(&p, err);
        put_list(&p, BH_WORD_GONE, in->gone, in->n_gone);
        r = r < 0 ? r : put_hosts(&p, err);
        r = r < 0 ? r : put_findings(&p, err);
        r = r < 0 ? r : put_state(&p, BH_WORD_UNKNOWN, BH_COMPLY_UNKNOWN, err);
        r = r < 0 ? r : put_state(&p, BH_WORD_MANUAL, BH_COMPLY_MANUAL, err);
        r = r < 0 ? r : put_exceptions(&p, err);
        put_gaps(&p);
        r = r < 0 ? r : put_workloads(&p, err);
        r = r < 0 ? r : put_passed(&p, err);
        raw(&p, "</body></html>\n");
        bh_arena_free(&p.arena);
        return r;
}
