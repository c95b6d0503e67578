/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead explain: why a vulnerability is in a report, or why it is not. */
#include <string.h>

#include "base/text.h"
#include "lib/mend.h"
#include "lib/vulns.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/session.h"
#include "wire/report/common.h"

static const struct bh_opt opts[] = {
        BH_SESSION_OPTS,
        { NULL, 0, NULL, NULL, NULL, false },
};

struct explaining {
        struct bh_session session;
        struct bh_arena *arena;
        struct bh_str name;     /* as the user named it */
        struct bh_report report;
        struct bh_matches verdicts;
        uint32_t *vulns;        /* that go by that name */
        uint32_t n_vulns;
        struct bh_buf out;
};

static void say(struct explaining *x, const char *before, struct bh_str text, const char *after) {
        bh_buf_puts(&x->out, before);
        bh_put_clean(&x->out, text);
        bh_buf_puts(&x->out, after);
}

static bool is_asked(const struct explaining *x, uint32_t vuln) {
        for (uint32_t i = 0; i < x->n_vulns; i++)
                if (x->vulns[i] == vuln)
                        return true;
        return false;
}

/* ---- the vulnerability itself ---- */

static int put_vuln(struct explaining *x, uint32_t number, struct bh_err *err) {
        struct bh_vuln_text text;
        struct bh_vuln v;
        int r = bh_index_vuln(x->session.index, x->arena, number, &v, err);

        if (r >= 0)
                r = bh_index_text(x->session.index, x->arena, number, &text, err);
        if (r < 0)
                return r;
        say(x, "", v.id, "");
        say(x, text.summary.len ? "  " : "", text.summary, "\n");
        for (uint32_t i = 0; i < v.n_aliases; i++)
                say(x, i ? ", " : "  also ", v.aliases[i], i + 1 == v.n_aliases ? "\n" : "");
        for (uint32_t i = 0; i < v.n_cvss; i++) {
                say(x, "  ", v.cvss[i].text, "");
                say(x, " (", v.cvss[i].source, ")\n");
        }
        if (v.epss > 0)
                bh_buf_printf(&x->out, "  EPSS %.4f\n", v.epss);
        if (v.rejected || v.withdrawn)
                bh_buf_puts(&x->out, v.rejected ? "  the CVE was rejected\n" : "  the advisory was withdrawn\n");
        return 0;
}

/* ---- one package ---- */

/* ">= 1.0, < 1.2" */
static void put_range(struct explaining *x, const struct bh_range *r, bool first) {
        bh_buf_puts(&x->out, first ? " " : " or ");
        if (r->introduced.len && !bh_str_is(r->introduced, "0"))
                say(x, ">= ", r->introduced, r->fixed.len || r->last_affected.len ? ", " : "");
        if (r->fixed.len)
                say(x, "< ", r->fixed, "");
        else if (r->last_affected.len)
                say(x, "<= ", r->last_affected, "");
        else if (r->introduced.len == 0 || bh_str_is(r->introduced, "0"))
                bh_buf_puts(&x->out, "all versions");
}

static void put_statement(struct explaining *x, const struct bh_statement *s) {
        say(x, "", s->source, "");
        say(x, s->fix_id.len ? " " : s->advisory.len ? " " : "", s->fix_id.len ? s->fix_id : s->advisory, "");
        say(x, " on ", s->package, "");
        say(x, s->binary ? " (binary) in " : " in ", s->space, "");
        bh_buf_printf(&x->out, ": %s", bh_status_str(s->status));
        for (uint32_t i = 0; i < s->n_ranges && i < 6; i++)
                put_range(x, &s->ranges[i], i == 0);
        if (s->n_ranges > 6)
                bh_buf_printf(&x->out, " and %u ranges more", s->n_ranges - 6);
        if (s->n_versions)
                bh_buf_printf(&x->out, "%s %u single version%s", s->n_ranges ? " and" : "", s->n_versions, s->n_versions == 1 ? "" : "s");
        if (s->module.len)
                say(x, ", module ", s->module, "");
        if (s->arch.len)
                say(x, ", on ", s->arch, "");
        if (s->severity.len)
                say(x, "; severity ", s->severity, "");
        bh_buf_putc(&x->out, '\n');
}

