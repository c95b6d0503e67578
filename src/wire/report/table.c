/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For people at a terminal: what is there, what to do first, then the rows
 * behind it, and at the end what was not looked at. Long lists are cut where
 * nothing urgent is lost, and say so.
 */
#include "base/map.h"
#include "base/text.h"
#include "wire/report/common.h"
#include "wire/report/rows.h"

enum { WIDTH = 120, NARROWEST = 80, ROWS = 40, PLACES = 4, GAPS = 10 };

struct page {
        struct bh_buf *out;
        const struct bh_report *r;
        const struct bh_report_opts *opts;
        struct bh_arena *arena;
        size_t width;
        size_t used; /* columns of a line of counts */
};

/* How each severity, and each rung of the ladder, looks. */
static const char *const severity_style[_BH_SEVERITY_MAX] = { "2", "2", "36", "33", "31", "1;97;41" };
static const char *const exploit_style[_BH_EXPLOIT_LEVEL_MAX] = { "2", "", "33", "31", "1;97;41" };
static const char *const exploit_words[_BH_EXPLOIT_LEVEL_MAX] = { "", "proof", "public", "weaponised", "in the wild" };

static void styled(struct page *p, const char *style, struct bh_str clean) {
        bool on = p->opts->colour && style && *style;

        if (on)
                bh_buf_printf(p->out, "\033[%sm", style);
        bh_buf_add(p->out, clean);
        if (on)
                bh_buf_puts(p->out, "\033[0m");
}

static void say(struct page *p, const char *style, const char *words) {
        styled(p, style, bh_str_of(words));
}

static struct bh_str clean(struct page *p, struct bh_str s) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        bh_put_clean(&out, s);
        return bh_arena_str(p->arena, bh_buf_str(&out));
}

/* Clean text, cut with an ellipsis to fit. */
static struct bh_str fit(struct page *p, struct bh_str s, size_t columns) {
        if (bh_text_width(s) <= columns)
                return s;
        return bh_arena_cat(p->arena, bh_text_fit(s, columns ? columns - 1 : 0), BH_STR("…"));
}

static void blanks(struct page *p, size_t n) {
        while (n-- > 0)
                bh_buf_putc(p->out, ' ');
}

static void cell(struct page *p, const char *style, struct bh_str s, size_t columns) {
        struct bh_str shown = fit(p, s, columns);

        styled(p, style, shown);
        blanks(p, columns - BH_MIN(columns, bh_text_width(shown)));
        blanks(p, 2);
}

/* A paragraph, broken at blanks, its further lines under its first. */
static void wrapped(struct page *p, const char *style, struct bh_str text, size_t indent) {
        size_t room = p->width - BH_MIN(p->width - 20, indent), used = 0;
        struct bh_str rest = text, word;

        while (bh_str_word(&rest, &word)) {
                size_t w;

                word = fit(p, word, room);
                w = bh_text_width(word);
                if (used && used + 1 + w > room) {
                        bh_buf_putc(p->out, '\n');
                        blanks(p, indent);
                        used = 0;
                } else if (used) {
                        bh_buf_putc(p->out, ' ');
                        used++;
                }
                styled(p, style, word);
                used += w;
        }
        bh_buf_putc(p->out, '\n');
}

static void heading(struct page *p, const char *words) {
        bh_buf_putc(p->out, '\n');
        say(p, "1", words);
        bh_buf_putc(p->out, '\n');
}

static void trim_line(struct page *p) {
        while (p->out->len && p->out->at[p->out->len - 1] == ' ')
                p->out->len--;
        bh_buf_putc(p->out, '\n');
}

static const char *plural(uint64_t n, const char *one, const char *many) {
        return n == 1 ? one : many;
}

