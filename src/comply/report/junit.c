/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit XML as CI systems read it: one suite, a case for each result. What fails
 * is a failure; what is borne with, needs a person, could not be told or does
 * not apply is skipped, and says so.
 */
#include "comply/report/inspect.h"
#include "fmt/clean.h"

struct writing {
        const struct bh_inspect_opts *opts;
        struct bh_inspect_out *out;
};

static void attribute(struct bh_buf *out, const char *name, struct bh_str value) {
        bh_buf_printf(out, " %s=\"", name);
        bh_put_xml(out, value);
        bh_buf_putc(out, '"');
}

static void put_name(struct bh_buf *out, const struct bh_inspect_row *row) {
        BH_CLEANUP(bh_buf_done) struct bh_buf name = { 0 };

        bh_buf_printf(&name, "%.*s", BH_FMT(row->kind));
        if (row->name.len)
                bh_buf_printf(&name, " %.*s", BH_FMT(row->name));
        bh_buf_printf(&name, " on %.*s", BH_FMT(row->host));
        attribute(out, "name", bh_buf_str(&name));
}

static void put_failure(struct writing *w, const struct bh_inspect_row *row) {
        struct bh_buf *out = w->out->buf;

        bh_buf_puts(out, "      <failure");
        attribute(out, "type", bh_str_of(bh_comply_severity_str(row->severity)));
        attribute(out, "message", bh_both_in(&row->title, w->opts->lang));
        bh_buf_puts(out, ">");
        for (size_t i = 0; i < row->n_evidence; i++) {
                bh_put_xml(out, row->evidence[i].field);
                bh_buf_puts(out, " = ");
                bh_put_xml(out, row->evidence[i].value);
                bh_buf_puts(out, " (");
                bh_put_xml(out, row->evidence[i].where);
                bh_buf_puts(out, ")\n");
        }
        bh_put_xml(out, bh_both_in(&row->mend, w->opts->lang));
        bh_buf_puts(out, "</failure>\n");
}

static void put_skipped(struct writing *w, const struct bh_inspect_row *row) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };

        if (row->state == BH_COMPLY_FAIL)
                bh_buf_printf(&text, "borne with by %.*s: %.*s", BH_FMT(row->owner), BH_FMT(row->reason));
        else
                bh_buf_printf(&text, "%s%s%.*s", bh_comply_state_str(row->state), row->cause.len ? ": " : "", BH_FMT(row->cause));
        bh_buf_puts(w->out->buf, "      <skipped");
        attribute(w->out->buf, "message", bh_buf_str(&text));
        bh_buf_puts(w->out->buf, "/>\n");
}

static int put_row(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct writing *w = user;
        struct bh_buf *out = w->out->buf;

        bh_buf_puts(out, "    <testcase");
        attribute(out, "classname", row->check);
        put_name(out, row);
        bh_buf_puts(out, " time=\"0\"");
        if (row->state == BH_COMPLY_PASS) {
                bh_buf_puts(out, "/>\n");
                return bh_inspect_more(w->out, err);
        }
        bh_buf_puts(out, ">\n");
        if (row->state == BH_COMPLY_FAIL && !row->excepted)
                put_failure(w, row);
        else
                put_skipped(w, row);
        bh_buf_puts(out, "    </testcase>\n");
        return bh_inspect_more(w->out, err);
}

int bh_inspect_junit(const struct bh_inspection *in, const struct bh_inspect_opts *opts, struct bh_inspect_out *out, struct bh_err *err) {
        struct writing w = { opts, out };
        const uint32_t *n = in->all.by_state;
        uint32_t tests = 0, failures = n[BH_COMPLY_FAIL] - in->all.excepted;
        int r;

        for (int s = 0; s < _BH_COMPLY_STATE_MAX; s++)
                tests += n[s];
        bh_buf_printf(out->buf,
                      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"bulkhead comply\" tests=\"%u\" failures=\"%u\">\n"
                      "  <testsuite name=\"bulkhead comply\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\" time=\"0\">\n",
                      tests, failures, tests, failures, tests - failures - n[BH_COMPLY_PASS]);
        r = in->rows(in->user, BH_INSPECT_BY_CHECK, BH_INSPECT_ALL, put_row, &w, err);
        bh_buf_puts(out->buf, "  </testsuite>\n</testsuites>\n");
        return r;
}
