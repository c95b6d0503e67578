/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content/literals.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cur.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"
#include "scan/content/automaton.h"

/* What this file does is the bookkeeping around an automaton: which owners want to hear of which literal. */

enum { LITERAL_MIN = 2, LITERAL_MAX = 255 };

static const char magic[8] = "BHLIT\1\0";

struct target {
        uint32_t owner, rule;
};

struct group {
        struct bh_str bytes;
        bool nocase;
        BH_VEC(struct target) targets;
};

struct bh_literals_builder {
        struct bh_arena *arena;
        struct bh_map by_key; /* case flag and bytes -> group */
};

struct bh_literals {
        struct bh_automaton *automaton; /* NULL: no literals */
        uint32_t n_groups;
        uint32_t longest;
        uint32_t *first; /* n_groups + 1: where each group's targets begin */
        struct target *targets;
};

struct bh_literals_scratch {
        struct bh_automaton_scratch *inner;
};

static void *need(void *p, size_t size) {
        if (!p)
                bh_nomem(size);
        return p;
}

struct bh_literals_builder *bh_literals_builder_new(void) {
        struct bh_literals_builder *b = need(calloc(1, sizeof *b), sizeof *b);

        b->arena = bh_arena_new();
        b->by_key = bh_map_in(b->arena);
        return b;
}

void bh_literals_builder_free(struct bh_literals_builder **b) {
        if (*b)
                bh_arena_free(&(*b)->arena);
        free(*b);
        *b = NULL;
}

/* "c" and the bytes, or "n" and the bytes in lower case: equal keys are the same search. */
static struct bh_str key_of(struct bh_arena *arena, struct bh_str literal, bool nocase) {
        char *k = bh_arena_bytes(arena, literal.len + 1);

        k[0] = nocase ? 'n' : 'c';
        for (size_t i = 0; i < literal.len; i++) {
                char c = literal.at[i];

                k[i + 1] = nocase && c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
        }
        return (struct bh_str){ k, literal.len + 1 };
}

int bh_literals_add(struct bh_literals_builder *b, enum bh_owner owner, uint32_t rule, struct bh_str literal,
                    bool nocase, struct bh_err *err) {
        struct bh_str key;
        struct group *g;
        void **place;

        if (literal.len < LITERAL_MIN || literal.len > LITERAL_MAX)
                return bh_fail(err, BH_E_FORMAT, "a literal of %zu bytes; %d to %d are possible", literal.len,
                               LITERAL_MIN, LITERAL_MAX);
        key = key_of(b->arena, literal, nocase);
        place = bh_map_at(&b->by_key, key);
        if (!*place)
                *place = bh_arena_make(b->arena, struct group);
        g = *place;
        g->bytes = bh_str_from(key, 1);
        g->nocase = nocase;
        for (size_t i = 0; i < g->targets.len; i++)
                if (g->targets.at[i].owner == owner && g->targets.at[i].rule == rule)
                        return 0;
        *bh_vec_add(b->arena, &g->targets) = (struct target){ owner, rule };
        return 0;
}

static struct bh_literals *allocate(uint32_t n_groups, size_t n_targets) {
        struct bh_literals *l = need(calloc(1, sizeof *l), sizeof *l);

        l->n_groups = n_groups;
        l->first = need(calloc((size_t) n_groups + 1, sizeof *l->first), n_groups);
        l->targets = need(calloc(n_targets + 1, sizeof *l->targets), n_targets);
        return l;
}

/* Copies the targets of all groups into one array, and gives the automaton its patterns. */
static void flatten(const struct bh_literals_builder *b, struct bh_literals *l, struct bh_automaton_pattern *patterns) {
        uint32_t n = 0;

        for (uint32_t i = 0; i < l->n_groups; i++) {
                const struct group *g = b->by_key.items[i].value;

                patterns[i] = (struct bh_automaton_pattern){ g->bytes, g->nocase };
                l->longest = BH_MAX(l->longest, (uint32_t) g->bytes.len);
                l->first[i] = n;
                memcpy(&l->targets[n], g->targets.at, g->targets.len * sizeof *l->targets);
                n += (uint32_t) g->targets.len;
        }
        l->first[l->n_groups] = n;
}

int bh_literals_build(const struct bh_literals_builder *b, struct bh_literals **ret, struct bh_err *err) {
        uint32_t n = (uint32_t) b->by_key.len;
        struct bh_automaton_pattern *patterns;
        struct bh_literals *l;
        size_t n_targets = 0;
        int r = 0;

        for (uint32_t i = 0; i < n; i++)
                n_targets += ((const struct group *) b->by_key.items[i].value)->targets.len;
        l = allocate(n, n_targets);
        patterns = need(calloc((size_t) n + 1, sizeof *patterns), n);
        flatten(b, l, patterns);
        if (n)
                r = bh_automaton_build(patterns, n, &l->automaton, err);
        free(patterns);
        if (r < 0)
                bh_literals_free(&l);
        else
                *ret = l;
        return r;
}

void bh_literals_free(struct bh_literals **l) {
        if (*l) {
                bh_automaton_free(&(*l)->automaton);
                free((*l)->first);
                free((*l)->targets);
        }
        free(*l);
        *l = NULL;
}

size_t bh_literals_longest(const struct bh_literals *l) {
        return l->longest;
}

