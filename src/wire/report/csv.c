/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line a vulnerability, finding or gap (RFC 4180).
 */
#include "wire/report/common.h"

struct row {
        struct bh_buf *out;
        bool more;
};

static void field(struct row *row, struct bh_str s) {
        if (row->more)
                bh_buf_putc(row->out, ',');
        row->more = true;
        bh_put_csv(row->out, s);
}

static void word(struct row *row, const char *s) {
        field(row, bh_str_of(s));
}

static void number(struct row *row, bool known, int digits, double v) {
        char text[40];

        (void) snprintf(text, sizeof text, "%.*f", digits, v);
        word(row, known ? text : "");
}

static void end(struct row *row) {
        bh_buf_puts(row->out, "\r\n");
        row->more = false;
}

static void put_whose(struct row *row, const struct bh_report *r, const struct bh_attribution *a) {
        number(row, r->n_layers > 0, 0, a->layer);
        word(row, bh_side_str(a->side));
        field(row, a->owner);
        field(row, a->mend);
        word(row, a->hidden ? bh_report_hidden_str(a->hidden) : "");
        field(row, a->hidden_why);
}

static void put_vuln(struct row *row, const struct bh_report *r, const struct bh_vuln_finding *v) {
        const struct bh_package *p = &r->packages[v->package];

        field(row, r->target);
        word(row, "vulnerability");
        word(row, bh_severity_str(v->severity));
        field(row, v->vuln.id);
        field(row, v->text.summary);
        number(row, true, 1, v->risk.score);
        word(row, bh_exploit_level_str(v->exploit));
        word(row, bh_eco_str(p->eco));
        field(row, p->name);
        field(row, p->version);
        field(row, v->match.fixed);
        word(row, bh_status_str(v->match.status));
        field(row, p->location);
        word(row, "");
        field(row, v->exploit_why);
        put_whose(row, r, &v->whose);
        end(row);
}

static void put_finding(struct row *row, const struct bh_report *r, const struct bh_report_finding *rf) {
        const struct bh_finding *f = &rf->finding;

        field(row, r->target);
        word(row, bh_finding_kind_str(f->kind));
        word(row, bh_severity_str(f->severity));
        field(row, f->rule);
        field(row, f->title);
        for (int i = 0; i < 3; i++)
                word(row, "");
        field(row, f->package);
        for (int i = 0; i < 3; i++)
                word(row, "");
        field(row, f->path);
        number(row, f->line != 0, 0, f->line);
        field(row, f->evidence);
        put_whose(row, r, &rf->whose);
        end(row);
}

static void put_gap(struct row *row, const struct bh_report *r, const struct bh_gap *g) {
        field(row, r->target);
        word(row, "gap");
        word(row, "");
        word(row, bh_code_str(g->code));
        field(row, g->why);
        for (int i = 0; i < 7; i++)
                word(row, "");
        field(row, g->where);
        for (int i = 0; i < 8; i++)
                word(row, "");
        end(row);
}

int bh_report_csv(struct bh_buf *out, const struct bh_report *reports, size_t n, const struct bh_report_opts *opts,
                  struct bh_err *err) {
        static const char *const names[] = { "target", "kind", "severity", "id", "title", "risk", "exploit", "type", "package", "installed",
                                             "fixed", "status", "location", "line", "evidence", "layer", "side", "owner", "mend", "hidden",
                                             "hidden_because" };
        struct row row = { out, false };

        (void) opts;
        (void) err;
        for (size_t i = 0; i < BH_LEN(names); i++)
                word(&row, names[i]);
        end(&row);
        for (size_t i = 0; i < n; i++) {
                for (uint32_t k = 0; k < reports[i].n_vulns; k++)
                        put_vuln(&row, &reports[i], &reports[i].vulns[k]);
                for (uint32_t k = 0; k < reports[i].n_findings; k++)
                        put_finding(&row, &reports[i], &reports[i].findings[k]);
                for (uint32_t k = 0; k < reports[i].n_gaps; k++)
                        put_gap(&row, &reports[i], &reports[i].gaps[k]);
        }
        return 0;
}
