/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes: "all of these". "Any of these" is "not all of their opposites", so
 * that one kind of node suffices and more of them are the same. Predicates of
 * one operand that stand side by side become one with all their constants.
 */
#include <stdlib.h>
#include <string.h>

#include "rule/program.h"
#include "rule/run.h"

static struct bh_gate *gate_of(const struct bh_program *p, bh_ref ref) {
        return &p->gates.at[BH_REF_NODE(ref)];
}

static const struct bh_pred *pred_of(const struct bh_program *p, bh_ref ref) {
        const struct bh_gate *g = gate_of(p, ref);

        return g->kind == BH_GATE_PRED ? &p->preds.at[g->pred] : NULL;
}

static bh_ref keep(struct bh_program *p, const struct bh_gate *g, struct bh_str key) {
        void **slot = bh_map_at(&p->gate_by_text, key);

        if (!*slot) {
                *bh_vec_add(p->work, &p->gates) = *g;
                *slot = (void *) p->gates.len;
        }
        return (bh_ref) ((uintptr_t) *slot - 1) * 2;
}

bh_ref bh_gate_pred(struct bh_program *p, uint32_t pred) {
        const struct bh_pred *x = &p->preds.at[pred];
        const struct bh_operand *o = &p->operands.at[x->operand];
        struct bh_gate g = { .kind = BH_GATE_PRED, .pred = pred, .cost = x->cost, .life = x->life };

        g.has_type = (o->flags & BH_F_TYPE) != 0;
        return keep(p, &g, x->text);
}

static int by_number(const void *a, const void *b) {
        bh_ref x = *(const bh_ref *) a, y = *(const bh_ref *) b;

        return (x > y) - (x < y);
}

/* Sorted, each once; TRUE and FALSE are in front, as they are 0 and 1. */
static size_t tidy(bh_ref *refs, size_t n) {
        size_t kept = 0;

        qsort(refs, n, sizeof *refs, by_number);
        for (size_t i = 0; i < n; i++)
                if (refs[i] != BH_REF_TRUE && (kept == 0 || refs[kept - 1] != refs[i]))
                        refs[kept++] = refs[i];
        return kept;
}

static bool disjoint(const struct bh_pred *a, const struct bh_pred *b) {
        for (uint32_t i = 0; i < a->n_items; i++)
                for (uint32_t k = 0; k < b->n_items; k++)
                        if (bh_str_eq(a->items[i], b->items[k]))
                                return false;
        return true;
}

/* One text cannot be two. */
static bool exclude(const struct bh_program *p, bh_ref x, bh_ref y) {
        const struct bh_pred *a = BH_REF_IS_NOT(x) ? NULL : pred_of(p, x), *b = BH_REF_IS_NOT(y) ? NULL : pred_of(p, y);
        uint8_t type;

        if (!a || !b || a->operand != b->operand || a->test != BH_TEST_EQ || b->test != BH_TEST_EQ || a->quantity || b->quantity)
                return false;
        type = p->operands.at[a->operand].type;
        return (type == BH_V_STRING || type == BH_V_PATH || type == BH_V_BOOL) && disjoint(a, b);
}

static bool contradict(const struct bh_program *p, const bh_ref *refs, size_t n) {
        for (size_t i = 1; i < n; i++)
                if (refs[i] == BH_REF_NOT(refs[i - 1]))
                        return true;
        for (size_t i = 0; i < n; i++)
                for (size_t k = i + 1; k < n; k++)
                        if (exclude(p, refs[i], refs[k]))
                                return true;
        return false;
}

