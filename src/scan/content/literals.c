/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content/literals.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cur.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"
#include "fmt/digest.h"
#include "scan/content/automaton.h"

/* What this file does is the bookkeeping around an automaton: which owners want to hear of which literal. */

enum { LITERAL_MIN = 2, LITERAL_MAX = 255 };

static const char magic[8] = "BHLIT\2\0";

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
        char key[BH_DIGEST_TEXT_MAX]; /* "sha256:..." of the patterns: what an automaton is for */
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

static void name_patterns(struct bh_literals *l, const struct bh_automaton_pattern *p, uint32_t n) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        BH_CLEANUP(bh_buf_done) struct bh_buf all = { 0 };
        struct bh_str digest;

        for (uint32_t i = 0; i < n; i++) {
                bh_buf_putc(&all, p[i].nocase ? 'n' : 'c');
                bh_buf_slice(&all, p[i].bytes);
        }
        digest = bh_digest_sha256(scratch, bh_buf_str(&all));
        memcpy(l->key, digest.at, BH_MIN(digest.len, sizeof l->key));
}

/* The automaton of exactly these patterns out of what was saved; 0: it is not in there. */
static int take_saved(struct bh_literals *l, struct bh_str saved) {
        struct bh_cur c = bh_cur_of(saved);
        struct bh_err why = BH_ERR_NONE;
        struct bh_str key, rest;
        uint64_t hash;

        if (!bh_str_eq(bh_cur_take(&c, sizeof magic), (struct bh_str){ magic, sizeof magic }))
                return 0;
        hash = bh_cur_le64(&c);
        key = bh_cur_take(&c, sizeof l->key);
        rest = bh_cur_rest(&c);
        if (c.bad || !bh_str_eq(key, (struct bh_str){ l->key, sizeof l->key }) || bh_hash64(rest) != hash)
                return 0;
        return bh_automaton_load(rest, l->n_groups, &l->automaton, &why) == 0; /* of another processor: as if it were not there */
}

int bh_literals_build_from(const struct bh_literals_builder *b, struct bh_str saved, struct bh_literals **ret, struct bh_err *err) {
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
        name_patterns(l, patterns, n);
        if (n)
                r = take_saved(l, saved);
        if (n && r == 0)
                r = bh_automaton_build(patterns, n, &l->automaton, err);
        free(patterns);
        if (r < 0)
                bh_literals_free(&l);
        else
                *ret = l;
        return r;
}

int bh_literals_build(const struct bh_literals_builder *b, struct bh_literals **ret, struct bh_err *err) {
        return bh_literals_build_from(b, (struct bh_str){ 0 }, ret, err);
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

/* magic, a hash against accidents, the key of the patterns, the automaton. */
int bh_literals_save(const struct bh_literals *l, struct bh_buf *out, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf automaton = { 0 };
        int r = l->automaton ? bh_automaton_save(l->automaton, &automaton, err) : 0;

        if (r < 0)
                return r;
        bh_buf_add(out, (struct bh_str){ magic, sizeof magic });
        bh_buf_le64(out, bh_hash64(bh_buf_str(&automaton)));
        bh_buf_add(out, (struct bh_str){ l->key, sizeof l->key });
        bh_buf_add(out, bh_buf_str(&automaton));
        return 0;
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
