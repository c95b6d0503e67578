/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/run.h"

#include <string.h>

#include "rule/calls.h"
#include "rule/glob.h"
#include "rule/names.h"

enum { EPOCH_LAST = 0x7fffffff };

void bh_run_init(struct bh_run *run, const struct bh_program *program) {
        struct bh_arena *arena = bh_arena_new();

        *run = (struct bh_run){ .program = program, .arena = arena, .scratch = bh_arena_new() };
        run->slots = bh_arena_array(arena, struct bh_slot, program->operands.len);
        run->marks = bh_arena_array(arena, uint32_t, program->gates.len);
        run->room = program->regexes.len ? bh_rule_regex_room_new() : NULL;
}

void bh_run_done(struct bh_run *run) {
        bh_rule_regex_room_free(&run->room);
        bh_arena_free(&run->scratch);
        bh_arena_free(&run->arena);
}

void bh_run_begin(struct bh_run *run, const void *event) {
        if (bh_arena_used(run->scratch))
                bh_arena_reset(run->scratch);
        if (run->epoch == EPOCH_LAST) {
                memset(run->slots, 0, run->program->operands.len * sizeof *run->slots);
                memset(run->marks, 0, run->program->gates.len * sizeof *run->marks);
                run->epoch = run->traits_epoch = 0;
        }
        run->epoch++;
        run->event = event;
}

static struct bh_slot *slot_of(struct bh_run *run, uint32_t operand) {
        const struct bh_operand *o = &run->program->operands.at[operand];
        struct bh_slot *s = &run->slots[operand];

        if (s->epoch == run->epoch)
                return s;
        s->hashed = false;
        s->have = o->kind == BH_OPERAND_FIELD ? o->field->get(o->field, run->event, &o->arg, run->scratch, &s->value)
                                              : bh_call_get(run, o, &s->value);
        if (s->have && s->value.is_list && s->value.list.n == 0 && o->kind == BH_OPERAND_FIELD)
                s->have = false;
        s->epoch = run->epoch; /* last: what a call asks for is got on the way */
        return s;
}

const struct bh_value *bh_run_get(struct bh_run *run, uint32_t operand) {
        struct bh_slot *s = slot_of(run, operand);

        return s->have ? &s->value : NULL;
}

static bool in_numbers(const struct bh_pred *p, const struct bh_value *v) {
        struct bh_number n;

        if (v->type == BH_V_BOOL) {
                for (uint32_t i = 0; i < p->n_numbers; i++)
                        if (v->b == (p->numbers[i].i != 0))
                                return true;
                return false;
        }
        n = bh_value_number(v);

        for (uint32_t i = 0; i < p->n_numbers; i++)
                if (bh_number_cmp(&n, &p->numbers[i]) == 0)
                        return true;
        return false;
}

static bool in_nets(const struct bh_pred *p, const struct bh_value *v) {
        if (p->names) {
                for (uint32_t i = 0; i < p->n_items; i++)
                        if (bh_named_is(p->names[i], &v->ip))
                                return true;
                return false;
        }
        for (uint32_t i = 0; i < p->n_nets; i++)
                if (bh_net_has(&p->nets[i], &v->ip))
                        return true;
        return false;
}

static bool equals(const struct bh_pred *p, const struct bh_value *v, struct bh_slot *slot) {
        uint64_t hash = 0;

        if (v->type == BH_V_IP || v->type == BH_V_NET)
                return in_nets(p, v);
        if (!bh_type_is_text(v->type))
                return in_numbers(p, v);
        if (bh_set_may(&p->set, v->str)) {
                if (p->set.slots) {
                        hash = slot && slot->hashed ? slot->hash : bh_set_hash(v->str);
                        if (slot) {
                                slot->hash = hash;
                                slot->hashed = true;
                        }
                }
                if (bh_set_find(&p->set, v->str, hash) >= 0)
                        return true;
        }
        return v->type == BH_V_WORD && p->n_numbers && in_numbers(p, v);
}

static bool ordered(enum bh_op op, int c) {
        switch (op) {
        case BH_OP_LT: return c < 0;
        case BH_OP_LE: return c <= 0;
        case BH_OP_GT: return c > 0;
        case BH_OP_GE: return c >= 0;
        case BH_OP_NE: return c != 0;
        default: return c == 0;
        }
}

static bool in_order(const struct bh_pred *p, const struct bh_value *v) {
        struct bh_number n;

        if (bh_type_is_text(v->type) && !(v->type == BH_V_WORD && p->n_numbers))
                return ordered(p->op, bh_str_cmp(v->str, p->items[0]));
        n = bh_value_number(v);
        return p->n_numbers && ordered(p->op, bh_number_cmp(&n, &p->numbers[0]));
}

static bool globs(const struct bh_pred *p, const struct bh_value *v) {
        for (uint32_t i = 0; i < p->n_items; i++)
                if (bh_rule_glob(p->items[i], v->str, p->test == BH_TEST_IGLOB))
                        return true;
        return false;
}

static bool holds(const struct bh_pred *p, const struct bh_value *v, struct bh_slot *slot) {
        switch (p->test) {
        case BH_TEST_EXISTS: return true;
        case BH_TEST_EQ: return equals(p, v, slot);
        case BH_TEST_NE: return !equals(p, v, slot);
        case BH_TEST_ORDER: return in_order(p, v);
        case BH_TEST_STARTS:
        case BH_TEST_ENDS: return bh_ends_has(&p->ends, v->str);
        case BH_TEST_CONTAINS:
        case BH_TEST_ICONTAINS: return bh_parts_in(p->parts, v->str);
        case BH_TEST_GLOB:
        case BH_TEST_IGLOB: return globs(p, v);
        case BH_TEST_PATHS: return bh_paths_has(p->paths, v->str);
        default: return false;
        }
}

