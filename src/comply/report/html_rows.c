/* SPDX-License-Identifier: Apache-2.0 */
/* What a page lists: what fails by check and by workload, what changed, what is borne with, what passes. */
#include "comply/report/html_page.h"

enum { ROWS_A_CHECK = 200, ROWS_OF_WORKLOADS = 5000, WORKLOADS = 500, EVIDENCE = 12 };

static void put_chip(struct bh_html *p, const struct bh_inspect_row *row) {
        bh_buf_printf(p->out->buf, "<span class=\"chip %s\">%s</span>", row->excepted ? "info" : bh_comply_severity_str(row->severity),
                      bh_inspect_severity(p->opts->lang, row->severity));
}

static void put_subject(struct bh_html *p, const struct bh_inspect_row *row) {
        if (p->in->n_hosts != 1) {
                bh_html_put(p, row->host);
                bh_html_raw(p, "<br>");
        }
        bh_html_raw(p, "<small>");
        bh_html_put(p, row->kind);
        bh_html_raw(p, "</small> ");
        bh_html_put(p, row->name);
        if (row->container.len && !bh_str_eq(row->container, row->name)) {
                bh_html_raw(p, " <small>@ ");
                bh_html_put(p, row->container);
                bh_html_raw(p, "</small>");
        }
        if (row->namespace.len || row->workload.len) {
                bh_html_raw(p, "<br><small>");
                bh_html_put(p, row->namespace);
                bh_html_raw(p, "/");
                bh_html_put(p, row->workload);
                bh_html_raw(p, "</small>");
        }
        if (row->is_new) {
                bh_html_raw(p, " <span class=new>");
                bh_html_say(p, BH_WORD_NEW);
                bh_html_raw(p, "</span>");
        }
}

static void put_evidence(struct bh_html *p, const struct bh_inspect_row *row) {
        for (size_t i = 0; i < row->n_evidence && i < EVIDENCE; i++) {
                const struct bh_comply_evidence *e = &row->evidence[i];

                bh_html_raw(p, i ? "<br><code>" : "<code>");
                bh_html_put(p, e->field);
                bh_html_raw(p, " = ");
                bh_html_put(p, e->value);
                bh_html_raw(p, "</code>");
                if (e->where.len) {
                        bh_html_raw(p, " <small>");
                        bh_html_put(p, e->where);
                        bh_html_raw(p, "</small>");
                }
        }
        if (row->cause.len) {
                bh_html_raw(p, row->n_evidence ? "<br>" : "");
                bh_html_put(p, row->cause);
        }
}

static void put_refs(struct bh_html *p, const struct bh_inspect_row *row) {
        for (size_t i = 0; i < row->n_refs; i++) {
                bh_html_raw(p, i ? ", " : "");
                bh_html_put(p, row->refs[i].benchmark);
                bh_html_raw(p, " ");
                bh_html_put(p, row->refs[i].item);
        }
}

/* The mend that the row before had too is not said again. */
static void put_mend(struct bh_html *p, const struct bh_inspect_row *row) {
        struct bh_str mend = bh_both_in(&row->mend, p->opts->lang);

        if (bh_str_eq(mend, p->mend)) {
                bh_html_raw(p, mend.len ? "〃" : "");
                return;
        }
        p->mend = bh_arena_str(p->arena, mend);
        bh_html_lines(p, mend);
}

static void close_check(struct bh_html *p) {
        if (p->check.len) {
                bh_html_end_table(p);
                bh_html_more(p, p->more);
                bh_html_raw(p, "</section>\n");
        }
        bh_arena_reset(p->arena);
        p->check = p->mend = p->workload = (struct bh_str){ 0 };
        p->n = p->more = 0;
}

