/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { HITS_MAX = 32 * 1024 }; /* what is full of literals is searched when it is told */

struct hit {
        uint32_t owner, rule;
        size_t end;
};

struct bh_ahead {
        const struct bh_literals *literals;
        struct bh_literals_scratch *scratch;
        struct hit *hits; /* all that end within the first `searched` bytes */
        size_t n_hits, room;
        size_t searched;
        bool tired; /* no more looking ahead in this text */
};

struct bh_ahead *bh_ahead_new(const struct bh_literals *literals) {
        struct bh_ahead *a = calloc(1, sizeof *a);

        if (!a)
                bh_nomem(sizeof *a);
        a->literals = literals;
        a->scratch = bh_literals_scratch_new(literals);
        return a;
}

void bh_ahead_free(struct bh_ahead **a) {
        if (!*a)
                return;
        bh_literals_scratch_free(&(*a)->scratch);
        free((*a)->hits);
        free(*a);
        *a = NULL;
}

void bh_ahead_begin(struct bh_ahead *a) {
        a->n_hits = a->searched = 0;
        a->tired = false;
}

static void make_room(struct bh_ahead *a) {
        a->room = a->room ? a->room * 2 : 256;
        a->hits = realloc(a->hits, a->room * sizeof *a->hits);
        if (!a->hits)
                bh_nomem(a->room * sizeof *a->hits);
}

static int keep(void *user, enum bh_owner owner, uint32_t rule, size_t end) {
        struct bh_ahead *a = user;

        if (a->n_hits == HITS_MAX)
                return 1;
        if (a->n_hits == a->room)
                make_room(a);
        a->hits[a->n_hits++] = (struct hit){ owner, rule, end };
        return 0;
}

/* Where a search must begin to find every literal that ends after `end`. */
static size_t start_for(const struct bh_ahead *a, size_t end) {
        return end - BH_MIN(end, bh_literals_longest(a->literals));
}

void bh_ahead_look(struct bh_ahead *a, struct bh_str bytes) {
        size_t from = start_for(a, a->searched), known = a->n_hits;

        if (a->tired || bytes.len <= a->searched)
                return;
        a->tired = bh_literals_scan(a->literals, a->scratch, bh_str_from(bytes, from), a->searched - from, SIZE_MAX, keep, a, NULL) != 0;
        if (a->tired) {
                a->n_hits = known;
                return;
        }
        for (size_t i = known; i < a->n_hits; i++)
                a->hits[i].end += from;
        a->searched = bytes.len;
}

/* Passes on what a search that began later found. */
struct shift {
        bh_literals_fn fn;
        void *user;
        size_t by;
};

static int shifted(void *user, enum bh_owner owner, uint32_t rule, size_t end) {
        const struct shift *s = user;

        return s->fn(s->user, owner, rule, end + s->by);
}

int bh_ahead_tell(struct bh_ahead *a, struct bh_str bytes, size_t after, size_t upto, bh_literals_fn fn, void *user,
                  struct bh_err *err) {
        size_t to = BH_MIN(upto, bytes.len), rest = BH_MAX(after, a->searched), from = start_for(a, rest);
        struct shift shift = { fn, user, from };
        int r = 0;

        for (size_t i = 0; i < a->n_hits && r == 0; i++)
                if (a->hits[i].end > after && a->hits[i].end <= to)
                        r = fn(user, (enum bh_owner) a->hits[i].owner, a->hits[i].rule, a->hits[i].end);
        if (r != 0 || rest >= to)
                return r;
        return bh_literals_scan(a->literals, a->scratch, bh_str_part(bytes, from, to - from), rest - from, SIZE_MAX, shifted, &shift, err);
}

void bh_ahead_pass(struct bh_ahead *a, size_t n) {
        size_t kept = 0;

        for (size_t i = 0; i < a->n_hits; i++)
                if (a->hits[i].end > n) {
                        a->hits[kept] = a->hits[i];
                        a->hits[kept++].end -= n;
                }
        a->n_hits = kept;
        a->searched -= BH_MIN(a->searched, n);
        a->tired = false;
}
