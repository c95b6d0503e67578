/* SPDX-License-Identifier: Apache-2.0 */
#include "base/near.h"

#include <string.h>

enum { WORD_MAX = 64 };

static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
}

static unsigned min3(unsigned a, unsigned b, unsigned c) {
        unsigned m = a < b ? a : b;

        return m < c ? m : c;
}

/* Edits (of a letter, or a swap of two neighbours) that turn a into b: the optimal string alignment distance. */
static unsigned distance(struct bh_str a, struct bh_str b) {
        unsigned rows[3][WORD_MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2], *spare;

        memset(rows, 0, sizeof rows);
        for (unsigned j = 0; j <= b.len; j++)
                last[j] = j;
        for (unsigned i = 1; i <= a.len; i++) {
                row[0] = i;
                for (unsigned j = 1; j <= b.len; j++) {
                        char x = lower(a.at[i - 1]), y = lower(b.at[j - 1]);

                        row[j] = min3(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y));
                        if (i > 1 && j > 1 && x == lower(b.at[j - 2]) && lower(a.at[i - 2]) == y)
                                row[j] = BH_MIN(row[j], before[j - 2] + 1);
                }
                spare = before;
                before = last;
                last = row;
                row = spare;
        }
        return last[b.len];
}

const char *bh_nearest(struct bh_str word, const char *const *known, size_t n) {
        unsigned best = (unsigned) (BH_MIN(word.len, (size_t) WORD_MAX) / 3 + 1);
        const char *ret = NULL;

        if (word.len == 0 || word.len > WORD_MAX)
                return NULL;
        for (size_t i = 0; i < n; i++) {
                struct bh_str k = bh_str_of(known[i]);
                unsigned d = k.len <= WORD_MAX ? distance(word, k) : best;

                if (d < best) {
                        best = d;
                        ret = known[i];
                }
        }
        return ret;
}
