/* SPDX-License-Identifier: Apache-2.0 */
/* One line a result (RFC 4180), worst first, in the words that programs know; titles and mends in the language that is asked for. */
#include "base/text.h"
#include "comply/report/inspect.h"
#include "fmt/clean.h"

struct writing {
        const struct bh_inspect_opts *opts;
        struct bh_inspect_out *out;
        bool more;
};

static void field(struct writing *w, struct bh_str s) {
        if (w->more)
                bh_buf_putc(w->out->buf, ',');
        w->more = true;
        bh_put_csv(w->out->buf, s);
}

static void word(struct writing *w, const char *s) {
        field(w, bh_str_of(s));
}

static void moment(struct writing *w, int64_t s) {
        char text[21];

        word(w, s ? bh_time_print(s, text) : "");
}

static void put_refs(struct writing *w, const struct bh_inspect_row *row) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };

        for (size_t i = 0; i < row->n_refs; i++)
                bh_buf_printf(&text, "%s%.*s %.*s", i ? "; " : "", BH_FMT(row->refs[i].benchmark), BH_FMT(row->refs[i].item));
        field(w, bh_buf_str(&text));
}

static void put_evidence(struct writing *w, const struct bh_inspect_row *row) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };

        for (size_t i = 0; i < row->n_evidence; i++) {
                const struct bh_comply_evidence *e = &row->evidence[i];

                bh_buf_printf(&text, "%s%.*s = %.*s", i ? "; " : "", BH_FMT(e->field), BH_FMT(e->value));
                if (e->where.len)
                        bh_buf_printf(&text, " (%.*s)", BH_FMT(e->where));
        }
        field(w, bh_buf_str(&text));
}

static int put_row(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct writing *w = user;

        w->more = false;
        field(w, row->host);
        field(w, row->kind);
        field(w, row->namespace);
        field(w, row->workload);
        field(w, row->container);
        field(w, row->name);
        field(w, row->check);
        field(w, bh_both_in(&row->title, w->opts->lang));
        word(w, bh_comply_state_str(row->state));
        word(w, bh_comply_severity_str(row->severity));
        word(w, bh_comply_category_str(row->category));
        put_evidence(w, row);
        field(w, row->cause);
        field(w, bh_both_in(&row->mend, w->opts->lang));
        put_refs(w, row);
        word(w, row->is_new ? "new" : "");
        moment(w, row->since_s);
        field(w, row->owner);
        field(w, row->reason);
        moment(w, row->until_s);
        bh_buf_puts(w->out->buf, "\r\n");
        return bh_inspect_more(w->out, err);
}

int bh_inspect_csv(const struct bh_inspection *in, const struct bh_inspect_opts *opts, struct bh_inspect_out *out, struct bh_err *err) {
        struct writing w = { .opts = opts, .out = out };

        if (opts->lang == BH_LANG_ZH) /* spreadsheets take what has no mark for the code page of their machine */
                bh_buf_puts(out->buf, "\xef\xbb\xbf");
        bh_buf_puts(out->buf, "host,kind,namespace,workload,container,name,check,title,result,severity,category,evidence,cause,mend,references,new,since,"
                              "exception_owner,exception_reason,exception_until\r\n");
        return in->rows(in->user, BH_INSPECT_BY_CHECK, BH_INSPECT_ALL, put_row, &w, err);
}
