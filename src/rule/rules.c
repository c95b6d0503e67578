/* SPDX-License-Identifier: Apache-2.0 */
/* The face of the rule language: a loaded set, and runs of it. */
#include "rule/rules.h"

#include <stdlib.h>
#include <string.h>

#include "model/process.h"
#include "rule/items.h"
#include "rule/names.h"
#include "rule/ruleset.h"
#include "rule/sieve.h"

static const char *const priorities[_BH_PRIORITY_MAX] = { "Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug" };

const char *bh_priority_str(enum bh_priority p) {
        return p < _BH_PRIORITY_MAX ? priorities[p] : "Debug";
}

bool bh_priority_of(struct bh_str word, enum bh_priority *ret) {
        for (unsigned p = 0; p < _BH_PRIORITY_MAX; p++)
                if (bh_str_eq_nocase(word, bh_str_of(priorities[p])) || (p == BH_PRIORITY_INFORMATIONAL && bh_str_eq_nocase(word, BH_STR("info")))) {
                        *ret = (enum bh_priority) p;
                        return true;
                }
        return false;
}

struct bh_rules *bh_rules_ref(struct bh_rules *rules) {
        atomic_fetch_add(&rules->holders, 1);
        return rules;
}

void bh_rules_unref(struct bh_rules **rules) {
        struct bh_rules *r = BH_TAKE(*rules);
        struct bh_arena *arena;

        if (!r || atomic_fetch_sub(&r->holders, 1) != 1)
                return;
        for (uint32_t i = 0; i < r->n_sets; i++)
                bh_program_done(&r->sets[i].program);
        arena = r->arena;
        bh_arena_free(&arena);
}

const struct bh_rule_note *bh_rules_notes(const struct bh_rules *rules, size_t *ret_n) {
        *ret_n = rules->n_notes;
        return rules->notes;
}

size_t bh_rules_errors(const struct bh_rules *rules) {
        return rules->n_errors;
}

size_t bh_rules_count(const struct bh_rules *rules) {
        return rules->n_enabled;
}

const struct bh_rule *bh_rules_at(const struct bh_rules *rules, size_t i) {
        return rules->enabled[i];
}

size_t bh_rules_count_all(const struct bh_rules *rules) {
        return rules->n_all;
}

const struct bh_rule *bh_rules_at_all(const struct bh_rules *rules, size_t i, bool *ret_enabled) {
        *ret_enabled = rules->all[i]->enabled;
        return &rules->all[i]->rule;
}

bool bh_rules_list(const struct bh_rules *rules, struct bh_str name, const struct bh_str **ret_items, size_t *ret_n) {
        const struct bh_list_item *list = bh_map_get(&rules->lists, name);

        if (!list)
                return false;
        *ret_items = list->items.at;
        *ret_n = list->items.len;
        return true;
}

const struct bh_ruleset *bh_rules_set(const struct bh_rules *rules, const struct bh_source *source) {
        for (uint32_t i = 0; i < rules->n_sets; i++)
                if (rules->sets[i].source == source)
                        return &rules->sets[i];
        return NULL;
}

struct bh_rule_run {
        struct bh_rules *rules;
        const struct bh_ruleset *set; /* NULL: no rules for such events */
        struct bh_run run;
};

struct bh_rule_run *bh_rule_run_new(struct bh_rules *rules, const struct bh_source *source) {
        struct bh_rule_run *r = calloc(1, sizeof *r);

        if (!r)
                bh_nomem(sizeof *r);
        r->rules = bh_rules_ref(rules);
        r->set = bh_rules_set(rules, source);
        if (r->set) {
                bh_run_init(&r->run, &r->set->program);
                if (r->set->program.names)
                        bh_names_start(r->set->program.names);
        }
        return r;
}

void bh_rule_run_free(struct bh_rule_run **run) {
        if (!*run)
                return;
        if ((*run)->set)
                bh_run_done(&(*run)->run);
        bh_rules_unref(&(*run)->rules);
        free(*run);
        *run = NULL;
}

uint64_t bh_rule_run_asked(const struct bh_rule_run *run) {
        return run->run.asked;
}

