/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/term.h"

#include "base/near.h"
#include "gate/subject.h"
#include "rule/rules.h"

enum about { VULN, FINDING, END_OF_LIFE, GAP };

struct bh_term_row {
        const char *name;
        enum about about;
        enum bh_severity severity;      /* VULN: the row's own; nothing may follow then */
        enum bh_exploit_level exploit;  /* VULN: that far or further */
        enum bh_finding_kind kind;      /* FINDING */
        bool kev, fixable, risk;        /* VULN; `risk` wants a number */
        enum bh_term_need need;
        const char *one, *many;
};

static const struct bh_term_row rows[] = {
        { .name = "critical", .severity = BH_SEVERITY_CRITICAL, .one = "vulnerability", .many = "vulnerabilities", .need = BH_TERM_NEEDS_DATABASE },
        { .name = "high", .severity = BH_SEVERITY_HIGH, .one = "vulnerability", .many = "vulnerabilities", .need = BH_TERM_NEEDS_DATABASE },
        { .name = "medium", .severity = BH_SEVERITY_MEDIUM, .one = "vulnerability", .many = "vulnerabilities", .need = BH_TERM_NEEDS_DATABASE },
        { .name = "low", .severity = BH_SEVERITY_LOW, .one = "vulnerability", .many = "vulnerabilities", .need = BH_TERM_NEEDS_DATABASE },
        { .name = "vuln", .one = "vulnerability", .many = "vulnerabilities", .need = BH_TERM_NEEDS_DATABASE },
        { .name = "kev", .kev = true, .one = "vulnerability that CISA lists as exploited", .many = "vulnerabilities that CISA lists as exploited", .need = BH_TERM_NEEDS_DATABASE },
        { .name = "poc", .exploit = BH_EXPLOIT_LEVEL_POC, .one = "vulnerability with a public proof of concept", .many = "vulnerabilities with a public proof of concept", .need = BH_TERM_NEEDS_DATABASE },
        { .name = "exploit", .exploit = BH_EXPLOIT_LEVEL_EXPLOIT, .one = "vulnerability with a public exploit", .many = "vulnerabilities with a public exploit", .need = BH_TERM_NEEDS_DATABASE },
        { .name = "weaponised", .exploit = BH_EXPLOIT_LEVEL_WEAPONISED, .one = "weaponised vulnerability", .many = "weaponised vulnerabilities", .need = BH_TERM_NEEDS_DATABASE },
        { .name = "in-the-wild", .exploit = BH_EXPLOIT_LEVEL_IN_THE_WILD, .one = "vulnerability used in the wild", .many = "vulnerabilities used in the wild", .need = BH_TERM_NEEDS_DATABASE },
        { .name = "fixable", .fixable = true, .one = "vulnerability with a fix", .many = "vulnerabilities with a fix", .need = BH_TERM_NEEDS_DATABASE },
        { .name = "risk", .risk = true, .one = "vulnerability", .many = "vulnerabilities", .need = BH_TERM_NEEDS_DATABASE },
        { .name = "secret", .about = FINDING, .kind = BH_FINDING_SECRET, .one = "secret", .many = "secrets", .need = BH_TERM_NEEDS_SECRETS },
        { .name = "malware", .about = FINDING, .kind = BH_FINDING_MALWARE, .one = "piece of malware", .many = "pieces of malware", .need = BH_TERM_NEEDS_MALWARE },
        { .name = "webshell", .about = FINDING, .kind = BH_FINDING_WEBSHELL, .one = "webshell", .many = "webshells", .need = BH_TERM_NEEDS_MALWARE },
        { .name = "tamper", .about = FINDING, .kind = BH_FINDING_TAMPER, .one = "sign of deception", .many = "signs of deception" },
        { .name = "config", .about = FINDING, .kind = BH_FINDING_CONFIG, .one = "weak setting", .many = "weak settings", .need = BH_TERM_NEEDS_FILES },
        { .name = "integrity", .about = FINDING, .kind = BH_FINDING_INTEGRITY, .one = "changed file of a package", .many = "changed files of packages", .need = BH_TERM_NEEDS_FILES },
        { .name = "licence", .about = FINDING, .kind = BH_FINDING_LICENCE, .one = "package with a licence to mind", .many = "packages with a licence to mind", .need = BH_TERM_NEEDS_LICENCES },
        { .name = "weight", .about = FINDING, .kind = BH_FINDING_WEIGHT, .one = "needless weight", .many = "needless weights" },
        { .name = "eol", .about = END_OF_LIFE, .one = "distribution out of support", .many = "distributions out of support", .need = BH_TERM_NEEDS_DATABASE },
        { .name = "gap", .about = GAP, .one = "gap in the scan", .many = "gaps in the scan" },
};

