/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content/automaton.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cur.h"

/*
 * The automaton as Aho and Corasick drew it, for machines without Hyperscan.
 * All bytes are folded to lower case on the way in; a pattern that minds case
 * is compared again where it seems to end. Bytes that no pattern has share one
 * column of the table.
 */
struct bh_automaton {
        struct bh_arena *arena;
        struct bh_automaton_pattern *patterns;
        uint32_t n_patterns, n_states, n_classes;
        uint8_t column_of[256];
        uint32_t *go;    /* n_states x n_classes */
        uint32_t *fail;  /* the longest proper suffix that is also a prefix */
        uint32_t *out;   /* the first pattern that ends here + 1 */
        uint32_t *next;  /* by pattern: another one that ends in the same state, + 1 */
        uint32_t *found; /* the nearest state along fail with an `out`, 0 for none */
};

struct bh_automaton_scratch {
        char unused;
};

static unsigned char fold(char c) {
        return (unsigned char) (c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Class 0 is every byte that no pattern has. */
static void classify(struct bh_automaton *a) {
        bool used[256] = { false };

        for (uint32_t i = 0; i < a->n_patterns; i++)
                for (size_t k = 0; k < a->patterns[i].bytes.len; k++)
                        used[fold(a->patterns[i].bytes.at[k])] = true;
        a->n_classes = 1;
        for (unsigned c = 0; c < 256; c++)
                if (used[c])
                        a->column_of[c] = (uint8_t) a->n_classes++;
        for (unsigned c = 'A'; c <= 'Z'; c++)
                a->column_of[c] = a->column_of[c + 32];
}

static uint32_t *go(const struct bh_automaton *a, uint32_t state, unsigned column) {
        return &a->go[(size_t) state * a->n_classes + column];
}

static void plant(struct bh_automaton *a, uint32_t pattern) {
        struct bh_str s = a->patterns[pattern].bytes;
        uint32_t state = 0;

        for (size_t i = 0; i < s.len; i++) {
                uint32_t *to = go(a, state, a->column_of[fold(s.at[i])]);

                if (!*to)
                        *to = a->n_states++;
                state = *to;
        }
        a->next[pattern] = a->out[state];
        a->out[state] = pattern + 1;
}

/* Breadth first, so that a state's suffix is complete before the state is. */
static void link_suffixes(struct bh_automaton *a) {
        uint32_t *queue = bh_arena_array(a->arena, uint32_t, a->n_states), head = 0, tail = 0;

        for (unsigned c = 0; c < a->n_classes; c++)
                if (*go(a, 0, c))
                        queue[tail++] = *go(a, 0, c);
        while (head < tail) {
                uint32_t s = queue[head++], f = a->fail[s];

                a->found[s] = a->out[f] ? f : a->found[f];
                for (unsigned c = 0; c < a->n_classes; c++) {
                        uint32_t *to = go(a, s, c);

                        if (*to) {
                                a->fail[*to] = *go(a, f, c);
                                queue[tail++] = *to;
                        } else
                                *to = *go(a, f, c);
                }
        }
}

int bh_automaton_build(const struct bh_automaton_pattern *patterns, uint32_t n, struct bh_automaton **ret,
                       struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_automaton *a = bh_arena_make(arena, struct bh_automaton);
        size_t states = 1;

        (void) err;
        a->arena = arena;
        a->n_patterns = n;
        a->patterns = bh_arena_array(arena, struct bh_automaton_pattern, n);
        for (uint32_t i = 0; i < n; i++) {
                a->patterns[i].bytes = bh_arena_str(arena, patterns[i].bytes);
                a->patterns[i].nocase = patterns[i].nocase;
                states += patterns[i].bytes.len;
        }
        classify(a);
        a->n_states = 1;
        a->go = bh_arena_array(arena, uint32_t, states * a->n_classes);
        a->fail = bh_arena_array(arena, uint32_t, states);
        a->out = bh_arena_array(arena, uint32_t, states);
        a->found = bh_arena_array(arena, uint32_t, states);
        a->next = bh_arena_array(arena, uint32_t, n);
        for (uint32_t i = 0; i < n; i++)
                plant(a, i);
        link_suffixes(a);
        *ret = a;
        return 0;
}

void bh_automaton_free(struct bh_automaton **a) {
        struct bh_arena *arena = *a ? (*a)->arena : NULL;

        bh_arena_free(&arena);
        *a = NULL;
}

/* The patterns alone: building is quick. */
int bh_automaton_save(const struct bh_automaton *a, struct bh_buf *out, struct bh_err *err) {
        (void) err;
        for (uint32_t i = 0; i < a->n_patterns; i++) {
                bh_buf_putc(out, a->patterns[i].nocase ? 'n' : 'c');
                bh_buf_slice(out, a->patterns[i].bytes);
        }
        return 0;
}

int bh_automaton_load(struct bh_str bytes, uint32_t n_patterns, struct bh_automaton **ret, struct bh_err *err) {
        struct bh_automaton_pattern *p = calloc((size_t) n_patterns + 1, sizeof *p);
        struct bh_cur c = bh_cur_of(bytes);
        int r;

        if (!p)
                bh_nomem(n_patterns);
        for (uint32_t i = 0; i < n_patterns && !c.bad; i++) {
                p[i].nocase = bh_cur_u8(&c) == 'n';
                p[i].bytes = bh_cur_take(&c, bh_cur_uvarint(&c));
        }
        r = c.bad || c.left ? bh_fail(err, BH_E_UNSUPPORTED, "literals saved by another kind of automaton")
                            : bh_automaton_build(p, n_patterns, ret, err);
        free(p);
        return r;
}

struct bh_automaton_scratch *bh_automaton_scratch_new(const struct bh_automaton *a) {
        struct bh_automaton_scratch *s = calloc(1, sizeof *s);

        (void) a;
        if (!s)
                bh_nomem(sizeof *s);
        return s;
}

void bh_automaton_scratch_free(struct bh_automaton_scratch **s) {
        free(*s);
        *s = NULL;
}

static bool tell(const struct bh_automaton *a, uint32_t state, struct bh_str bytes, size_t end, bh_automaton_fn fn,
                 void *user) {
        for (uint32_t p = a->out[state]; p; p = a->next[p - 1]) {
                const struct bh_automaton_pattern *pat = &a->patterns[p - 1];

                if (!pat->nocase && memcmp(bytes.at + end - pat->bytes.len, pat->bytes.at, pat->bytes.len) != 0)
                        continue;
                if (!fn(user, p - 1, end))
                        return false;
        }
        return true;
}

int bh_automaton_scan(const struct bh_automaton *a, struct bh_automaton_scratch *s, struct bh_str bytes,
                      bh_automaton_fn fn, void *user, struct bh_err *err) {
        uint32_t state = 0;

        (void) s;
        (void) err;
        for (size_t i = 0; i < bytes.len; i++) {
                state = *go(a, state, a->column_of[(unsigned char) bytes.at[i]]);
                for (uint32_t at = a->out[state] ? state : a->found[state]; at; at = a->found[at])
                        if (!tell(a, at, bytes, i + 1, fn, user))
                                return 0;
        }
        return 0;
}