struct hits {
        const struct bh_rule **at;
        size_t n, max;
};

/* True: enough. */
static bool hit(struct bh_rule_run *r, const struct bh_entry *e, struct hits *h) {
        h->at[h->n++] = &r->set->rules[e->rule]->rule;
        return !r->rules->all_matches || h->n == h->max;
}

/* Those whose bit is set, in order. */
static void ask(struct bh_rule_run *r, const struct bh_group *g, const uint64_t *bits, struct hits *h) {
        for (uint32_t w = 0; w <= (g->n - 1) / 64; w++)
                for (uint64_t left = bits[w]; left; left &= left - 1) {
                        const struct bh_entry *e = &g->entries[w * 64 + (uint32_t) __builtin_ctzll(left)];

                        if (bh_run_eval(&r->run, e->whole) && hit(r, e, h))
                                return;
                }
}

/* As many ones as the group has rules. */
static void set_all(const struct bh_group *g, uint64_t *bits) {
        uint32_t last = (g->n - 1) / 64;

        for (uint32_t w = 0; w < last; w++)
                bits[w] = ~0ull;
        bits[last] = ~0ull >> (63 - (g->n - 1) % 64);
}

static void ask_all(struct bh_rule_run *r, const struct bh_group *g, struct hits *h) {
        uint64_t *bits = r->run.bits[0];

        if (g->n <= BH_SIEVE_WORDS * 64) {
                set_all(g, bits);
                if (!g->whole || bh_sieve_run(g->whole, &r->run, bits))
                        ask(r, g, bits, h);
                return;
        }
        for (uint32_t i = 0; i < g->n; i++)
                if (bh_run_eval(&r->run, g->entries[i].whole) && hit(r, &g->entries[i], h))
                        return;
}

/* What the process of this event remembers: a bit for each rule that cannot fire for it. NULL: nothing. */
static uint64_t *memory_of(struct bh_rule_run *r) {
        uint64_t key = 0;
        struct bh_process_memo *m = r->set->source->memo(r->run.event, &key);

        if (!m)
                return NULL;
        key = (key ^ r->rules->number) * 0x9e3779b97f4a7c15ull | 1;
        if (m->key != key)
                *m = (struct bh_process_memo){ .key = key, .owner = m->owner };
        return m->bits;
}

/* Leaves those of the bits that are not remembered to be ruled out. */
static void leave_possible(const struct bh_group *g, const uint64_t *memory, uint64_t *bits) {
        unsigned from = (unsigned) g->first_bit / 64, shift = (unsigned) g->first_bit % 64;

        for (unsigned w = 0; w < (g->n + 63) / 64; w++) {
                uint64_t out = memory[from + w] >> shift;

                if (shift && from + w + 1 < BH_PROCESS_MEMO_WORDS)
                        out |= memory[from + w + 1] << (64 - shift);
                bits[w] &= ~out;
        }
}

/* First of the process, then of the event; that the process rules it out is remembered. */
static bool holds(struct bh_rule_run *r, const struct bh_group *g, uint32_t i, uint64_t *memory) {
        uint32_t bit = (uint32_t) g->first_bit + i;

        if (bh_run_eval(&r->run, g->entries[i].exec))
                return bh_run_eval(&r->run, g->entries[i].rest);
        memory[bit / 64] |= 1ull << (bit % 64);
        return false;
}

/*
 * What the event itself rules out goes first: that is nearly all, and costs
 * less than to ask who did it. Of the others the process remembers which it
 * has ruled out before.
 */
static void ask_remembering(struct bh_rule_run *r, const struct bh_group *g, struct hits *h) {
        uint64_t *bits = r->run.bits[0], *memory;

        set_all(g, bits);
        if (g->rest && !bh_sieve_run(g->rest, &r->run, bits))
                return;
        memory = memory_of(r);
        if (!memory) {
                ask(r, g, bits, h);
                return;
        }
        leave_possible(g, memory, bits);
        for (uint32_t w = 0; w <= (g->n - 1) / 64; w++)
                for (uint64_t left = bits[w]; left; left &= left - 1) {
                        uint32_t i = w * 64 + (uint32_t) __builtin_ctzll(left);

                        if (holds(r, g, i, memory) && hit(r, &g->entries[i], h))
                                return;
                }
}