static int unknown_word(struct bh_str text, struct bh_str name, struct bh_err *err) {
        const char *names[BH_LEN(rows)], *near;

        for (size_t i = 0; i < BH_LEN(rows); i++)
                names[i] = rows[i].name;
        near = bh_nearest(name, names, BH_LEN(names));
        return near ? bh_fail(err, BH_E_USAGE, "no gate knows \"%s\"; did you mean \"%s\"?", BH_QUOTE(text), near)
                    : bh_fail(err, BH_E_USAGE, "no gate knows \"%s\"; docs/POLICY.md lists the words", BH_QUOTE(text));
}

static int unknown_severity(struct bh_str word, struct bh_err *err) {
        static const char *const known[] = { "critical", "high", "medium", "low", "info" };
        const char *near = bh_nearest(word, known, BH_LEN(known));

        return near ? bh_fail(err, BH_E_USAGE, "\"%s\" is no severity; did you mean \"%s\"?", BH_QUOTE(word), near)
                    : bh_fail(err, BH_E_USAGE, "\"%s\" is no severity: critical, high, medium, low or info", BH_QUOTE(word));
}

/* "licence:weak-copyleft"; false when the word is no class. */
static bool parse_class(struct bh_term *t, struct bh_str arg) {
        enum bh_licence_class c = bh_licence_class_of(arg);

        if (t->row->kind != BH_FINDING_LICENCE || c == _BH_LICENCE_CLASS_MAX)
                return false;
        t->class = c;
        return true;
}

static int unknown_argument(const struct bh_term *t, struct bh_str arg, struct bh_err *err) {
        const char *near = t->row->kind == BH_FINDING_LICENCE ? bh_licence_class_near(arg) : NULL;

        return near ? bh_fail(err, BH_E_USAGE, "\"%s\" is no class of licences; did you mean \"%s\"?", BH_QUOTE(arg), near)
                    : unknown_severity(arg, err);
}

static int parse_argument(struct bh_term *t, bool given, struct bh_str arg, struct bh_err *err) {
        uint64_t n;

        if (t->row->risk) {
                if (!bh_str_u64(arg, &n) || n > 100)
                        return bh_fail(err, BH_E_USAGE, "\"risk\" wants a number up to 100, as in risk:80");
                t->risk = (double) n;
                return 0;
        }
        if (!given)
                return 0;
        if (t->row->severity != BH_SEVERITY_UNKNOWN || t->row->about > FINDING)
                return bh_fail(err, BH_E_USAGE, "nothing can follow \"%s\"", t->row->name);
        for (int s = BH_SEVERITY_INFO; s < _BH_SEVERITY_MAX; s++)
                if (bh_str_is(arg, bh_severity_str((enum bh_severity) s))) {
                        t->at_least = (enum bh_severity) s;
                        return 0;
                }
        return parse_class(t, arg) ? 0 : unknown_argument(t, arg, err);
}

/* Compiled to see that it can be; whoever judges by it compiles it again, and owns what comes of that. */
static int parse_condition(struct bh_str text, struct bh_term *ret, struct bh_err *err) {
        struct bh_condition *c = NULL;
        int r = bh_condition_new(&bh_source_finding, text, &c, err);

        if (r < 0)
                return bh_wrap(err, r == BH_E_NOTFOUND || r == BH_E_FORMAT ? BH_E_USAGE : r, "\"%s\"", BH_QUOTE(text));
        bh_condition_free(&c);
        *ret = (struct bh_term){ .text = text };
        return 0;
}

