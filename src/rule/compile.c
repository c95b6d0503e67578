/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/compile.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "rule/sieve.h"

struct compiler {
        struct bh_program *p;
        const struct bh_macros *macros;
        struct bh_compile_place *place;
        struct bh_err *err;
        unsigned depth;
};

BH_VEC_OF(ref_vec, bh_ref);

static int compile(struct compiler *c, const struct bh_node *node, bh_ref *ret);

static int fail_at(struct compiler *c, const struct bh_node *node, uint32_t at, int r) {
        if (!c->place->text)
                *c->place = (struct bh_compile_place){ node->text, at };
        return r;
}

/* What a macro came to is remembered: macros that name others twice each must not cost two to their number. */
static int compile_macro(struct compiler *c, const struct bh_node *node, bh_ref *ret) {
        const struct bh_node *body = NULL;
        uintptr_t known;
        int r;

        if (!c->macros)
                return fail_at(c, node, node->at, bh_fail(c->err, BH_E_NOTFOUND, "'%s' is no check, and there are no macros here", BH_QUOTE(node->name)));
        r = c->macros->find(c->macros->user, node->name, node->text, &body, c->err);
        if (r < 0)
                return fail_at(c, node, node->at, r);
        known = (uintptr_t) bh_map_get(&c->p->macro_by_name, node->name);
        if (known) {
                *ret = (bh_ref) known - 1;
        } else {
                r = compile(c, body, ret);
                if (r >= 0)
                        (void) bh_map_set(&c->p->macro_by_name, node->name, (void *) ((uintptr_t) *ret + 1));
        }
        c->macros->done(c->macros->user, node->name);
        return r;
}