static void put_considered(struct explaining *x, const struct bh_vuln_match *m) {
        bh_buf_printf(&x->out, "  weighed (%u, * decided):\n", m->n_considered);
        for (uint32_t i = 0; i < m->n_considered; i++) {
                const struct bh_considered *c = &m->considered[i];

                bh_buf_puts(&x->out, c->decided ? "   * " : "     ");
                put_statement(x, &c->said);
                bh_buf_printf(&x->out, "       -> %s", bh_reason_str(c->reason));
                if (c->compared.len)
                        say(x, " (", c->compared, "");
                if (c->compared.len && c->bound.len)
                        say(x, " against ", c->bound, "");
                bh_buf_puts(&x->out, c->compared.len ? ")\n" : "\n");
        }
}

static void put_whose(struct explaining *x, const struct bh_package *p, const struct bh_attribution *whose) {
        const struct bh_report *r = &x->report;

        if (p->layer >= r->n_layers)
                return;
        bh_buf_printf(&x->out, "  brought by layer %u of %u (%s)", p->layer + 1, r->n_layers, bh_side_str(r->layers[p->layer].side));
        say(x, r->layers[p->layer].instruction.len ? ": " : "", bh_instruction_brief(x->arena, r->layers[p->layer].instruction), "\n");
        if (whose && whose->owner.len)
                say(x, "  owner: ", whose->owner, "\n");
}

static void put_risk(struct explaining *x, const struct bh_vuln_finding *f) {
        bh_buf_printf(&x->out, "  risk %.1f of 100 (%.1f to %.1f, by where it runs)\n", f->risk.score, f->risk.low, f->risk.high);
        for (uint32_t i = 0; i < f->risk.n_factors; i++) {
                const struct bh_risk_factor *k = &f->risk.factors[i];

                say(x, "     ", k->name, "");
                bh_buf_printf(&x->out, " x %.3f%s", k->value, k->known ? "" : " (unknown)");
                say(x, k->words.len ? ": " : "", k->words, "\n");
        }
}

static const struct bh_vuln_finding *finding_of(const struct bh_report *r, const struct bh_vuln_match *m) {
        for (uint32_t i = 0; i < r->n_vulns; i++)
                if (r->vulns[i].package == m->package && bh_str_eq(r->vulns[i].vuln.id, m->id))
                        return &r->vulns[i];
        return NULL;
}

static void put_finding(struct explaining *x, const struct bh_vuln_finding *f) {
        bh_buf_printf(&x->out, "  severity %s", bh_severity_str(f->severity));
        say(x, f->severity_source.len ? ", by " : "", f->severity_source, "\n");
        bh_buf_printf(&x->out, "  exploit: %s", bh_exploit_level_str(f->exploit));
        say(x, f->exploit_why.len ? ": " : "", f->exploit_why, "\n");
        put_risk(x, f);
        if (f->whose.note.len)
                say(x, "  VEX: ", f->whose.note, "\n");
        if (f->whose.hidden != BH_HIDDEN_NO)
                say(x, f->whose.hidden == BH_HIDDEN_VEX ? "  hidden by VEX: " : "  hidden by an exception: ", f->whose.hidden_why, "\n");
        say(x, "  to mend it: ", f->whose.mend, "\n");
}

static void put_match(struct explaining *x, const struct bh_vuln_match *m) {
        const struct bh_package *p = &x->report.packages[m->package];
        const struct bh_vuln_finding *f = finding_of(&x->report, m);

        say(x, "\n", p->name, " ");
        say(x, "", p->version, "");
        bh_buf_printf(&x->out, " (%s", bh_eco_str(p->eco));
        if (p->source.len)
                say(x, ", source ", p->source, "");
        say(x, p->source_version.len ? " " : "", p->source_version, ")");
        say(x, " in ", p->location, "");
        bh_buf_printf(&x->out, ": %s, %s\n", m->vulnerable ? "VULNERABLE" : "not vulnerable", bh_status_str(m->status));
        put_whose(x, p, f ? &f->whose : NULL);
        if (f)
                put_finding(x, f);
        put_considered(x, m);
}