static void open_check(struct bh_html *p, const struct bh_inspect_row *row) {
        close_check(p);
        p->check = bh_arena_str(p->arena, row->check);
        bh_html_raw(p, "<section><h3>");
        put_chip(p, row);
        bh_html_raw(p, " ");
        bh_html_put(p, bh_both_in(&row->title, p->opts->lang));
        bh_html_raw(p, " <small>");
        bh_html_put(p, row->check);
        bh_html_raw(p, "</small></h3>\n<p>");
        bh_html_lines(p, bh_both_in(&row->why, p->opts->lang));
        bh_html_raw(p, " <small>");
        put_refs(p, row);
        bh_html_raw(p, "</small></p>\n");
}

static int put_failing(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct bh_html *p = user;

        if (row->excepted)
                return 0;
        if (!bh_str_eq(p->check, row->check)) {
                open_check(p, row);
                BH_HTML_COLUMNS(p, BH_WORD_SUBJECT, BH_WORD_EVIDENCE, BH_WORD_MEND);
        }
        if (++p->n > ROWS_A_CHECK) {
                p->more++;
                return 0;
        }
        bh_html_raw(p, "<tr><td>");
        put_subject(p, row);
        bh_html_raw(p, "</td><td>");
        put_evidence(p, row);
        bh_html_raw(p, "</td><td>");
        put_mend(p, row);
        bh_html_raw(p, "</td></tr>\n");
        return bh_inspect_more(p->out, err);
}

int bh_html_findings(struct bh_html *p, struct bh_err *err) {
        int r;

        bh_html_head(p, BH_WORD_FINDINGS);
        if (p->in->all.by_state[BH_COMPLY_FAIL] == p->in->all.excepted) {
                bh_html_raw(p, "<p>");
                bh_html_say(p, BH_WORD_NOTHING);
                bh_html_raw(p, "</p>\n");
                return 0;
        }
        r = p->in->rows(p->in->user, BH_INSPECT_BY_CHECK, BH_INSPECT(BH_COMPLY_FAIL), put_failing, p, err);
        close_check(p);
        return r;
}

/* What a person decides, and what could not be told: by check too, with the question or the cause. */
static int put_open(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct bh_html *p = user;

        if (!bh_str_eq(p->check, row->check)) {
                open_check(p, row);
                if (row->state == BH_COMPLY_MANUAL) {
                        bh_html_raw(p, "<p><b>");
                        bh_html_lines(p, bh_both_in(&row->ask, p->opts->lang));
                        bh_html_raw(p, "</b></p>\n");
                }
                BH_HTML_COLUMNS(p, BH_WORD_SUBJECT, BH_WORD_EVIDENCE);
        }
        if (++p->n > ROWS_A_CHECK) {
                p->more++;
                return 0;
        }
        bh_html_raw(p, "<tr><td>");
        put_subject(p, row);
        bh_html_raw(p, "</td><td>");
        put_evidence(p, row);
        bh_html_raw(p, "</td></tr>\n");
        return bh_inspect_more(p->out, err);
}

int bh_html_state(struct bh_html *p, enum bh_inspect_word title, enum bh_comply_state state, struct bh_err *err) {
        int r;

        if (!p->in->all.by_state[state])
                return 0;
        bh_html_head(p, title);
        r = p->in->rows(p->in->user, BH_INSPECT_BY_CHECK, BH_INSPECT(state), put_open, p, err);
        close_check(p);
        return r;
}

/* ---- what changed, what is borne with ---- */

static int put_news(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct bh_html *p = user;

        if (!row->is_new)
                return 0;
        if (++p->n > BH_HTML_ROWS) {
                p->more++;
                return 0;
        }
        bh_html_raw(p, "<tr><td>");
        put_chip(p, row);
        bh_html_raw(p, "</td>");
        bh_html_cell(p, bh_both_in(&row->title, p->opts->lang));
        bh_html_raw(p, "<td>");
        put_subject(p, row);
        bh_html_raw(p, "</td></tr>\n");
        return bh_inspect_more(p->out, err);
}

