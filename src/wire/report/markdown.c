/* SPDX-License-Identifier: Apache-2.0 */
/* For merge requests and tickets: the summary, what to do first, and the rows folded away below it. */
#include "base/text.h"
#include "wire/report/common.h"
#include "wire/report/rows.h"

enum { ROWS = 60, PLACES = 5, GAPS = 20 };

struct page {
        struct bh_buf *out;
        const struct bh_report *r;
        const struct bh_report_opts *opts;
        struct bh_arena *arena;
};

static void put_link(struct bh_buf *out, struct bh_str id) {
        char url[160];

        if (!*bh_report_vuln_url(id, url, sizeof url)) {
                bh_put_markdown(out, id);
                return;
        }
        bh_buf_putc(out, '[');
        bh_put_markdown(out, id);
        bh_buf_printf(out, "](%s)", url);
}

static void put_licences(struct page *p) {
        const char *before = "Licences: ";

        for (unsigned i = _BH_LICENCE_CLASS_MAX; i-- > 0; ) {
                if (!p->r->licences.n[i])
                        continue;
                bh_buf_printf(p->out, "%s%u %s", before, p->r->licences.n[i], bh_licence_class_str((enum bh_licence_class) i));
                before = ", ";
        }
        if (*before == ',')
                bh_buf_puts(p->out, "\n\n");
}

static void put_counts(struct page *p) {
        struct bh_report_counts c = bh_report_count(p->r);

        bh_buf_puts(p->out, "| | ");
        for (unsigned i = _BH_SEVERITY_MAX; i-- > 0;)
                bh_buf_printf(p->out, "%s | ", bh_severity_str((enum bh_severity) i));
        bh_buf_puts(p->out, "total |\n|---|");
        for (unsigned i = 0; i <= _BH_SEVERITY_MAX; i++)
                bh_buf_puts(p->out, "---:|");
        bh_buf_puts(p->out, "\n| Vulnerabilities | ");
        for (unsigned i = _BH_SEVERITY_MAX; i-- > 0;)
                bh_buf_printf(p->out, "%u | ", c.severity[i]);
        bh_buf_printf(p->out, "%u |\n| Findings | ", p->r->n_vulns - p->r->n_vulns_hidden);
        for (unsigned i = _BH_SEVERITY_MAX; i-- > 0;)
                bh_buf_printf(p->out, "%u | ", c.finding_severity[i]);
        bh_buf_printf(p->out, "%u |\n\n", p->r->n_findings - p->r->n_findings_hidden);
        if (c.exploit[BH_EXPLOIT_LEVEL_IN_THE_WILD])
                bh_buf_printf(p->out, "**%u of the vulnerabilities are used in the wild.**\n\n", c.exploit[BH_EXPLOIT_LEVEL_IN_THE_WILD]);
        put_licences(p);
        if (!p->r->db.present)
                bh_buf_puts(p->out, "**Vulnerabilities were not looked up: there is no database.**\n\n");
}

static void put_advice(struct page *p) {
        if (!p->r->n_advice)
                return;
        bh_buf_puts(p->out, "### What to do first\n\n");
        for (uint32_t i = 0; i < p->r->n_advice && i < 5; i++) {
                const struct bh_advice *a = &p->r->advice[i];

                bh_buf_printf(p->out, "%u. ", i + 1);
                bh_put_markdown(p->out, a->text);
                if (a->n_vulns)
                        bh_buf_printf(p->out, " (mends %u, %u critical, %u exploited)", a->n_vulns, a->n_critical, a->n_exploited);
                bh_buf_putc(p->out, '\n');
        }
        bh_buf_putc(p->out, '\n');
}

static void put_vulns(struct page *p, const struct bh_report_group *g) {
        uint32_t n = p->opts->all ? g->n_vulns : BH_MIN(g->n_vulns, (uint32_t) ROWS);

        if (!g->n_vulns)
                return;
        bh_buf_puts(p->out, "| risk | severity | vulnerability | package | installed | fixed in | exploit |\n|---:|---|---|---|---|---|---|\n");
        for (uint32_t i = 0; i < n; i++) {
                const struct bh_vuln_finding *v = g->vulns[i].v;

                bh_buf_printf(p->out, "| %.0f | %s | ", v->risk.score, bh_severity_str(v->severity));
                put_link(p->out, v->vuln.id);
                bh_buf_puts(p->out, " | ");
                bh_put_markdown(p->out, g->vulns[i].packages);
                bh_buf_puts(p->out, " | ");
                bh_put_markdown(p->out, p->r->packages[v->package].version);
                bh_buf_puts(p->out, " | ");
                bh_put_markdown(p->out, bh_report_fix(v));
                bh_buf_printf(p->out, " | %s |\n", v->exploit ? bh_exploit_level_str(v->exploit) : "");
        }
        if (n < g->n_vulns)
                bh_buf_printf(p->out, "\n%u more rows are left out here.\n", g->n_vulns - n);
        bh_buf_putc(p->out, '\n');
}