/* magic, groups, targets, longest, first[], targets[], automaton; then a hash of it all against accidents. */
int bh_literals_save(const struct bh_literals *l, struct bh_buf *out, struct bh_err *err) {
        uint32_t n_targets = l->first[l->n_groups];
        size_t from = out->len;
        int r = 0;

        bh_buf_add(out, (struct bh_str){ magic, sizeof magic });
        bh_buf_le32(out, l->n_groups);
        bh_buf_le32(out, n_targets);
        bh_buf_le32(out, l->longest);
        for (uint32_t i = 0; i <= l->n_groups; i++)
                bh_buf_le32(out, l->first[i]);
        for (uint32_t i = 0; i < n_targets; i++) {
                bh_buf_le32(out, l->targets[i].owner);
                bh_buf_le32(out, l->targets[i].rule);
        }
        if (l->automaton)
                r = bh_automaton_save(l->automaton, out, err);
        if (r == 0)
                bh_buf_le64(out, bh_hash64((struct bh_str){ out->at + from, out->len - from }));
        return r;
}

static int load_tables(struct bh_cur *c, struct bh_literals **ret, struct bh_err *err) {
        uint32_t n_groups, n_targets, longest;
        struct bh_literals *l;

        if (!bh_str_eq(bh_cur_take(c, sizeof magic), (struct bh_str){ magic, sizeof magic }))
                return bh_fail(err, BH_E_FORMAT, "not a saved set of literals");
        n_groups = bh_cur_le32(c);
        n_targets = bh_cur_le32(c);
        longest = bh_cur_le32(c);
        if (c->bad || n_groups > c->left / 4 || n_targets > c->left / 8)
                return bh_fail(err, BH_E_FORMAT, "a saved set of literals, cut short");
        l = allocate(n_groups, n_targets);
        l->longest = longest;
        for (uint32_t i = 0; i <= n_groups; i++)
                l->first[i] = bh_cur_le32(c);
        for (uint32_t i = 0; i < n_targets; i++) {
                l->targets[i].owner = bh_cur_le32(c);
                l->targets[i].rule = bh_cur_le32(c);
        }
        *ret = l;
        return 0;
}

static bool tables_hold(const struct bh_literals *l, const struct bh_cur *c, uint32_t n_targets) {
        bool good = !c->bad && l->first[0] == 0 && l->first[l->n_groups] == n_targets;

        for (uint32_t i = 0; i < l->n_groups && good; i++)
                good = l->first[i] <= l->first[i + 1] && l->first[i + 1] <= n_targets;
        for (uint32_t i = 0; i < n_targets && good; i++)
                good = l->targets[i].owner < _BH_OWNER_MAX;
        return good;
}

int bh_literals_load(struct bh_str bytes, struct bh_literals **ret, struct bh_err *err) {
        struct bh_cur c, tail = bh_cur_of(bh_str_from(bytes, bytes.len - BH_MIN(bytes.len, (size_t) 8)));
        struct bh_literals *l = NULL;
        int r;

        bytes.len -= BH_MIN(bytes.len, (size_t) 8);
        c = bh_cur_of(bytes);
        if (bh_cur_le64(&tail) != bh_hash64(bytes) || tail.bad)
                return bh_fail(err, BH_E_FORMAT, "a saved set of literals that was changed or cut short");
        r = load_tables(&c, &l, err);
        if (r < 0)
                return r;
        if (!tables_hold(l, &c, bh_cur_le32(&(struct bh_cur){ bytes.at + 12, 4, 0, false })))
                r = bh_fail(err, BH_E_FORMAT, "a saved set of literals whose tables do not fit together");
        else if (l->n_groups)
                r = bh_automaton_load(bh_cur_rest(&c), l->n_groups, &l->automaton, err);
        if (r < 0)
                bh_literals_free(&l);
        else
                *ret = l;
        return r;
}

struct bh_literals_scratch *bh_literals_scratch_new(const struct bh_literals *l) {
        struct bh_literals_scratch *s = need(calloc(1, sizeof *s), sizeof *s);

        s->inner = l->automaton ? bh_automaton_scratch_new(l->automaton) : NULL;
        return s;
}

void bh_literals_scratch_free(struct bh_literals_scratch **s) {
        if (*s)
                bh_automaton_scratch_free(&(*s)->inner);
        free(*s);
        *s = NULL;
}

struct teller {
        const struct bh_literals *l;
        bh_literals_fn fn;
        void *user;
        size_t after, upto;
        int r;
};

static bool tell(void *user, uint32_t group, size_t end) {
        struct teller *t = user;

        if (end <= t->after || end > t->upto || group >= t->l->n_groups)
                return true;
        for (uint32_t i = t->l->first[group]; i < t->l->first[group + 1] && t->r == 0; i++)
                t->r = t->fn(t->user, (enum bh_owner) t->l->targets[i].owner, t->l->targets[i].rule, end);
        return t->r == 0;
}

int bh_literals_scan(const struct bh_literals *l, struct bh_literals_scratch *s, struct bh_str bytes, size_t after,
                     size_t upto, bh_literals_fn fn, void *user, struct bh_err *err) {
        struct teller t = { l, fn, user, after, upto, 0 };
        int r;

        if (!l->automaton || bytes.len == 0)
                return 0;
        r = bh_automaton_scan(l->automaton, s->inner, bytes, tell, &t, err);
        return r < 0 ? r : t.r;
}