int bh_term_parse(struct bh_str text, struct bh_term *ret, struct bh_err *err) {
        struct bh_str name, arg;
        bool given = bh_str_cut(text, ':', &name, &arg);

        if (bh_str_chr(text, ' ') >= 0 || bh_str_chr(text, '=') >= 0)
                return parse_condition(text, ret, err);

        for (size_t i = 0; i < BH_LEN(rows); i++)
                if (bh_str_is(name, rows[i].name)) {
                        struct bh_term t = { .row = &rows[i], .at_least = rows[i].severity, .class = _BH_LICENCE_CLASS_MAX, .text = text };
                        int r = parse_argument(&t, given, arg, err);

                        if (r >= 0)
                                *ret = t;
                        return r;
                }
        return unknown_word(text, name, err);
}

bool bh_term_minds_vuln(const struct bh_term *t, const struct bh_vuln_finding *v) {
        const struct bh_term_row *row = t->row;

        return row->about == VULN && v->severity >= t->at_least && v->exploit >= row->exploit && (!row->kev || v->vuln.kev) &&
               (!row->fixable || v->match.fixed.len) && (!row->risk || v->risk.score >= t->risk);
}

bool bh_term_minds_finding(const struct bh_term *t, const struct bh_finding *f) {
        return t->row->about == FINDING && f->kind == t->row->kind && f->severity >= t->at_least &&
               (t->class == _BH_LICENCE_CLASS_MAX || bh_str_is(f->category, bh_licence_class_str(t->class)));
}

uint32_t bh_term_minds_report(const struct bh_term *t, const struct bh_report *r) {
        switch (t->row->about) {
        case END_OF_LIFE: return r->end_of_life;
        case GAP: return r->n_gaps;
        default: return 0;
        }
}

bool bh_term_is_licence(const struct bh_term *t) {
        return t->row && t->row->about == FINDING && t->row->kind == BH_FINDING_LICENCE;
}

/* What a condition names, it wants to have been looked for. */
static enum bh_term_need need_of_condition(struct bh_str text) {
        static const struct {
                struct bh_str word;
                enum bh_term_need need;
        } needs[] = { { BH_STR_INIT("vuln."), BH_TERM_NEEDS_DATABASE }, { BH_STR_INIT("secret"), BH_TERM_NEEDS_SECRETS },
                      { BH_STR_INIT("malware"), BH_TERM_NEEDS_MALWARE }, { BH_STR_INIT("webshell"), BH_TERM_NEEDS_MALWARE },
                      { BH_STR_INIT("config"), BH_TERM_NEEDS_FILES }, { BH_STR_INIT("integrity"), BH_TERM_NEEDS_FILES },
                      { BH_STR_INIT("licence"), BH_TERM_NEEDS_LICENCES } };

        for (size_t i = 0; i < BH_LEN(needs); i++)
                if (bh_str_find(text, needs[i].word) >= 0)
                        return needs[i].need;
        return BH_TERM_NEEDS_NOTHING;
}

enum bh_term_need bh_term_need(const struct bh_term *t) {
        if (!t->row)
                return need_of_condition(t->text);
        return t->row->need;
}

struct bh_str bh_term_words(struct bh_arena *arena, const struct bh_term *t, uint32_t count) {
        const char *what;

        if (!t->row)
                return bh_arena_printf(arena, "%u %s", count, count == 1 ? "thing the condition describes" : "things the condition describes");
        what = count == 1 ? t->row->one : t->row->many;

        if (t->row->risk)
                return bh_arena_printf(arena, "%u %s with a risk of %.0f or more", count, what, t->risk);
        if (t->class != _BH_LICENCE_CLASS_MAX)
                return bh_arena_printf(arena, "%u %s of the class %s", count, count == 1 ? "package with a licence" : "packages with licences",
                                       bh_licence_class_str(t->class));
        if (t->at_least != BH_SEVERITY_UNKNOWN)
                return bh_arena_printf(arena, "%u %s of severity %s%s", count, what, bh_severity_str(t->at_least),
                                       t->at_least < BH_SEVERITY_CRITICAL ? " or worse" : "");
        return bh_arena_printf(arena, "%u %s", count, what);
}