static void put_about(struct page *p) {
        const struct bh_report *r = p->r;
        BH_CLEANUP(bh_buf_done) struct bh_buf line = { 0 };
        struct bh_str release = bh_report_release(&r->release);
        char date[21];

        if (release.len) {
                bh_put_clean(&line, release);
                bh_buf_puts(&line, r->end_of_life ? " (out of support), " : ", ");
        }
        if (r->image.platform.architecture.len) {
                bh_put_clean(&line, r->image.platform.os);
                bh_buf_putc(&line, '/');
                bh_put_clean(&line, r->image.platform.architecture);
                bh_buf_puts(&line, ", ");
        }
        if (bh_str_is(r->target_kind, "image"))
                bh_buf_printf(&line, "%u %s, ", r->n_layers, plural(r->n_layers, "layer", "layers"));
        bh_buf_printf(&line, "%u %s", r->n_packages, plural(r->n_packages, "package", "packages"));
        if (r->image.created_s > 0)
                bh_buf_printf(&line, ", made %.10s", bh_time_print(r->image.created_s, date));
        bh_buf_puts(p->out, "  ");
        wrapped(p, NULL, bh_buf_str(&line), 2);
        if (r->image.config_digest.len) {
                bh_buf_puts(p->out, "  ");
                styled(p, "2", clean(p, r->image.config_digest));
                bh_buf_putc(p->out, '\n');
        }
}

enum { LABEL = 22 };

/* "   4 critical"; what does not fit goes under the first. */
static void count(struct page *p, const char *style, uint32_t n, const char *words) {
        char text[80];
        size_t w;

        if (!n)
                return;
        (void) snprintf(text, sizeof text, "%u %s", n, words);
        w = bh_text_width(bh_str_of(text)) + 3;
        if (p->used + w > p->width) {
                bh_buf_putc(p->out, '\n');
                blanks(p, LABEL);
                p->used = LABEL;
        }
        p->used += w;
        bh_buf_puts(p->out, "   ");
        say(p, style, text);
}

static void label(struct page *p, uint32_t n, const char *one, const char *many) {
        char text[40];

        (void) snprintf(text, sizeof text, "%u %s", n, plural(n, one, many));
        bh_buf_puts(p->out, "  ");
        cell(p, "1", bh_str_of(text), LABEL - 2);
        p->out->len -= 2;
        p->used = LABEL;
}

static void put_vuln_counts(struct page *p, const struct bh_report_counts *c) {
        static const char *const ladder[_BH_EXPLOIT_LEVEL_MAX] = { "", "with a proof of concept", "with a public exploit", "weaponised",
                                                                   "used in the wild" };
        bool any = false;

        label(p, p->r->n_vulns - p->r->n_vulns_hidden, "vulnerability", "vulnerabilities");
        for (unsigned i = _BH_SEVERITY_MAX; i-- > 0;)
                count(p, severity_style[i], c->severity[i], bh_severity_str((enum bh_severity) i));
        trim_line(p);
        for (unsigned i = 1; i < _BH_EXPLOIT_LEVEL_MAX; i++)
                any = any || c->exploit[i];
        if (!any && !c->fixable)
                return;
        blanks(p, LABEL);
        p->used = LABEL;
        for (unsigned i = _BH_EXPLOIT_LEVEL_MAX; i-- > 1;)
                count(p, exploit_style[i], c->exploit[i], ladder[i]);
        count(p, "32", c->fixable, "can be fixed by an upgrade");
        trim_line(p);
}

/* Other bases that were looked at; the best is among what to do first. */
static void put_moves(struct page *p) {
        char date[21];

        if (!p->r->n_moves)
                return;
        heading(p, "OTHER BASES");
        for (uint32_t i = 0; i < p->r->n_moves; i++) {
                const struct bh_report_move *m = &p->r->moves[i];
                BH_CLEANUP(bh_buf_done) struct bh_buf line = { 0 };

                bh_put_clean(&line, m->target);
                if (m->created_s > 0)
                        bh_buf_printf(&line, ", made %.10s", bh_time_print(m->created_s, date));
                bh_buf_printf(&line, ": mends %u of %u vulnerabilities of the base", m->mends, m->of);
                if (m->n_critical)
                        bh_buf_printf(&line, ", %u critical", m->n_critical);
                if (m->brings)
                        bh_buf_printf(&line, "; brings %u of its own", m->brings);
                bh_buf_puts(p->out, "  ");
                wrapped(p, NULL, bh_buf_str(&line), 4);
        }
}

