/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit XML as CI systems read it: a suite a target, a failed test a problem, a skipped one what is not counted. */
#include "wire/report/common.h"

static void attribute(struct bh_buf *out, const char *name, struct bh_str value) {
        bh_buf_printf(out, " %s=\"", name);
        bh_put_xml(out, value);
        bh_buf_putc(out, '"');
}

static void open_case(struct bh_buf *out, struct bh_str class_name, struct bh_str name, struct bh_str where) {
        bh_buf_puts(out, "    <testcase");
        attribute(out, "classname", class_name);
        bh_buf_puts(out, " name=\"");
        bh_put_xml(out, name);
        if (where.len) {
                bh_buf_puts(out, " in ");
                bh_put_xml(out, where);
        }
        bh_buf_puts(out, "\" time=\"0\">\n");
}

static void put_skipped(struct bh_buf *out, const struct bh_attribution *whose) {
        bh_buf_puts(out, "      <skipped");
        attribute(out, "message", whose->hidden_why.len ? whose->hidden_why : bh_str_of(bh_report_hidden_str(whose->hidden)));
        bh_buf_puts(out, "/>\n");
}

static void put_failure(struct bh_buf *out, enum bh_severity severity, struct bh_str message, struct bh_str detail, struct bh_str mend) {
        bh_buf_puts(out, "      <failure");
        attribute(out, "type", bh_str_of(bh_severity_str(severity)));
        attribute(out, "message", message);
        bh_buf_putc(out, '>');
        bh_put_xml(out, detail);
        if (mend.len) {
                bh_buf_puts(out, "\n");
                bh_put_xml(out, mend);
        }
        bh_buf_puts(out, "</failure>\n");
}

static void put_vuln(struct bh_buf *out, struct bh_arena *arena, const struct bh_report *r, const struct bh_vuln_finding *v) {
        const struct bh_package *p = &r->packages[v->package];

        open_case(out, bh_arena_cat(arena, bh_arena_cat(arena, p->name, BH_STR(" ")), p->version), v->vuln.id, p->location);
        if (v->whose.hidden)
                put_skipped(out, &v->whose);
        else
                put_failure(out, v->severity, v->text.summary.len ? v->text.summary : v->vuln.id,
                            bh_arena_cat(arena, BH_STR("fix: "), bh_report_fix(v)), v->whose.mend);
        bh_buf_puts(out, "    </testcase>\n");
}

static void put_finding(struct bh_buf *out, struct bh_arena *arena, const struct bh_report_finding *rf) {
        const struct bh_finding *f = &rf->finding;
        struct bh_str where = f->line ? bh_arena_cat(arena, f->path, bh_arena_printf(arena, ":%u", f->line)) : f->path;

        open_case(out, bh_str_of(bh_finding_kind_str(f->kind)), f->rule, where);
        if (rf->whose.hidden)
                put_skipped(out, &rf->whose);
        else
                put_failure(out, f->severity, f->title.len ? f->title : f->rule, f->evidence, rf->whose.mend);
        bh_buf_puts(out, "    </testcase>\n");
}

/* What could not be read is no failure of the image, and no success either. */
static void put_gap(struct bh_buf *out, const struct bh_gap *g) {
        open_case(out, BH_STR("gap"), g->where, BH_STR(""));
        bh_buf_puts(out, "      <error type=\"gap\"");
        attribute(out, "message", g->why);
        bh_buf_puts(out, "/>\n    </testcase>\n");
}

static void put_suite(struct bh_buf *out, struct bh_arena *arena, const struct bh_report *r) {
        uint32_t hidden = r->n_vulns_hidden + r->n_findings_hidden, all = r->n_vulns + r->n_findings;

        bh_buf_puts(out, "  <testsuite");
        attribute(out, "name", r->target);
        bh_buf_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"0\">\n", all + r->n_gaps + (all + r->n_gaps == 0),
                      all - hidden, r->n_gaps, hidden);
        for (uint32_t i = 0; i < r->n_vulns; i++)
                put_vuln(out, arena, r, &r->vulns[i]);
        for (uint32_t i = 0; i < r->n_findings; i++)
                put_finding(out, arena, &r->findings[i]);
        for (uint32_t i = 0; i < r->n_gaps; i++)
                put_gap(out, &r->gaps[i]);
        if (all + r->n_gaps == 0) /* a suite without a test counts as broken in some systems */
                bh_buf_puts(out, "    <testcase classname=\"scan\" name=\"nothing found\" time=\"0\"/>\n");
        bh_buf_puts(out, "  </testsuite>\n");
}

int bh_report_junit(struct bh_buf *out, const struct bh_report *reports, size_t n, const struct bh_report_opts *opts,
                    struct bh_err *err) {
        (void) opts;
        (void) err;
        bh_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"bulkhead\">\n");
        for (size_t i = 0; i < n; i++) {
                BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();

                put_suite(out, arena, &reports[i]);
        }
        bh_buf_puts(out, "</testsuites>\n");
        return 0;
}