/* What an OS package owns is not asked about under its own name; say so where somebody may wonder. */
static void put_owned(struct explaining *x) {
        uint32_t n = 0;

        for (uint32_t i = 0; i < x->report.n_packages; i++)
                n += x->report.packages[i].owner.len > 0;
        if (n)
                bh_buf_printf(&x->out, "\n%u packages in this image belong to packages of the distribution, whose word counted for them.\n", n);
}

static uint32_t put_matches(struct explaining *x) {
        uint32_t n = 0;

        for (int vulnerable = 1; vulnerable >= 0; vulnerable--)
                for (size_t i = 0; i < x->verdicts.len; i++)
                        if (x->verdicts.at[i].vulnerable == (vulnerable == 1) && is_asked(x, x->verdicts.at[i].vuln)) {
                                put_match(x, &x->verdicts.at[i]);
                                n++;
                        }
        return n;
}

static int explain(struct explaining *x, const char *target, struct bh_err *err) {
        int r = bh_index_find(x->session.index, x->arena, x->name, &x->vulns, &x->n_vulns, err);

        if (r >= 0 && x->n_vulns == 0)
                r = bh_fail(err, BH_E_NOTFOUND, "the database does not know \"%s\", so nothing can be said of it", BH_QUOTE(x->name));
        if (r >= 0)
                r = bh_session_scan(&x->session, target, x->arena, &x->report, err);
        if (r >= 0)
                r = bh_report_verdicts(&x->report, x->session.index, x->arena, &x->verdicts, err);
        for (uint32_t i = 0; r >= 0 && i < x->n_vulns; i++)
                r = put_vuln(x, x->vulns[i], err);
        if (r < 0)
                return r;
        if (put_matches(x) == 0)
                bh_buf_printf(&x->out, "\nNot in this image: nobody says of any of its %u packages that it has to do with it.\n", x->report.n_packages);
        put_owned(x);
        for (uint32_t i = 0; i < x->report.n_gaps; i++) {
                say(x, i ? "gap: " : "\ngap: ", x->report.gaps[i].where, ": ");
                say(x, "", x->report.gaps[i].why, "\n");
        }
        return bh_output_bytes(NULL, bh_buf_str(&x->out), err);
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct explaining x = { .arena = arena, .session.content_fd = -1 };
        int r = cli->n_args == 2 ? bh_session_open(&x.session, cli, err) : bh_fail(err, BH_E_USAGE, "explain wants a vulnerability and one target");

        if (r >= 0 && !x.session.index)
                r = bh_fail(err, BH_E_NOTFOUND, "there is no vulnerability database to ask; \"bulkhead db build\" makes one");
        if (r >= 0) {
                x.name = bh_str_of(cli->args[0]);
                x.session.opts.acquire.parts = 0; /* packages are enough */
                r = explain(&x, cli->args[1], err);
        }
        bh_buf_done(&x.out);
        bh_session_close(&x.session);
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_explain = {
        .name = "explain",
        .about = "say why a vulnerability is in an image, or why not",
        .args = "VULNERABILITY TARGET",
        .text = "Every statement that was weighed for every package it names, with the versions that were compared; who brought\n"
                "the package, how the risk came about, what hides it, and what would mend it. VULNERABILITY may be a CVE, GHSA\n"
                "or any other name the database knows.\n"
                "Exit codes: 0 explained, whatever the answer; 2 wrong use; 3 the database does not know it, or could not finish.\n",
        .examples = "  bulkhead explain CVE-2021-44228 app:1.4\n"
                    "  bulkhead explain GHSA-jfh8-c2jp-5v3q archive:app.tar --vex app.openvex.json\n",
        .opts = opts,
        .run = run,
};
