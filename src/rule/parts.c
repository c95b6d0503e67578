/* SPDX-License-Identifier: Apache-2.0 */
/* "contains" for many words at once: an automaton of Aho and Corasick (1975) over classes of bytes; for one or two, a plain search. */
#define _GNU_SOURCE /* memmem */
#include <string.h>

#include "rule/set.h"

enum { FEW = 2, STATES_MAX = 1 << 16 };

struct bh_parts {
        const struct bh_str *items;
        uint32_t n, n_classes;
        bool nocase, any;
        uint8_t class[256];
        /* (state * n_classes + class) -> twice the next state * n_classes, and 1 where that is a hit; all NULL: search one by one */
        uint16_t *narrow;
        uint32_t *next; /* of those that 16 bits do not hold */
};

struct build {
        struct bh_parts *p;
        uint32_t *fail, *queue, n_states, cap;
        bool *hit;
};

static unsigned char fold(const struct bh_parts *p, char c) {
        return (unsigned char) (p->nocase ? bh_lower(c) : c);
}

static void classify(struct bh_parts *p) {
        bool used[256] = { false };

        for (uint32_t i = 0; i < p->n; i++)
                for (size_t k = 0; k < p->items[i].len; k++)
                        used[fold(p, p->items[i].at[k])] = true;
        p->n_classes = 1; /* class 0: in none of the words */
        for (unsigned c = 0; c < 256; c++)
                if (used[c])
                        p->class[c] = (uint8_t) p->n_classes++;
        if (p->nocase)
                for (unsigned c = 'A'; c <= 'Z'; c++)
                        p->class[c] = p->class[c + 32];
}

static void insert(struct build *b, struct bh_str word) {
        uint32_t state = 0;

        for (size_t k = 0; k < word.len; k++) {
                uint32_t *to = &b->p->next[(size_t) state * b->p->n_classes + b->p->class[fold(b->p, word.at[k])]];

                if (!*to)
                        *to = b->n_states++;
                state = *to;
        }
        b->hit[state] = true;
}

/* Breadth first: where a state has no edge, it takes the one of its longest suffix. */
static void link_states(struct build *b) {
        uint32_t n = b->p->n_classes, head = 0, tail = 0;

        for (uint32_t c = 0; c < n; c++)
                if (b->p->next[c])
                        b->queue[tail++] = b->p->next[c];
        while (head < tail) {
                uint32_t s = b->queue[head++];
                uint32_t *row = b->p->next + (size_t) s * n, *back = b->p->next + (size_t) b->fail[s] * n;

                b->hit[s] |= b->hit[b->fail[s]];
                for (uint32_t c = 0; c < n; c++) {
                        if (row[c]) {
                                b->fail[row[c]] = back[c];
                                b->queue[tail++] = row[c];
                        } else
                                row[c] = back[c];
                }
        }
}

static uint32_t row_of(const struct build *b, size_t i) {
        return b->p->next[i] * b->p->n_classes * 2 + b->hit[b->p->next[i]];
}

static uint32_t *widen(struct bh_arena *arena, const struct build *b, size_t n) {
        uint32_t *next = bh_arena_array(arena, uint32_t, n);

        for (size_t i = 0; i < n; i++)
                next[i] = row_of(b, i);
        return next;
}

static void narrow(struct bh_arena *arena, const struct build *b, size_t n) {
        b->p->narrow = bh_arena_array(arena, uint16_t, n);
        for (size_t i = 0; i < n; i++)
                b->p->narrow[i] = (uint16_t) row_of(b, i);
        b->p->next = NULL;
}

static void automaton(struct bh_arena *arena, struct bh_parts *p, size_t states) {
        struct bh_arena *work = bh_arena_new();
        struct build b = { .p = p, .n_states = 1 };
        size_t n;

        classify(p);
        p->next = bh_arena_array(work, uint32_t, states * p->n_classes);
        b.fail = bh_arena_array(work, uint32_t, states);
        b.queue = bh_arena_array(work, uint32_t, states);
        b.hit = bh_arena_array(work, bool, states);
        for (uint32_t i = 0; i < p->n; i++)
                insert(&b, p->items[i]);
        link_states(&b);
        n = (size_t) b.n_states * p->n_classes; /* words with the same beginning need fewer states */
        if (2 * n > UINT16_MAX)
                p->next = widen(arena, &b, n);
        else
                narrow(arena, &b, n);
        bh_arena_free(&work);
}

const struct bh_parts *bh_parts_build(struct bh_arena *arena, const struct bh_str *items, size_t n, bool nocase) {
        struct bh_parts *p = bh_arena_make(arena, struct bh_parts);
        size_t states = 1;

        *p = (struct bh_parts){ .items = items, .n = (uint32_t) n, .nocase = nocase };
        for (size_t i = 0; i < n; i++) {
                p->any |= items[i].len == 0;
                states += items[i].len;
        }
        if (n > FEW && states < STATES_MAX && !p->any)
                automaton(arena, p, states);
        else if (nocase) { /* bh_str_find_nocase wants them in lower case */
                struct bh_str *low = bh_arena_array(arena, struct bh_str, n);

                for (size_t i = 0; i < n; i++) {
                        low[i] = bh_arena_str(arena, items[i]);
                        for (size_t k = 0; k < low[i].len; k++)
                                ((char *) low[i].at)[k] = bh_lower(low[i].at[k]);
                }
                p->items = low;
        }
        return p;
}

static bool run(const struct bh_parts *p, struct bh_str s) {
        uint32_t row = 0;

        for (size_t i = 0; i < s.len; i++) {
                uint32_t to = p->next[(row >> 1) + p->class[(unsigned char) s.at[i]]];

                if (to & 1)
                        return true;
                row = to;
        }
        return false;
}

static bool run_narrow(const struct bh_parts *p, struct bh_str s) {
        uint32_t row = 0;

        for (size_t i = 0; i < s.len; i++) {
                uint32_t to = p->narrow[(row >> 1) + p->class[(unsigned char) s.at[i]]];

                if (to & 1)
                        return true;
                row = to;
        }
        return false;
}

bool bh_parts_in(const struct bh_parts *p, struct bh_str s) {
        if (p->any)
                return true;
        if (p->narrow)
                return run_narrow(p, s);
        if (p->next)
                return run(p, s);
        for (uint32_t i = 0; i < p->n; i++)
                if (p->nocase ? bh_str_find_nocase(s, p->items[i]) >= 0
                              : s.len >= p->items[i].len && memmem(s.at, s.len, p->items[i].at, p->items[i].len))
                        return true;
        return false;
}