/* By what they ask; the strictest first. */
static void put_licences(struct page *p) {
        const struct bh_report_licences *l = &p->r->licences;
        uint32_t n = 0;

        for (unsigned i = 0; i < _BH_LICENCE_CLASS_MAX; i++)
                n += l->n[i];
        if (!n)
                return;
        label(p, n, "licence", "licences");
        for (unsigned i = _BH_LICENCE_CLASS_MAX; i-- > 0;)
                count(p, i == BH_LICENCE_UNKNOWN || i > BH_LICENCE_STRONG_COPYLEFT ? "33" : NULL, l->n[i], bh_licence_class_str((enum bh_licence_class) i));
        trim_line(p);
}

static void put_counts(struct page *p) {
        struct bh_report_counts c = bh_report_count(p->r);
        const struct bh_report *r = p->r;
        char text[64];

        bh_buf_putc(p->out, '\n');
        if (r->db.present)
                put_vuln_counts(p, &c);
        else {
                bh_buf_puts(p->out, "  ");
                say(p, "33", "Vulnerabilities were not looked up: there is no database.");
                bh_buf_putc(p->out, '\n');
        }
        if (r->n_findings || !bh_str_is(r->target_kind, "sbom")) {
                label(p, r->n_findings - r->n_findings_hidden, "finding", "findings");
                for (unsigned i = 0; i < _BH_FINDING_MAX; i++)
                        count(p, NULL, c.finding[i], bh_finding_kind_str((enum bh_finding_kind) i));
                trim_line(p);
        }
        put_licences(p);
        if (r->risk > 0) {
                (void) snprintf(text, sizeof text, "risk %.0f of 100", r->risk);
                bh_buf_puts(p->out, "  ");
                say(p, r->risk >= 70 ? "1;31" : r->risk >= 40 ? "33" : "32", text);
                bh_buf_putc(p->out, '\n');
        }
}

static void put_advice(struct page *p) {
        const struct bh_report *r = p->r;

        if (!r->n_advice)
                return;
        heading(p, "WHAT TO DO FIRST");
        for (uint32_t i = 0; i < r->n_advice && (i < 5 || p->opts->all); i++) {
                const struct bh_advice *a = &r->advice[i];
                BH_CLEANUP(bh_buf_done) struct bh_buf line = { 0 };

                bh_put_clean(&line, a->text);
                if (a->n_vulns)
                        bh_buf_printf(&line, " (mends %u", a->n_vulns);
                if (a->n_critical)
                        bh_buf_printf(&line, ", %u critical", a->n_critical);
                if (a->n_exploited)
                        bh_buf_printf(&line, ", %u exploited", a->n_exploited);
                if (a->n_vulns)
                        bh_buf_putc(&line, ')');
                if (a->owner.len) {
                        bh_buf_puts(&line, " [");
                        bh_put_clean(&line, a->owner);
                        bh_buf_putc(&line, ']');
                }
                bh_buf_printf(p->out, "  %u. ", i + 1);
                wrapped(p, NULL, bh_buf_str(&line), i < 9 ? 5 : 6);
        }
}

/* Columns of the list of vulnerabilities, in this order. */
enum column { RISK, SEVERITY, ID, PACKAGE, HAVE, FIX, EXPLOIT, COLUMNS };
static const char *const column_names[COLUMNS] = { "RISK", "SEVERITY", "VULNERABILITY", "PACKAGE", "INSTALLED", "FIXED IN", "EXPLOIT" };

struct line {
        struct bh_str cells[COLUMNS];
        const struct bh_vuln_finding *v;
};

static struct line line_of(struct page *p, const struct bh_vuln_row *row) {
        const struct bh_vuln_finding *v = row->v;
        const struct bh_package *pkg = &p->r->packages[v->package];
        struct line l = { .v = v };