/* The predicate with the items of all those of `refs` that merge with the first; those others become TRUE. */
static bh_ref merge_with(struct bh_program *p, bh_ref *refs, size_t n, size_t first) {
        BH_VEC(struct bh_str) items = { 0 };
        const struct bh_pred *a = pred_of(p, refs[first]);
        struct bh_pred like;
        uint32_t pred;

        if (!a || !bh_pred_merges(a, a))
                return refs[first];
        like = *a; /* the table moves as it grows */
        for (size_t i = first; i < n; i++) {
                const struct bh_pred *b = BH_REF_IS_NOT(refs[i]) ? pred_of(p, refs[i]) : NULL;

                if (!b || !bh_pred_merges(&like, b))
                        continue;
                for (uint32_t k = 0; k < b->n_items; k++)
                        *bh_vec_add(p->work, &items) = b->items[k];
                if (i > first)
                        refs[i] = BH_REF_TRUE;
        }
        if (items.len == like.n_items)
                return refs[first];
        if (bh_pred_of(p, like.test, like.quantity, like.op, like.operand, items.at, items.len, &pred, NULL) < 0)
                return refs[first]; /* each was made before: this cannot be */
        return BH_REF_NOT(bh_gate_pred(p, pred));
}

static size_t merge(struct bh_program *p, bh_ref *refs, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (refs[i] != BH_REF_TRUE && BH_REF_IS_NOT(refs[i]) && pred_of(p, refs[i]))
                        refs[i] = merge_with(p, refs, n, i);
        return tidy(refs, n);
}

struct costed {
        uint32_t cost;
        bh_ref ref;
};

static int by_cost(const void *a, const void *b) {
        const struct costed *x = a, *y = b;

        return x->cost != y->cost ? (x->cost > y->cost) - (x->cost < y->cost) : (x->ref > y->ref) - (x->ref < y->ref);
}

/* Cheap ones first: what follows is asked only now and then. */
static void order(struct bh_program *p, struct bh_gate *g) {
        struct costed *c = bh_arena_array(p->work, struct costed, g->n_refs);
        uint64_t cost = 0;

        g->life = BH_LIFE_EXEC;
        for (uint32_t i = 0; i < g->n_refs; i++) {
                const struct bh_gate *child = gate_of(p, g->refs[i]);

                c[i] = (struct costed){ child->cost, g->refs[i] };
                g->life = BH_MAX(g->life, child->life);
                g->has_type |= child->has_type;
                g->depth = BH_MAX(g->depth, (uint16_t) BH_MIN(child->depth + 1, UINT16_MAX));
        }
        qsort(c, g->n_refs, sizeof *c, by_cost);
        for (uint32_t i = 0; i < g->n_refs; i++) {
                g->refs[i] = c[i].ref;
                cost += c[i].cost >> BH_MIN(i, 31u);
        }
        g->cost = (uint32_t) BH_MIN(cost + 2, (uint64_t) UINT32_MAX / 2);
}

static bh_ref join(struct bh_program *p, enum bh_gate_kind kind, const bh_ref *refs, size_t n) {
        struct bh_gate g = { .kind = kind, .n_refs = (uint32_t) n };
        struct bh_str key;
        char *bytes = bh_arena_bytes(p->work, 1 + n * sizeof *refs);

        bytes[0] = (char) kind; /* no predicate's text begins so */
        memcpy(bytes + 1, refs, n * sizeof *refs);
        key = (struct bh_str){ bytes, 1 + n * sizeof *refs };
        if (bh_map_get(&p->gate_by_text, key))
                return keep(p, NULL, key);
        g.refs = bh_arena_array(p->arena, bh_ref, n);
        memcpy(g.refs, refs, n * sizeof *refs);
        order(p, &g);
        return keep(p, &g, key);
}

bh_ref bh_gate_all(struct bh_program *p, const bh_ref *given, size_t n) {
        bh_ref *refs = bh_arena_array(p->work, bh_ref, n);

        if (n)
                memcpy(refs, given, n * sizeof *refs);
        n = tidy(refs, n);
        if (n && refs[0] == BH_REF_FALSE)
                return BH_REF_FALSE;
        n = merge(p, refs, n);
        if (contradict(p, refs, n))
                return BH_REF_FALSE;
        return n == 0 ? BH_REF_TRUE : n == 1 ? refs[0] : join(p, BH_GATE_ALL, refs, n);
}

bh_ref bh_gate_any(struct bh_program *p, const bh_ref *given, size_t n) {
        bh_ref *refs = bh_arena_array(p->work, bh_ref, n);

        for (size_t i = 0; i < n; i++)
                refs[i] = BH_REF_NOT(given[i]);
        return BH_REF_NOT(bh_gate_all(p, refs, n));
}