int bh_html_changes(struct bh_html *p, struct bh_err *err) {
        int r = 0;

        if (!p->in->compared)
                return 0;
        bh_html_head(p, BH_WORD_CHANGED);
        bh_buf_printf(p->out->buf, "<p>%u %s, %u %s</p>\n", p->in->fresh, bh_inspect_word(p->opts->lang, BH_WORD_NEWS), p->in->mended,
                      bh_inspect_word(p->opts->lang, BH_WORD_MENDED));
        if (!p->in->fresh)
                return 0;
        BH_HTML_COLUMNS(p, BH_WORD_SEVERITY, BH_WORD_CHECK, BH_WORD_SUBJECT);
        r = p->in->rows(p->in->user, BH_INSPECT_BY_CHECK, BH_INSPECT(BH_COMPLY_FAIL), put_news, p, err);
        bh_html_end_table(p);
        bh_html_more(p, p->more);
        p->n = p->more = 0;
        return r;
}

static int put_excepted(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct bh_html *p = user;

        if (!row->excepted)
                return 0;
        if (++p->n > ROWS_OF_WORKLOADS) {
                p->more++;
                return 0;
        }
        bh_html_raw(p, "<tr><td>");
        put_chip(p, row);
        bh_html_raw(p, " ");
        bh_html_put(p, bh_both_in(&row->title, p->opts->lang));
        bh_html_raw(p, "</td><td>");
        put_subject(p, row);
        bh_html_raw(p, "</td>");
        bh_html_cell(p, row->owner);
        bh_html_raw(p, "<td>");
        bh_html_lines(p, row->reason);
        bh_html_raw(p, "</td><td>");
        if (row->until_s)
                bh_html_date(p, row->until_s);
        bh_html_raw(p, "</td></tr>\n");
        return bh_inspect_more(p->out, err);
}

int bh_html_exceptions(struct bh_html *p, struct bh_err *err) {
        int r;

        if (!p->in->all.excepted)
                return 0;
        bh_html_head(p, BH_WORD_EXCEPTIONS);
        BH_HTML_COLUMNS(p, BH_WORD_CHECK, BH_WORD_SUBJECT, BH_WORD_OWNER, BH_WORD_REASON, BH_WORD_UNTIL);
        r = p->in->rows(p->in->user, BH_INSPECT_BY_CHECK, BH_INSPECT(BH_COMPLY_FAIL), put_excepted, p, err);
        bh_html_end_table(p);
        bh_html_more(p, p->more);
        p->n = p->more = 0;
        return r;
}

/* ---- by workload ---- */

static void put_workload_sums(struct bh_html *p) {
        BH_HTML_COLUMNS(p, BH_WORD_HOST, BH_WORD_KIND, BH_WORD_NAMESPACE, BH_WORD_NAME, BH_WORD_RESULT);
        for (size_t i = 0; i < p->in->n_workloads && i < WORKLOADS; i++) {
                const struct bh_inspect_workload *w = &p->in->workloads[i];

                bh_html_raw(p, "<tr>");
                bh_html_cell(p, w->host);
                bh_html_cell(p, w->kind);
                bh_html_cell(p, w->namespace);
                bh_html_cell(p, w->name);
                bh_buf_printf(p->out->buf, "<td>%s %u (%s %u, %s %u), %s %u</td></tr>\n", bh_inspect_state(p->opts->lang, BH_COMPLY_FAIL), w->fail,
                              bh_inspect_severity(p->opts->lang, BH_COMPLY_CRITICAL), w->critical, bh_inspect_severity(p->opts->lang, BH_COMPLY_HIGH), w->high,
                              bh_inspect_state(p->opts->lang, BH_COMPLY_PASS), w->pass);
        }
        bh_html_end_table(p);
        bh_html_more(p, p->in->n_workloads > WORKLOADS ? p->in->n_workloads - WORKLOADS : 0);
}