static void put_finding(struct page *p, const struct bh_finding_row *row) {
        const struct bh_finding *f = &row->first->finding;
        struct bh_str mend = row->first->whose.mend.len ? row->first->whose.mend : f->mend;

        bh_buf_printf(p->out, "- **%s** %s: ", bh_severity_str(f->severity), bh_finding_kind_str(f->kind));
        bh_put_markdown(p->out, f->title.len ? f->title : f->rule);
        bh_buf_putc(p->out, '\n');
        for (uint32_t i = 0; i < row->n && i < PLACES; i++) {
                const struct bh_finding *one = &row->all[i]->finding;

                bh_buf_puts(p->out, "  - ");
                bh_put_markdown(p->out, one->path.len ? one->path : BH_STR("the image"));
                if (one->line)
                        bh_buf_printf(p->out, ":%u", one->line);
                bh_buf_putc(p->out, ' ');
                bh_put_markdown(p->out, one->evidence);
                bh_buf_puts(p->out, one->removed ? " (removed later, still in the image)\n" : "\n");
        }
        if (row->n > PLACES)
                bh_buf_printf(p->out, "  - and %u more\n", row->n - PLACES);
        if (mend.len) {
                bh_buf_puts(p->out, "  - *");
                bh_put_markdown(p->out, mend);
                bh_buf_puts(p->out, "*\n");
        }
}

static void put_group(struct page *p, const struct bh_report_group *g) {
        bh_buf_puts(p->out, "### ");
        bh_put_markdown(p->out, bh_report_group_title(p->arena, p->r, g));
        bh_buf_puts(p->out, "\n\n");
        for (uint32_t i = 0; i < g->n_findings; i++)
                put_finding(p, &g->findings[i]);
        if (g->n_findings)
                bh_buf_putc(p->out, '\n');
        put_vulns(p, g);
}

static void put_foot(struct page *p) {
        char date[21];

        for (uint32_t i = 0; i < p->r->n_gaps && i < GAPS; i++) {
                bh_buf_puts(p->out, i ? "- " : "### What could not be read\n\n- ");
                bh_put_markdown(p->out, p->r->gaps[i].where);
                bh_buf_puts(p->out, ": ");
                bh_put_markdown(p->out, p->r->gaps[i].why);
                bh_buf_putc(p->out, '\n');
        }
        if (p->r->n_gaps > GAPS)
                bh_buf_printf(p->out, "- and %u more\n", p->r->n_gaps - GAPS);
        for (uint32_t i = 0; i < p->r->n_notes; i++) {
                bh_buf_puts(p->out, i || !p->r->n_gaps ? "> " : "\n> ");
                bh_put_markdown(p->out, p->r->notes[i]);
                bh_buf_puts(p->out, "\n\n");
        }
        if (p->r->n_vulns_hidden + p->r->n_findings_hidden)
                bh_buf_printf(p->out, "%u vulnerabilities and %u findings are not counted, by exceptions or VEX.\n\n", p->r->n_vulns_hidden,
                              p->r->n_findings_hidden);
        if (p->r->db.present && p->r->db.built_s > 0)
                bh_buf_printf(p->out, "\nVulnerabilities as they were known on %.10s.\n", bh_time_print(p->r->db.built_s, date));
}

int bh_report_markdown(struct bh_buf *out, const struct bh_report *reports, size_t n, const struct bh_report_opts *opts,
                       struct bh_err *err) {
        (void) err;
        for (size_t i = 0; i < n; i++) {
                BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
                struct page p = { out, &reports[i], opts, arena };
                struct bh_report_groups groups = bh_report_group(arena, p.r);

                bh_buf_puts(out, i ? "\n## " : "## ");
                bh_put_markdown(out, p.r->target);
                bh_buf_puts(out, "\n\n");
                bh_put_markdown(out, bh_report_release(&p.r->release));
                bh_buf_printf(out, "%s%u packages\n\n", p.r->release.id.len ? ", " : "", p.r->n_packages);
                put_counts(&p);
                put_advice(&p);
                for (uint32_t k = 0; k < groups.n; k++)
                        put_group(&p, &groups.at[k]);
                put_foot(&p);
        }
        return 0;
}
