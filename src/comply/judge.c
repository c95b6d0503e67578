/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/judge.h"

#include "base/glob.h"
#include <stdlib.h>

static const char *const states[] = { [BH_COMPLY_PASS] = "pass", [BH_COMPLY_FAIL] = "fail", [BH_COMPLY_NOT_APPLICABLE] = "not-applicable",
                                      [BH_COMPLY_MANUAL] = "manual", [BH_COMPLY_UNKNOWN] = "unknown" };

const char *bh_comply_state_str(enum bh_comply_state s) {
        return states[s];
}

bool bh_comply_state_of(struct bh_str word, enum bh_comply_state *ret) {
        for (size_t i = 0; i < BH_LEN(states); i++)
                if (bh_str_is(word, states[i])) {
                        *ret = (enum bh_comply_state) i;
                        return true;
                }
        return false;
}

struct judging {
        struct bh_arena *arena;
        BH_VEC(struct bh_comply_result) results;
};

/* ---- one check, one fact ---- */

/* What it asks for cannot be read: nothing is told. */
static enum bh_comply_state ask(const struct bh_check *c, const struct bh_fact *fact, struct bh_str *ret_cause) {
        struct bh_fact_look look = { .fact = fact };
        bool holds;

        if (c->applies && !bh_condition_holds(c->applies, &look) && !look.unknown)
                return BH_COMPLY_NOT_APPLICABLE;
        holds = c->pass && !look.unknown && bh_condition_holds(c->pass, &look);
        if (look.unknown) {
                *ret_cause = look.unknown->unknown;
                return BH_COMPLY_UNKNOWN;
        }
        return !c->pass ? BH_COMPLY_MANUAL : holds ? BH_COMPLY_PASS : BH_COMPLY_FAIL;
}

static struct bh_str where_of(const struct bh_fact *fact, unsigned field) {
        return fact->values[field].where.len ? fact->values[field].where : fact->where;
}

static void print(const struct bh_fact *fact, const struct bh_check_evidence *e, struct bh_buf *out) {
        const struct bh_fact_value *v = &fact->values[e->field];
        struct bh_fact_look look = { .fact = fact };

        if (v->set && bh_fact_is_mode(fact->kind, e->field))
                bh_buf_printf(out, "%04o", (unsigned) v->value.u);
        else
                bh_rule_format_print(e->print, &look, out);
}

static void put_evidence(struct judging *j, struct bh_comply_result *r) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        const struct bh_check *c = r->check;

        r->evidence = bh_arena_array(j->arena, struct bh_comply_evidence, c->n_evidence + 1);
        if (r->fact->idle)
                r->evidence[r->n_evidence++] = (struct bh_comply_evidence){ bh_arena_printf(j->arena, "%s.running", c->on->name), BH_STR("false"), BH_STR("no process; its files tell how it would run") };
        for (size_t i = 0; i < c->n_evidence; i++) {
                const struct bh_check_evidence *e = &c->evidence[i];

                bh_buf_clear(&text);
                print(r->fact, e, &text);
                r->evidence[r->n_evidence++] = (struct bh_comply_evidence){ e->name, bh_arena_str(j->arena, bh_buf_str(&text)), where_of(r->fact, e->field) };
        }
}

static struct bh_comply_result none_of(struct judging *j, const struct bh_check *c, const struct bh_facts *facts) {
        for (size_t i = 0; i < facts->unlooked.len; i++) {
                const struct bh_fact_unlooked *u = &facts->unlooked.at[i];

                if (u->kind == c->on)
                        return (struct bh_comply_result){ .check = c, .state = u->failed ? BH_COMPLY_UNKNOWN : BH_COMPLY_NOT_APPLICABLE, .cause = u->why };
        }
        return (struct bh_comply_result){ .check = c, .state = BH_COMPLY_NOT_APPLICABLE, .cause = bh_arena_printf(j->arena, "there is no %s here", c->on->name) };
}

static void judge_check(struct judging *j, const struct bh_check *c, const struct bh_facts *facts) {
        struct bh_comply_result none = none_of(j, c, facts);
        size_t before = j->results.len;

        for (const struct bh_fact *f = facts->first; f; f = f->next) {
                struct bh_comply_result r = { .check = c, .fact = f };

                if (f->kind != c->on)
                        continue;
                r.state = ask(c, f, &r.cause);
                if (r.state == BH_COMPLY_NOT_APPLICABLE) {
                        none.cause = bh_arena_printf(j->arena, "no %s here is such that %.*s", c->on->name, BH_FMT(c->applies_text));
                        continue;
                }
                put_evidence(j, &r);
                *bh_vec_add(j->arena, &j->results) = r;
        }
        if (j->results.len == before)
                *bh_vec_add(j->arena, &j->results) = none;
}

/* ---- the order, and the counts ---- */