/* Exactly one: the same predicate twice can be no one, so nothing is left out. */
bh_ref bh_gate_one_of(struct bh_program *p, const bh_ref *refs, size_t n) {
        return n == 0 ? BH_REF_FALSE : n == 1 ? refs[0] : join(p, BH_GATE_ONE_OF, refs, n);
}

/* The field that always has the type; others of the kind (syscall.type) may be missing. */
static bool is_first_type(const struct bh_program *p, const struct bh_field *f) {
        for (size_t i = 0; i < p->source->n_fields; i++)
                if (p->source->fields[i].flags & BH_F_TYPE)
                        return &p->source->fields[i] == f;
        return false;
}

static bh_ref type_pred(const struct bh_program *p, bh_ref ref, unsigned type) {
        const struct bh_pred *pred = pred_of(p, ref);
        const struct bh_operand *o = &p->operands.at[pred->operand];
        struct bh_value v = { .type = BH_V_STRING, .str = bh_str_of(p->source->type_name(type)) };
        bool holds;

        if (o->kind != BH_OPERAND_FIELD || o->arg.given || pred->test == BH_TEST_REGEX || pred->test == BH_TEST_RIGHT)
                return ref;
        holds = bh_pred_holds(pred, &v);
        if (holds && !is_first_type(p, o->field))
                return ref;
        return holds ? BH_REF_TRUE : BH_REF_FALSE;
}

static bh_ref for_type(struct bh_program *p, bh_ref ref, unsigned type);

static bh_ref all_for_type(struct bh_program *p, const struct bh_gate *g, unsigned type) {
        bh_ref *refs = bh_arena_array(p->work, bh_ref, g->n_refs);

        for (uint32_t i = 0; i < g->n_refs; i++)
                refs[i] = for_type(p, g->refs[i], type);
        return bh_gate_all(p, refs, g->n_refs);
}

static bh_ref for_type(struct bh_program *p, bh_ref ref, unsigned type) {
        const struct bh_gate g = *gate_of(p, ref); /* the table moves as it grows */
        uint32_t node = BH_REF_NODE(ref);
        bh_ref r;

        if (!g.has_type || g.kind == BH_GATE_ONE_OF)
                return ref;
        if (node < p->typed.n && p->typed.refs[node])
                return (p->typed.refs[node] - 1) ^ BH_REF_IS_NOT(ref);
        r = g.kind == BH_GATE_PRED ? type_pred(p, ref & ~1u, type) : all_for_type(p, &g, type);
        if (node < p->typed.n)
                p->typed.refs[node] = r + 1;
        return r ^ BH_REF_IS_NOT(ref);
}

bh_ref bh_gate_for_type(struct bh_program *p, bh_ref ref, unsigned type) {
        if (!p->source->type_name)
                return ref;
        if (!p->typed.refs || p->typed.type != type) {
                if (p->typed.n < p->gates.len) {
                        p->typed.n = p->gates.len;
                        p->typed.refs = bh_arena_array(p->work, bh_ref, p->typed.n);
                } else
                        memset(p->typed.refs, 0, p->typed.n * sizeof *p->typed.refs);
                p->typed.type = type;
        }
        return for_type(p, ref, type);
}

bh_ref bh_gate_exec_only(struct bh_program *p, bh_ref ref) {
        const struct bh_gate g = *gate_of(p, ref);
        bh_ref *refs;

        if (g.kind == BH_GATE_TRUE || g.life == BH_LIFE_EXEC)
                return ref;
        if (g.kind != BH_GATE_ALL)
                return BH_REF_TRUE;
        refs = bh_arena_array(p->work, bh_ref, g.n_refs);
        for (uint32_t i = 0; i < g.n_refs; i++) /* not all: one of the opposites */
                refs[i] = bh_gate_exec_only(p, g.refs[i] ^ BH_REF_IS_NOT(ref));
        return BH_REF_IS_NOT(ref) ? bh_gate_any(p, refs, g.n_refs) : bh_gate_all(p, refs, g.n_refs);
}