        l.cells[RISK] = v->risk.score > 0 ? bh_arena_printf(p->arena, "%4.0f", v->risk.score) : BH_STR("");
        l.cells[SEVERITY] = bh_str_of(bh_severity_str(v->severity));
        l.cells[ID] = clean(p, v->vuln.id);
        l.cells[PACKAGE] = clean(p, row->packages);
        l.cells[HAVE] = clean(p, pkg->version);
        l.cells[FIX] = v->match.fixed.len ? clean(p, v->match.fixed)
                                          : bh_str_of(v->match.status == BH_STATUS_AFFECTED ? "no fix yet" : bh_status_str(v->match.status));
        if (v->match.fixed.len && v->match.channel.len)
                l.cells[FIX] = bh_arena_cat(p->arena, l.cells[FIX], bh_arena_printf(p->arena, " (%.*s)", BH_FMT(clean(p, v->match.channel))));
        l.cells[EXPLOIT] = bh_str_of(exploit_words[v->exploit]);
        return l;
}

static size_t total(const size_t *w) {
        size_t sum = 2;

        for (unsigned i = 0; i < COLUMNS; i++)
                sum += w[i] ? w[i] + 2 : 0;
        return sum - 2;
}

/* As wide as what is in them; then the widest of those that may be cut gives way, the fix last. */
static void measure(const struct page *p, const struct line *lines, size_t n, size_t *w) {
        static const struct {
                enum column column;
                size_t least;
        } gives[] = { { PACKAGE, 14 }, { HAVE, 12 }, { FIX, 14 }, { ID, 14 } };

        for (unsigned c = 0; c < COLUMNS; c++) {
                w[c] = 0;
                for (size_t i = 0; i < n; i++)
                        w[c] = BH_MAX(w[c], bh_text_width(lines[i].cells[c]));
                if (w[c])
                        w[c] = BH_MAX(w[c], bh_text_width(bh_str_of(column_names[c])));
        }
        while (total(w) > p->width) {
                size_t widest = 0;

                for (size_t i = 1; i < 3; i++)
                        if (w[gives[i].column] - BH_MIN(w[gives[i].column], gives[i].least) >
                            w[gives[widest].column] - BH_MIN(w[gives[widest].column], gives[widest].least))
                                widest = i;
                if (w[gives[widest].column] <= gives[widest].least)
                        widest = 3;
                if (w[gives[widest].column] > gives[widest].least)
                        w[gives[widest].column]--;
                else if (w[HAVE])
                        w[HAVE] = 0; /* the fix says more than what is there */
                else
                        return;
        }
}

static void put_line(struct page *p, const struct line *l, const size_t *w) {
        bh_buf_puts(p->out, "  ");
        for (unsigned c = 0; c < COLUMNS; c++) {
                const char *style = NULL;

                if (!w[c])
                        continue;
                if (l->v)
                        style = c == SEVERITY ? severity_style[l->v->severity]
                              : c == EXPLOIT  ? exploit_style[l->v->exploit]
                              : c == FIX      ? (l->v->match.fixed.len ? "32" : "2")
                                              : NULL;
                else
                        style = "2";
                cell(p, style, l->cells[c], w[c]);
        }
        trim_line(p);
}

/* What a cut list must still show: all that is critical, or that somebody already uses. */
static bool is_urgent(const struct bh_vuln_finding *v) {
        return v->severity == BH_SEVERITY_CRITICAL || v->exploit >= BH_EXPLOIT_LEVEL_WEAPONISED;
}

static void put_place(struct page *p, const struct bh_package *pkg, const size_t *w) {
        size_t indent = 2;

        for (unsigned c = 0; c < PACKAGE; c++)
                indent += w[c] ? w[c] + 2 : 0;
        blanks(p, indent);
        styled(p, "2", fit(p, clean(p, bh_arena_cat(p->arena, BH_STR("in "), pkg->location)), p->width - indent));
        bh_buf_putc(p->out, '\n');
}