static int put_of_workload(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct bh_html *p = user;

        if (++p->n > ROWS_OF_WORKLOADS) {
                p->more++;
                return 0;
        }
        bh_html_raw(p, "<tr>");
        if (p->in->n_hosts != 1)
                bh_html_cell(p, row->host);
        bh_html_cell(p, row->kind);
        bh_html_cell(p, row->workload.len ? row->workload : row->container.len ? row->container : row->name);
        bh_html_cell(p, row->namespace);
        bh_html_raw(p, "<td>");
        bh_html_put(p, bh_both_in(&row->title, p->opts->lang));
        bh_html_raw(p, " <small>");
        bh_html_put(p, row->check);
        bh_html_raw(p, "</small></td><td>");
        if (row->state == BH_COMPLY_FAIL) {
                put_chip(p, row);
                bh_html_raw(p, " ");
        }
        bh_html_raw(p, bh_inspect_state(p->opts->lang, row->state));
        if (row->excepted) {
                bh_html_raw(p, ", ");
                bh_html_say(p, BH_WORD_EXCEPTED);
        }
        bh_html_raw(p, "</td><td>");
        put_evidence(p, row);
        bh_html_raw(p, "</td></tr>\n");
        return bh_inspect_more(p->out, err);
}

int bh_html_workloads(struct bh_html *p, struct bh_err *err) {
        unsigned states = p->opts->all ? BH_INSPECT_ALL : BH_INSPECT(BH_COMPLY_FAIL) | BH_INSPECT(BH_COMPLY_UNKNOWN) | BH_INSPECT(BH_COMPLY_MANUAL);
        int r;

        if (!p->in->n_workloads)
                return 0;
        bh_html_head(p, BH_WORD_WORKLOADS);
        put_workload_sums(p);
        if (p->in->n_hosts != 1)
                BH_HTML_COLUMNS(p, BH_WORD_HOST, BH_WORD_KIND, BH_WORD_NAME, BH_WORD_NAMESPACE, BH_WORD_CHECK, BH_WORD_RESULT, BH_WORD_EVIDENCE);
        else
                BH_HTML_COLUMNS(p, BH_WORD_KIND, BH_WORD_NAME, BH_WORD_NAMESPACE, BH_WORD_CHECK, BH_WORD_RESULT, BH_WORD_EVIDENCE);
        r = p->in->rows(p->in->user, BH_INSPECT_BY_WORKLOAD, states, put_of_workload, p, err);
        bh_html_end_table(p);
        bh_html_more(p, p->more);
        p->n = p->more = 0;
        return r;
}

/* ---- what passes ---- */

static int put_fine(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct bh_html *p = user;

        bh_html_raw(p, "<tr>");
        bh_html_cell(p, bh_str_of(bh_inspect_state(p->opts->lang, row->state)));
        bh_html_raw(p, "<td>");
        bh_html_put(p, bh_both_in(&row->title, p->opts->lang));
        bh_html_raw(p, " <small>");
        bh_html_put(p, row->check);
        bh_html_raw(p, "</small></td><td>");
        put_subject(p, row);
        bh_html_raw(p, "</td><td>");
        put_evidence(p, row);
        bh_html_raw(p, "</td></tr>\n");
        return bh_inspect_more(p->out, err);
}

int bh_html_passed(struct bh_html *p, struct bh_err *err) {
        int r;

        if (!p->opts->all)
                return 0;
        bh_html_head(p, BH_WORD_PASSED);
        BH_HTML_COLUMNS(p, BH_WORD_RESULT, BH_WORD_CHECK, BH_WORD_SUBJECT, BH_WORD_EVIDENCE);
        r = p->in->rows(p->in->user, BH_INSPECT_BY_CHECK, BH_INSPECT(BH_COMPLY_PASS) | BH_INSPECT(BH_COMPLY_NOT_APPLICABLE), put_fine, p, err);
        bh_html_end_table(p);
        return r;
}