bool bh_pred_holds(const struct bh_pred *p, const struct bh_value *v) {
        return holds(p, v, NULL);
}

static bool matches(struct bh_run *run, const struct bh_pred *p, const struct bh_value *v) {
        for (uint32_t i = 0; i < p->n_items; i++)
                if (bh_rule_regex_matches(p->regexes[i], run->room, v->str, run->scratch))
                        return true;
        return false;
}

/* -1, 0, 1 as numbers or as texts; 2 when they cannot be compared. */
static int compare(const struct bh_value *a, const struct bh_value *b) {
        struct bh_number x, y;

        if (a->type == BH_V_IP || a->type == BH_V_NET)
                return b->type == a->type ? (memcmp(&a->ip, &b->ip, sizeof a->ip) != 0) * 2 : 2;
        if (bh_type_is_text(a->type) != bh_type_is_text(b->type))
                return 2;
        if (bh_type_is_text(a->type))
                return bh_str_cmp(a->str, b->str);
        x = bh_value_number(a);
        y = bh_value_number(b);
        return bh_number_cmp(&x, &y);
}

static bool lower_in(struct bh_str s, struct bh_str part, struct bh_arena *scratch) {
        struct bh_str low = bh_arena_str(scratch, part);

        for (size_t i = 0; i < low.len; i++)
                ((char *) low.at)[i] = bh_lower(low.at[i]);
        return bh_str_find_nocase(s, low) >= 0;
}

/* A value against one of the other side. */
static bool against(struct bh_run *run, enum bh_op op, const struct bh_value *a, const struct bh_value *b) {
        int c;

        switch (op) {
        case BH_OP_CONTAINS:
        case BH_OP_BCONTAINS: return bh_str_find(a->str, b->str) >= 0;
        case BH_OP_ICONTAINS: return lower_in(a->str, b->str, run->scratch);
        case BH_OP_STARTSWITH:
        case BH_OP_BSTARTSWITH: return bh_str_starts(a->str, b->str);
        case BH_OP_ENDSWITH: return bh_str_ends(a->str, b->str);
        case BH_OP_GLOB:
        case BH_OP_IGLOB: return bh_rule_glob(b->str, a->str, op == BH_OP_IGLOB);
        default:
                c = compare(a, b);
                return c == 2 ? op == BH_OP_NE : ordered(op, c);
        }
}

/* `in` and `intersects` against a list: one of it. */
static bool against_all(struct bh_run *run, const struct bh_pred *p, const struct bh_value *a) {
        const struct bh_value *b = bh_run_get(run, p->right);

        if (!b)
                return false;
        if (!b->is_list)
                return against(run, p->op, a, b);
        for (size_t i = 0; i < b->list.n; i++)
                if (against(run, p->op, a, &b->list.at[i]))
                        return true;
        return false;
}

static bool test_value(struct bh_run *run, const struct bh_pred *p, const struct bh_value *v, struct bh_slot *slot) {
        if (p->test == BH_TEST_REGEX)
                return matches(run, p, v);
        if (p->test == BH_TEST_RIGHT)
                return against_all(run, p, v);
        return holds(p, v, slot);
}

static bool test_list(struct bh_run *run, const struct bh_pred *p, const struct bh_value *v) {
        bool all = p->quantity == BH_QUANTITY_ALL;

        if (p->test == BH_TEST_EXISTS)
                return true;
        for (size_t i = 0; i < v->list.n; i++)
                if (test_value(run, p, &v->list.at[i], NULL) != all)
                        return !all;
        return all && v->list.n > 0;
}

static bool quick(const struct bh_pred *p, const struct bh_value *v) {
        int c;

        switch (p->quick) {
        case BH_QUICK_BOOL: c = (int) v->b - (int) p->number; break;
        case BH_QUICK_INT: c = (v->i > p->number) - (v->i < p->number); break;
        default: c = (v->u > (uint64_t) p->number) - (v->u < (uint64_t) p->number);
        }
        return ordered(p->op, c);
}

static bool test(struct bh_run *run, const struct bh_pred *p) {
        struct bh_slot *s;

        if (p->traits)
                return (bh_run_traits(run) & p->traits) != 0;
        s = slot_of(run, p->operand);
        run->asked++;
        if (!s->have)
                return false;
        if (p->quick && s->value.type == p->type && !s->value.is_list)
                return quick(p, &s->value);
        return s->value.is_list ? test_list(run, p, &s->value) : test_value(run, p, &s->value, s);
}

static bool all_hold(struct bh_run *run, const struct bh_gate *g) {
        for (uint32_t i = 0; i < g->n_refs; i++)
                if (!bh_run_eval(run, g->refs[i]))
                        return false;
        return true;
}

static bool one_holds(struct bh_run *run, const struct bh_gate *g) {
        unsigned n = 0;

        for (uint32_t i = 0; i < g->n_refs && n < 2; i++)
                n += bh_run_eval(run, g->refs[i]);
        return n == 1;
}

/* As deep as nodes nest, which the compiler bounds (BH_LIMIT_RULE_DEPTH). */
bool bh_run_ask(struct bh_run *run, bh_ref ref) {
        uint32_t n = BH_REF_NODE(ref);
        const struct bh_gate *g = &run->program->gates.at[n];
        bool yes;

        switch (g->kind) {
        case BH_GATE_PRED: yes = test(run, &run->program->preds.at[g->pred]); break;
        case BH_GATE_ALL: yes = all_hold(run, g); break;
        case BH_GATE_ONE_OF: yes = one_holds(run, g); break;
        default: yes = true;
        }
        run->marks[n] = run->epoch << 1 | yes;
        return yes ^ BH_REF_IS_NOT(ref);
}