static void put_vulns(struct page *p, const struct bh_report_group *g) {
        struct line *lines = bh_arena_array(p->arena, struct line, g->n_vulns), head = { 0 };
        struct bh_map places = bh_map_in(p->arena);
        size_t n = 0, w[COLUMNS];

        for (uint32_t i = 0; i < g->n_vulns; i++)
                if (p->opts->all || n < ROWS || is_urgent(g->vulns[i].v))
                        lines[n++] = line_of(p, &g->vulns[i]);
        measure(p, lines, n, w);
        for (unsigned c = 0; c < COLUMNS; c++)
                head.cells[c] = bh_str_of(column_names[c]);
        put_line(p, &head, w);
        for (size_t i = 0; i < n; i++) {
                const struct bh_package *pkg = &p->r->packages[lines[i].v->package];

                put_line(p, &lines[i], w);
                if (!bh_eco_is_os(pkg->eco) && pkg->location.len && !bh_map_set(&places, pkg->location, p))
                        put_place(p, pkg, w); /* once is enough */
        }
        if (n < g->n_vulns) {
                char text[120];

                (void) snprintf(text, sizeof text, "  ... and %zu more rows, none critical or weaponised; --all shows them\n", g->n_vulns - n);
                say(p, "2", text);
        }
}

static struct bh_str where(struct page *p, const struct bh_finding *f) {
        struct bh_str path = f->path.len ? clean(p, f->path) : BH_STR("the image");

        return f->line ? bh_arena_printf(p->arena, "%.*s:%u", BH_FMT(path), f->line) : path;
}

/* What was seen begins with where: a list of paths, or a package with its licence. */
static bool lists_itself(const struct bh_finding *f) {
        return bh_str_starts(f->evidence, f->path) || (f->kind == BH_FINDING_LICENCE && f->evidence.len);
}

static void put_finding_place(struct page *p, const struct bh_finding *f) {
        BH_CLEANUP(bh_buf_done) struct bh_buf line = { 0 };

        if (!lists_itself(f))
                bh_buf_add(&line, where(p, f));
        if (f->evidence.len) {
                bh_buf_puts(&line, line.len ? "  " : "");
                bh_put_clean(&line, f->evidence);
        }
        if (f->more)
                bh_buf_printf(&line, "  and %u more%s", f->more, f->kind == BH_FINDING_CONFIG ? "" : " in this file");
        if (f->removed)
                bh_buf_puts(&line, "  (removed later, still in the image)");
        blanks(p, 12);
        wrapped(p, NULL, bh_buf_str(&line), 14);
}

static void put_finding(struct page *p, const struct bh_finding_row *row) {
        const struct bh_finding *f = &row->first->finding;
        struct bh_str mend = row->first->whose.mend.len ? row->first->whose.mend : f->mend;
        BH_CLEANUP(bh_buf_done) struct bh_buf line = { 0 };
        uint32_t shown = p->opts->all ? row->n : BH_MIN(row->n, (uint32_t) PLACES);

        bh_buf_puts(p->out, "  ");
        cell(p, severity_style[f->severity], bh_str_of(bh_severity_str(f->severity)), 8);
        bh_buf_printf(&line, "%s: ", bh_finding_kind_str(f->kind));
        bh_put_clean(&line, f->title.len ? f->title : f->rule);
        bh_buf_puts(&line, " [");
        bh_put_clean(&line, f->rule);
        bh_buf_putc(&line, ']');
        wrapped(p, NULL, bh_buf_str(&line), 12);
        for (uint32_t i = 0; i < shown; i++)
                put_finding_place(p, &row->all[i]->finding);
        if (shown < row->n) {
                blanks(p, 12);
                bh_buf_printf(p->out, "... and %u more %s\n", row->n - shown, plural(row->n - shown, "place", "places"));
        }
        if (mend.len) {
                blanks(p, 12);
                say(p, "32", "> ");
                wrapped(p, "32", clean(p, mend), 14);
        }
}

static void put_group(struct page *p, const struct bh_report_group *g) {
        heading(p, bh_arena_cstr(p->arena, bh_report_group_title(p->arena, p->r, g)));
        for (uint32_t i = 0; i < g->n_findings; i++)
                put_finding(p, &g->findings[i]);
        if (g->n_vulns && g->n_findings)
                bh_buf_putc(p->out, '\n');
        if (g->n_vulns)
                put_vulns(p, g);
}