static unsigned rank(const struct bh_comply_result *r) {
        static const unsigned by_state[] = { [BH_COMPLY_FAIL] = 0, [BH_COMPLY_UNKNOWN] = 1, [BH_COMPLY_MANUAL] = 2, [BH_COMPLY_PASS] = 3,
                                             [BH_COMPLY_NOT_APPLICABLE] = 4 };

        return by_state[r->state] * _BH_COMPLY_SEVERITY_MAX + (_BH_COMPLY_SEVERITY_MAX - 1 - r->check->severity);
}

static int worse_first(const void *x, const void *y) {
        const struct bh_comply_result *a = x, *b = y;
        unsigned ra = rank(a), rb = rank(b);
        int by_id;

        if (ra != rb)
                return ra < rb ? -1 : 1;
        by_id = bh_str_cmp(a->check->id, b->check->id);
        return by_id != 0 || !a->fact || !b->fact ? by_id : bh_str_cmp(a->fact->key, b->fact->key);
}

bool bh_comply_asks(const struct bh_checks *set, const struct bh_comply_opts *opts, const struct bh_fact_kind *kind) {
        for (size_t i = 0; i < set->checks.len; i++)
                if (set->checks.at[i].on == kind && bh_check_is_wanted(&set->checks.at[i], opts))
                        return true;
        return false;
}

void bh_comply_judge(struct bh_checks *set, const struct bh_facts *facts, const struct bh_comply_opts *opts, struct bh_arena *arena, struct bh_comply_report *ret) {
        struct judging j = { .arena = arena };

        for (size_t i = 0; i < set->checks.len; i++)
                if (bh_check_is_wanted(&set->checks.at[i], opts))
                        judge_check(&j, &set->checks.at[i], facts);
        if (j.results.len)
                qsort(j.results.at, j.results.len, sizeof j.results.at[0], worse_first);
        ret->set = set;
        ret->results = j.results.at;
        ret->n = j.results.len;
        ret->gaps = facts->gaps.at;
        ret->n_gaps = facts->gaps.len;
        bh_comply_count(ret);
}

void bh_comply_add(struct bh_comply_count *c, const struct bh_comply_result *r) {
        bool lost = r->state == BH_COMPLY_FAIL && !r->exception;

        c->by_state[r->state]++;
        c->excepted += r->exception != NULL;
        if (r->state == BH_COMPLY_PASS || r->state == BH_COMPLY_FAIL)
                c->decided += r->check->weight;
        if (lost)
                c->lost += r->check->weight;
}

void bh_comply_count(struct bh_comply_report *report) {
        report->all = (struct bh_comply_count){ 0 };
        memset(report->by_category, 0, sizeof report->by_category);
        for (size_t i = 0; i < report->n; i++) {
                bh_comply_add(&report->all, &report->results[i]);
                bh_comply_add(&report->by_category[report->results[i].check->category], &report->results[i]);
        }
}

double bh_comply_score(const struct bh_comply_count *c) {
        return c->decided == 0 ? -1 : 100.0 * (double) (c->decided - c->lost) / (double) c->decided;
}

/* ---- words ---- */

struct bh_str bh_comply_key(struct bh_arena *arena, const struct bh_comply_result *r) {
        return r->fact ? bh_arena_printf(arena, "%.*s %s/%.*s", BH_FMT(r->check->id), r->fact->kind->name, BH_FMT(r->fact->key)) : r->check->id;
}

struct bh_str bh_comply_subject(struct bh_arena *arena, const struct bh_comply_result *r) {
        return r->fact ? bh_arena_printf(arena, "%s %.*s", r->fact->kind->name, BH_FMT(r->fact->name)) : bh_str_of(r->check->on->name);
}

/* The first of the distribution's words that a mend is for; else the one for any. */
static const struct bh_check_mend *mend_for(const struct bh_check *c, struct bh_str distribution) {
        struct bh_str word;

        while (bh_str_word(&distribution, &word))
                for (size_t i = 0; i < c->n_mends; i++)
                        if (bh_str_eq(c->mends[i].distribution, word))
                                return &c->mends[i];
        for (size_t i = 0; i < c->n_mends; i++)
                if (bh_str_is(c->mends[i].distribution, "any"))
                        return &c->mends[i];
        return c->n_mends ? &c->mends[0] : NULL;
}

struct bh_str bh_comply_mend(const struct bh_comply_report *report, const struct bh_comply_result *r, enum bh_lang lang, struct bh_arena *arena) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        const struct bh_check_mend *m = mend_for(r->check, report->distribution);
        struct bh_fact_look look = { .fact = r->fact };
        struct bh_rule_format *f = NULL;
        struct bh_str text = m ? bh_both_in(&m->text, lang) : (struct bh_str){ 0 };

        if (!r->fact || bh_str_chr(text, '%') < 0 || bh_rule_format_new(&r->check->on->source, text, &f, NULL) < 0)
                return text;
        bh_rule_format_print(f, &look, &out);
        bh_rule_format_free(&f);
        return bh_arena_str(arena, bh_buf_str(&out));
}