/* Children of the same kind, written without a macro between, are children of this one. */
static int gather(struct compiler *c, enum bh_node_kind kind, const struct bh_node *node, struct ref_vec *refs) {
        for (uint32_t i = 0; i < node->n_nodes; i++) {
                const struct bh_node *child = node->nodes[i];
                bh_ref ref;
                int r;

                if (child->kind == kind) {
                        r = gather(c, kind, child, refs);
                } else {
                        r = compile(c, child, &ref);
                        if (r >= 0)
                                *bh_vec_add(c->p->work, refs) = ref;
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

static int compile_node(struct compiler *c, const struct bh_node *node, bh_ref *ret) {
        struct ref_vec refs = { 0 };
        uint32_t at = node->at;
        int r;

        switch (node->kind) {
        case BH_NODE_CHECK:
                r = bh_check_compile(c->p, node, ret, &at, c->err);
                return r < 0 ? fail_at(c, node, at, r) : 0;
        case BH_NODE_MACRO: return compile_macro(c, node, ret);
        case BH_NODE_NOT:
                r = compile(c, node->nodes[0], ret);
                *ret = r < 0 ? *ret : BH_REF_NOT(*ret);
                return r;
        default:
                r = gather(c, node->kind, node, &refs);
                if (r >= 0)
                        *ret = node->kind == BH_NODE_AND ? bh_gate_all(c->p, refs.at, refs.len) : bh_gate_any(c->p, refs.at, refs.len);
                return r;
        }
}

static int compile(struct compiler *c, const struct bh_node *node, bh_ref *ret) {
        bh_ref ref = BH_REF_FALSE;
        int r;

        if (c->depth >= BH_LIMIT_RULE_DEPTH)
                return fail_at(c, node, node->at, bh_fail(c->err, BH_E_LIMIT, "nested deeper than %u, with its macros", BH_LIMIT_RULE_DEPTH));
        c->depth++;
        r = compile_node(c, node, &ref);
        c->depth--;
        if (r >= 0)
                *ret = ref;
        return r;
}

int bh_compile_condition(struct bh_program *p, const struct bh_macros *macros, const struct bh_node *root, bh_ref *ret,
                         struct bh_compile_place *ret_place, struct bh_err *err) {
        struct compiler c = { .p = p, .macros = macros, .place = ret_place, .err = err };

        *ret_place = (struct bh_compile_place){ 0 };
        return compile(&c, root, ret);
}

/* Of "all of these", those that ask more than the process. */
static bh_ref without_exec(struct bh_program *p, bh_ref ref) {
        const struct bh_gate g = p->gates.at[BH_REF_NODE(ref)];
        bh_ref *refs;
        size_t n = 0;

        if (ref == BH_REF_TRUE || g.life == BH_LIFE_EXEC)
                return BH_REF_TRUE;
        if (g.kind != BH_GATE_ALL || BH_REF_IS_NOT(ref))
                return ref;
        refs = bh_arena_array(p->work, bh_ref, g.n_refs);
        for (uint32_t i = 0; i < g.n_refs; i++)
                if (p->gates.at[BH_REF_NODE(g.refs[i])].life != BH_LIFE_EXEC)
                        refs[n++] = g.refs[i];
        return bh_gate_all(p, refs, n);
}

static struct bh_group group_for(struct bh_program *p, const bh_ref *refs, size_t n, unsigned type, bool typed) {
        struct bh_group g = { .entries = bh_arena_array(p->work, struct bh_entry, n), .first_bit = -1 };

        for (size_t i = 0; i < n; i++) {
                bh_ref ref = typed ? bh_gate_for_type(p, refs[i], type) : refs[i];

                if (ref == BH_REF_FALSE)
                        continue;
                g.entries[g.n++] = (struct bh_entry){ .rule = (uint32_t) i, .whole = ref, .exec = bh_gate_exec_only(p, ref), .rest = without_exec(p, ref) };
        }
        return g;
}

static bool same(const struct bh_group *a, const struct bh_group *b) {
        return a->n == b->n && memcmp(a->entries, b->entries, a->n * sizeof *a->entries) == 0;
}

/* A process has so many bits for rules still possible: groups get theirs in turn while there are any. */
static void give_bits(const struct bh_program *p, struct bh_sorted *s) {
        int next = 0;

        for (uint32_t g = 0; p->source->memo && g < s->n_groups; g++) {
                bool any = false;

                for (uint32_t i = 0; i < s->groups[g].n; i++)
                        any |= s->groups[g].entries[i].exec != BH_REF_TRUE;
                if (!any || next + (int) s->groups[g].n > BH_RULE_MEMO_BITS)
                        continue;
                s->groups[g].first_bit = next;
                next += (int) s->groups[g].n;
        }
}

static void give_sieves(struct bh_program *p, struct bh_sorted *s) {
        for (uint32_t g = 0; g < s->n_groups; g++) {
                struct bh_group *group = &s->groups[g];
                bh_ref *refs = bh_arena_array(p->work, bh_ref, group->n);

                for (uint32_t i = 0; i < group->n; i++)
                        refs[i] = group->entries[i].whole;
                group->whole = bh_sieve_build(p, refs, group->n);
                for (uint32_t i = 0; i < group->n; i++)
                        refs[i] = group->entries[i].rest;
                group->rest = group->first_bit >= 0 ? bh_sieve_build(p, refs, group->n) : NULL;
        }
}

void bh_compile_sort(struct bh_program *p, const bh_ref *refs, size_t n, struct bh_sorted *ret) {
        bool typed = p->source->type_of && p->source->type_name && p->source->n_types;
        struct bh_sorted s = { .n_types = typed ? p->source->n_types : 1 };
        BH_VEC(struct bh_group) groups = { 0 };

        s.group_of_type = bh_arena_array(p->arena, uint32_t, s.n_types);
        for (unsigned t = 0; t < s.n_types; t++) {
                struct bh_group g;
                uint32_t k = 0;

                if (typed && bh_str_of(p->source->type_name(t)).len == 0)
                        continue;
                g = group_for(p, refs, n, t, typed);
                while (k < groups.len && !same(&groups.at[k], &g))
                        k++;
                if (g.n && k == groups.len) {
                        struct bh_entry *own = bh_arena_array(p->arena, struct bh_entry, g.n);

                        memcpy(own, g.entries, g.n * sizeof *own);
                        g.entries = own;
                        *bh_vec_add(p->arena, &groups) = g;
                }
                s.group_of_type[t] = g.n ? k + 1 : 0;
        }
        s.groups = groups.at;
        s.n_groups = (uint32_t) groups.len;
        give_bits(p, &s);
        give_sieves(p, &s);
        *ret = s;
}