static const struct bh_group *group_of(const struct bh_ruleset *set, const void *event) {
        unsigned type = set->sorted.n_types > 1 || set->source->type_of ? set->source->type_of(event) : 0;
        uint32_t g = type < set->sorted.n_types ? set->sorted.group_of_type[type] : 0;

        return g ? &set->sorted.groups[g - 1] : NULL;
}

size_t bh_rule_match(struct bh_rule_run *r, const void *event, const struct bh_rule **ret, size_t max) {
        struct hits h = { ret, 0, max };
        const struct bh_group *g = r->set && max ? group_of(r->set, event) : NULL;

        if (!g)
                return 0;
        bh_run_begin(&r->run, event);
        if (g->first_bit >= 0)
                ask_remembering(r, g, &h);
        else
                ask_all(r, g, &h);
        return h.n;
}

static const struct bh_rule_own *own_of(const struct bh_rule *rule) {
        return (const struct bh_rule_own *) (const void *) rule;
}

/* An event is looked at anew: it may be another one at the same place. */
static void turn_to(struct bh_run *run, const void *event) {
        bh_run_begin(run, event);
}

void bh_rule_print(struct bh_rule_run *r, const struct bh_rule *rule, const void *event, struct bh_buf *out) {
        BH_CLEANUP(bh_buf_done) struct bh_buf raw = { 0 };

        if (!r->set)
                return;
        turn_to(&r->run, event);
        bh_format_print(&r->run, &own_of(rule)->format, &raw);
        bh_format_escape(bh_buf_str(&raw), out);
}

static int by_text(const void *a, const void *b) {
        return bh_str_cmp((*(const struct bh_format_part *const *) a)->text, (*(const struct bh_format_part *const *) b)->text);
}

void bh_rule_output_fields(struct bh_rule_run *r, const struct bh_rule *rule, const void *event,
                           void (*fn)(void *user, struct bh_str name, const struct bh_value *v), void *user) {
        const struct bh_format_text *f = &own_of(rule)->format;
        const struct bh_format_part **fields;
        size_t n = 0;

        if (!r->set)
                return;
        turn_to(&r->run, event);
        fields = bh_arena_array(r->run.scratch, const struct bh_format_part *, f->parts.len);
        for (size_t i = 0; i < f->parts.len; i++)
                if (f->parts.at[i].is_field)
                        fields[n++] = &f->parts.at[i];
        qsort(fields, n, sizeof *fields, by_text);
        for (size_t i = 0; i < n; i++) {
                struct bh_value room;

                if (i == 0 || !bh_str_eq(fields[i - 1]->text, fields[i]->text))
                        fn(user, fields[i]->text, bh_format_value(&r->run, fields[i]->operand, &room));
        }
}

struct bh_rule_format {
        struct bh_arena *arena;
        struct bh_program program;
        struct bh_format_text text;
        struct bh_run run;
};

int bh_rule_format_new(const struct bh_source *source, struct bh_str text, struct bh_rule_format **ret, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_rule_format *f = bh_arena_make(arena, struct bh_rule_format);
        int r;

        f->arena = arena;
        bh_program_init(&f->program, arena, arena, source);
        r = bh_format_compile(&f->program, bh_arena_str(arena, text), &f->text, err);
        if (r < 0) {
                bh_arena_free(&arena);
                return r;
        }
        bh_run_init(&f->run, &f->program);
        *ret = f;
        return 0;
}

void bh_rule_format_free(struct bh_rule_format **f) {
        struct bh_rule_format *x = BH_TAKE(*f);
        struct bh_arena *arena;

        if (!x)
                return;
        bh_run_done(&x->run);
        bh_program_done(&x->program);
        arena = x->arena;
        bh_arena_free(&arena);
}

void bh_rule_format_print(const struct bh_rule_format *f, const void *event, struct bh_buf *out) {
        struct bh_run *run = (struct bh_run *) &f->run;

        turn_to(run, event);
        bh_format_print(run, &f->text, out);
}