static void put_hidden(struct page *p) {
        const struct bh_report *r = p->r;
        char text[200];

        if (!(r->n_vulns_hidden + r->n_findings_hidden))
                return;
        (void) snprintf(text, sizeof text, "%u %s and %u %s are not counted, by exceptions or VEX; -o json lists them with the reasons.",
                        r->n_vulns_hidden, plural(r->n_vulns_hidden, "vulnerability", "vulnerabilities"), r->n_findings_hidden,
                        plural(r->n_findings_hidden, "finding", "findings"));
        bh_buf_putc(p->out, '\n');
        wrapped(p, NULL, bh_str_of(text), 0);
}

static void put_gaps(struct page *p) {
        const struct bh_report *r = p->r;

        if (!r->n_gaps)
                return;
        heading(p, "WHAT COULD NOT BE READ");
        for (uint32_t i = 0; i < r->n_gaps && (i < GAPS || p->opts->all); i++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf line = { 0 };

                bh_put_clean(&line, r->gaps[i].where);
                bh_buf_puts(&line, ": ");
                bh_put_clean(&line, r->gaps[i].why);
                bh_buf_puts(p->out, "  ");
                wrapped(p, "33", bh_buf_str(&line), 4);
        }
        if (r->n_gaps > GAPS && !p->opts->all)
                bh_buf_printf(p->out, "  ... and %u more; --all shows them\n", r->n_gaps - GAPS);
}

static void put_gate(struct page *p) {
        const struct bh_verdict *v = &p->r->verdict;

        if (!v->asked)
                return;
        heading(p, "GATE");
        say(p, v->passed ? "1;32" : "1;31", v->passed ? "  passed" : "  denied");
        bh_buf_putc(p->out, '\n');
        for (uint32_t i = 0; i < v->n_reasons; i++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf line = { 0 };

                bh_buf_puts(&line, v->reasons[i].deny ? "no: " : "warning: ");
                bh_put_clean(&line, v->reasons[i].text);
                bh_buf_puts(&line, " [");
                bh_put_clean(&line, v->reasons[i].rule);
                bh_buf_putc(&line, ']');
                bh_buf_puts(p->out, "  ");
                wrapped(p, NULL, bh_buf_str(&line), 2);
        }
}

static void put_foot(struct page *p) {
        const struct bh_report *r = p->r;
        char date[21];

        bh_buf_putc(p->out, '\n');
        for (uint32_t i = 0; i < r->n_notes; i++) {
                say(p, "33", "Note: ");
                wrapped(p, NULL, clean(p, r->notes[i]), 6);
        }
        if (r->db.present && r->db.built_s > 0)
                bh_buf_printf(p->out, "Vulnerabilities as they were known on %.10s (%u %s).\n", bh_time_print(r->db.built_s, date), r->db.n_sources,
                              plural(r->db.n_sources, "source", "sources"));
}

static void put_report(struct page *p) {
        const struct bh_report *r = p->r;
        struct bh_report_groups groups = bh_report_group(p->arena, r);

        styled(p, "1", clean(p, r->target));
        bh_buf_putc(p->out, '\n');
        put_about(p);
        put_counts(p);
        put_advice(p);
        put_moves(p);
        for (uint32_t i = 0; i < groups.n; i++)
                put_group(p, &groups.at[i]);
        if (!groups.n && r->db.present && r->space_known && !r->n_gaps) {
                bh_buf_putc(p->out, '\n');
                say(p, "32", "Nothing was found that needs a person.");
                bh_buf_putc(p->out, '\n');
        }
        put_hidden(p);
        put_gaps(p);
        put_gate(p);
        put_foot(p);
}

int bh_report_table(struct bh_buf *out, const struct bh_report *reports, size_t n, const struct bh_report_opts *opts,
                    struct bh_err *err) {
        size_t width = opts->width ? opts->width : WIDTH;

        (void) err;
        for (size_t i = 0; i < n; i++) {
                BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
                struct page p = { out, &reports[i], opts, arena, BH_MAX(width, (size_t) NARROWEST) };

                if (i)
                        bh_buf_puts(out, "\n\n");
                put_report(&p);
        }
        return 0;
}
