/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/vulns.h"

#include <stdlib.h>

#include "advisory/index.h"
#include "advisory/match.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/vec.h"
#include "scan/risk.h"

enum { MAX_EVIDENCE = 3 };

struct matching {
        const struct bh_report *report;
        struct bh_index *index;
        struct bh_arena *arena;
        uint32_t *numbers; /* of the packages asked about, in the report */
        struct bh_package *asked;
        uint32_t n_asked;
};

/* What an OS package installed is judged by its vendor, under that package's own name. */
static void choose_packages(struct matching *m) {
        const struct bh_report *r = m->report;

        m->asked = bh_arena_array(m->arena, struct bh_package, r->n_packages);
        m->numbers = bh_arena_array(m->arena, uint32_t, r->n_packages);
        for (uint32_t i = 0; i < r->n_packages; i++)
                if (r->packages[i].owner.len == 0) {
                        m->asked[m->n_asked] = r->packages[i];
                        m->numbers[m->n_asked++] = i;
                }
}

/* The text of the vector that was chosen. */
static struct bh_str vector_of(const struct bh_vuln *v, const struct bh_cvss *chosen) {
        if (v->n_cvss == 1) /* nothing to choose from */
                return v->cvss[0].text;
        for (uint32_t i = 0; i < v->n_cvss; i++) {
                struct bh_cvss c;

                if (bh_cvss_parse(v->cvss[i].text, &c, NULL) >= 0 && c.version == chosen->version && c.base >= chosen->base)
                        return v->cvss[i].text;
        }
        return BH_STR("");
}

/* All the evidence there is for the rung of the ladder, the gravest first. */
static struct bh_str exploit_why(struct bh_arena *arena, const struct bh_vuln *v) {
        struct bh_str why = BH_STR("");
        uint32_t shown = 0;
        char date[21];

        if (v->kev)
                why = bh_arena_printf(arena, "CISA KEV since %.10s%s", bh_time_print(v->kev_date_s, date),
                                      v->ransomware ? ", used by ransomware" : "");
        for (uint32_t i = 0; i < v->n_exploits; i++)
                if (shown++ < MAX_EVIDENCE)
                        why = bh_arena_printf(arena, "%.*s%s%s%.*s", BH_FMT(why), why.len ? "; " : "",
                                              v->exploits[i].kind == BH_EXPLOIT_METASPLOIT ? "Metasploit " : "", BH_FMT(v->exploits[i].id));
        if (shown > MAX_EVIDENCE)
                why = bh_arena_printf(arena, "%.*s; %u more", BH_FMT(why), shown - MAX_EVIDENCE);
        if (v->ssvc.len && !bh_str_starts(v->ssvc, BH_STR("none")))
                why = bh_arena_printf(arena, "%.*s%sSSVC %.*s", BH_FMT(why), why.len ? "; " : "", BH_FMT(v->ssvc));
        return why;
}

static void rate(struct matching *m, struct bh_vuln_finding *f) {
        struct bh_cvss cvss;
        struct bh_risk_in in = bh_risk_of_vuln(&f->vuln, m->report->db.built_s, &cvss);

        if (in.cvss) {
                f->cvss_score = in.cvss->base;
                f->cvss_vector = vector_of(&f->vuln, in.cvss);
                if (f->severity == BH_SEVERITY_UNKNOWN) {
                        f->severity = bh_cvss_severity(in.cvss);
                        f->severity_source = bh_arena_printf(m->arena, "cvss:%s", bh_cvss_version_str(in.cvss->version));
                }
        }
        f->exploit = f->vuln.kev ? BH_EXPLOIT_LEVEL_IN_THE_WILD : in.exploit;
        f->exploit_why = exploit_why(m->arena, &f->vuln);
        in.exploit = f->exploit;
        in.vendor = bh_severity_of(f->match.severity);
        bh_risk_score(m->arena, &in, &f->risk);
}

/* The vendor's word for this package first, then the publishers' words, then the number. */
static void severity(struct bh_vuln_finding *f) {
        f->severity = bh_severity_of(f->match.severity);
        f->severity_source = f->match.source;
        for (uint32_t i = 0; i < f->vuln.n_severities && f->severity == BH_SEVERITY_UNKNOWN; i++) {
                f->severity = bh_severity_of(f->vuln.severities[i].text);
                f->severity_source = f->vuln.severities[i].source;
        }
        if (f->severity == BH_SEVERITY_UNKNOWN)
                f->severity_source = BH_STR("");
}

