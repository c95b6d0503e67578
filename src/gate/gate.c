/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/gate.h"

#include <stdlib.h>

#include "base/glob.h"
#include "gate/subject.h"
#include "rule/rules.h"

enum { MAX_SHOWN = 3 };

struct judging {
        const struct bh_policy_rule *rule;
        const struct bh_gate_looked *looked;
        const struct bh_report *report;
        struct bh_arena *arena;
        BH_VEC(struct bh_verdict_reason) reasons;
        bool gaps_told;
};

/* What a term hit, with the first few by name. */
struct hits {
        uint32_t n;
        struct bh_str names;
};

static void hit(struct judging *j, struct hits *h, struct bh_str what, struct bh_str where) {
        if (h->n++ < MAX_SHOWN)
                h->names = bh_arena_printf(j->arena, "%.*s%s%.*s in %.*s", BH_FMT(h->names), h->n > 1 ? ", " : "", BH_FMT(what), BH_FMT(where));
        else if (h->n == MAX_SHOWN + 1)
                h->names = bh_arena_cat(j->arena, h->names, BH_STR(", ..."));
}

/* What is about a package is known by its name. */
static void hit_finding(struct judging *j, struct hits *h, const struct bh_finding *f) {
        hit(j, h, f->package.len ? f->package : f->rule, f->path);
}

static bool concerns(const struct bh_policy_rule *rule, const struct bh_attribution *whose) {
        return whose->hidden == BH_HIDDEN_NO && (rule->side == BH_SIDE_UNKNOWN || rule->side == whose->side) &&
               (rule->owner.len == 0 || bh_glob(rule->owner, whose->owner));
}

/* The same by a condition over each of them. */
static struct hits count_condition(struct judging *j, const struct bh_term *t) {
        const struct bh_report *r = j->report;
        struct bh_condition *c = NULL;
        struct hits h = { .n = 0 };

        if (bh_condition_new(&bh_source_finding, t->text, &c, NULL) < 0)
                return h; /* it could be read when the policy was */
        for (uint32_t i = 0; i < r->n_vulns; i++) {
                struct bh_subject s = { r, &r->vulns[i], NULL, &r->vulns[i].whose };

                if (concerns(j->rule, s.whose) && bh_condition_holds(c, &s))
                        hit(j, &h, r->vulns[i].vuln.id, r->packages[r->vulns[i].package].name);
        }
        for (uint32_t i = 0; i < r->n_findings; i++) {
                struct bh_subject s = { r, NULL, &r->findings[i].finding, &r->findings[i].whose };

                if (concerns(j->rule, s.whose) && bh_condition_holds(c, &s))
                        hit_finding(j, &h, s.finding);
        }
        bh_condition_free(&c);
        return h;
}

static struct hits count(struct judging *j, const struct bh_term *t) {
        const struct bh_report *r = j->report;
        struct hits h = { .n = 0 };

        for (uint32_t i = 0; i < r->n_vulns; i++)
                if (concerns(j->rule, &r->vulns[i].whose) && bh_term_minds_vuln(t, &r->vulns[i]))
                        hit(j, &h, r->vulns[i].vuln.id, r->packages[r->vulns[i].package].name);
        for (uint32_t i = 0; i < r->n_findings; i++)
                if (concerns(j->rule, &r->findings[i].whose) && bh_term_minds_finding(t, &r->findings[i].finding))
                        hit_finding(j, &h, &r->findings[i].finding);
        h.n += bh_term_minds_report(t, r);
        return h;
}

static const char *not_looked(const struct judging *j, const struct bh_term *t) {
        switch (bh_term_need(t)) {
        case BH_TERM_NEEDS_DATABASE: return j->report->db.present ? NULL : "there was no vulnerability database to ask";
        case BH_TERM_NEEDS_SECRETS: return j->looked->secrets ? NULL : "this scan did not look for secrets";
        case BH_TERM_NEEDS_MALWARE: return j->looked->malware ? NULL : "this scan did not look for malware";
        case BH_TERM_NEEDS_FILES: return j->looked->files ? NULL : "this scan did not look at files";
        case BH_TERM_NEEDS_LICENCES: return j->looked->licences ? NULL : "there was no table of licences to ask";
        default: return NULL;
        }
}

static void add(struct judging *j, const struct bh_term *t, uint32_t n, struct bh_str text) {
        const struct bh_policy_rule *rule = j->rule;

        if (rule->message.len)
                text = bh_arena_printf(j->arena, "%.*s; %.*s", BH_FMT(text), BH_FMT(rule->message));
        *bh_vec_add(j->arena, &j->reasons) = (struct bh_verdict_reason){ .rule = rule->name, .term = t->text, .text = text, .deny = rule->deny, .count = n };
}

static void judge_term(struct judging *j, const struct bh_term *t) {
        const char *blind = not_looked(j, t);
        struct hits h = t->row ? count(j, t) : count_condition(j, t);
        struct bh_str text;

        if (blind) {
                add(j, t, 0, bh_arena_printf(j->arena, "%.*s cannot be judged: %s", BH_FMT(t->text), blind));
                return;
        }
        if (h.n == 0)
                return;
        text = bh_term_words(j->arena, t, h.n);
        if (h.names.len)
                text = bh_arena_printf(j->arena, "%.*s: %.*s", BH_FMT(text), BH_FMT(h.names));
        j->gaps_told |= bh_str_is(t->text, "gap");
        add(j, t, h.n, text);
}

/* A pass over what was not seen is told as one. */
static void tell_gaps(struct judging *j) {
        uint32_t n = j->report->n_gaps;

        if (n && !j->gaps_told)
                *bh_vec_add(j->arena, &j->reasons) = (struct bh_verdict_reason){
                        .rule = BH_STR_INIT("what was not seen"), .term = BH_STR_INIT("gap"), .count = n,
                        .text = bh_arena_printf(j->arena, "%u gap%s in the scan: what could not be read was not judged; the term \"gap\" would deny", n, n == 1 ? "" : "s")
                };
}

/* Denials first, then as the rules stand; qsort alone would not keep their order. */
static void put_in_order(struct judging *j, struct bh_verdict *v) {
        v->reasons = bh_arena_array(j->arena, struct bh_verdict_reason, j->reasons.len);
        for (int deny = 1; deny >= 0; deny--)
                for (size_t i = 0; i < j->reasons.len; i++)
                        if (j->reasons.at[i].deny == (deny == 1))
                                v->reasons[v->n_reasons++] = j->reasons.at[i];
}

void bh_gate_judge(const struct bh_policy *policy, const struct bh_gate_looked *looked, const struct bh_report *report,
                   struct bh_arena *arena, struct bh_verdict *ret) {
        struct judging j = { .looked = looked, .report = report, .arena = arena };

        *ret = (struct bh_verdict){ .asked = policy->rules.len > 0, .passed = true };
        if (!ret->asked)
                return;
        for (size_t i = 0; i < policy->rules.len; i++) {
                j.rule = &policy->rules.at[i];
                for (uint32_t k = 0; k < j.rule->n_when; k++)
                        judge_term(&j, &j.rule->when[k]);
        }
        tell_gaps(&j);
        put_in_order(&j, ret);
        ret->passed = ret->n_reasons == 0 || !ret->reasons[0].deny;
}