static int add(struct matching *m, const struct bh_vuln_match *v, struct bh_vuln_finding *f, struct bh_err *err) {
        const struct bh_package *p;
        int r;

        *f = (struct bh_vuln_finding){ .package = m->numbers[v->package], .match = *v };
        p = &m->report->packages[f->package];
        r = bh_index_vuln(m->index, m->arena, v->vuln, &f->vuln, err);
        if (r < 0)
                return r;
        f->whose.layer = p->layer;
        severity(f);
        rate(m, f);
        f->fingerprint = bh_hash64(bh_arena_printf(m->arena, "%.*s|%.*s|%.*s|%.*s", BH_FMT(f->vuln.id), BH_FMT(p->name), BH_FMT(p->version),
                                                   BH_FMT(p->location)));
        return 0;
}

static struct bh_match_query query(struct matching *m) {
        const struct bh_release *r = &m->report->release;

        choose_packages(m);
        return (struct bh_match_query){ .os_id = r->id, .os_version = r->version_id, .os_codename = r->codename, .os_like = r->like,
                                        .packages = m->asked, .n_packages = m->n_asked };
}

/* Packed as they are, they are read all together. */
int bh_report_texts(struct bh_report *report, struct bh_index *index, struct bh_arena *arena, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        struct bh_vuln_text *texts = bh_arena_array(scratch, struct bh_vuln_text, report->n_vulns);
        uint32_t *numbers = bh_arena_array(scratch, uint32_t, report->n_vulns);
        int r;

        for (uint32_t i = 0; i < report->n_vulns; i++)
                numbers[i] = report->vulns[i].match.vuln;
        r = bh_index_texts(index, arena, numbers, report->n_vulns, texts, err);
        for (uint32_t i = 0; r >= 0 && i < report->n_vulns; i++)
                report->vulns[i].text = texts[i];
        return r;
}

/* Many packages touch much of the database; for few it costs more than it saves. */
static void rest(const struct bh_report *report, struct bh_index *index) {
        enum { MANY = 2000 };

        if (report->n_packages > MANY)
                bh_index_rest(index);
}

int bh_report_match(struct bh_report *report, struct bh_index *index, struct bh_arena *arena, struct bh_err *err) {
        struct matching m = { .report = report, .index = index, .arena = arena };
        struct bh_match_query q = query(&m);
        struct bh_matches matches;
        int r = bh_match_packages(index, &q, arena, &matches, err);

        if (r < 0)
                return r;
        rest(report, index);
        report->vulns = bh_arena_array(arena, struct bh_vuln_finding, matches.len);
        for (size_t i = 0; i < matches.len && r >= 0; i++)
                r = add(&m, &matches.at[i], &report->vulns[report->n_vulns++], err);
        rest(report, index);
        report->space = matches.space;
        report->space_known = matches.space_known || !matches.os_packages;
        report->lifecycle = matches.release;
        return r;
}

int bh_report_verdicts(const struct bh_report *report, struct bh_index *index, struct bh_arena *arena, struct bh_matches *ret,
                       struct bh_err *err) {
        struct matching m = { .report = report, .index = index, .arena = arena };
        struct bh_match_query q = query(&m);
        int r;

        q.all_verdicts = true;
        r = bh_match_packages(index, &q, arena, ret, err);
        for (size_t i = 0; r >= 0 && i < ret->len; i++)
                ret->at[i].package = m.numbers[ret->at[i].package];
        return r;
}

static int by_rank(const void *a, const void *b) {
        const struct bh_vuln_finding *x = a, *y = b;
        int r = (x->whose.hidden != BH_HIDDEN_NO) - (y->whose.hidden != BH_HIDDEN_NO);

        r = r ? r : (x->risk.score < y->risk.score) - (x->risk.score > y->risk.score);
        r = r ? r : (int) y->severity - (int) x->severity;
        r = r ? r : (int) y->exploit - (int) x->exploit;
        r = r ? r : bh_str_cmp(x->vuln.id, y->vuln.id);
        return r ? r : (int) (x->package > y->package) - (int) (x->package < y->package);
}

void bh_report_sort_vulns(struct bh_report *report) {
        if (report->n_vulns)
                qsort(report->vulns, report->n_vulns, sizeof *report->vulns, by_rank);
}
