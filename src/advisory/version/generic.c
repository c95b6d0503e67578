/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For what has no scheme of its own, such as products recognised in binaries:
 * runs of digits and runs of letters; all else only separates them. At any
 * place sorts, lowest first: '~', a word that announces a release ("rc"), the
 * end, another word ("1.0.2k"), a number. Zeros that end a run of numbers do
 * not count: 1.0 = 1.0.0.
 */
#include "advisory/version/parts.h"
#include "advisory/version/scheme.h"

enum next { TILDE, DEV, SNAPSHOT, ALPHA, BETA, MILESTONE, PRE, RC, END, WORD, NUMBER };

static const struct {
        const char *word;
        enum next next;
} words[] = {
        { "dev", DEV },   { "snapshot", SNAPSHOT }, { "alpha", ALPHA }, { "beta", BETA }, { "milestone", MILESTONE },
        { "pre", PRE },   { "preview", PRE },       { "rc", RC },       { "cr", RC },
};

static enum next word_kind(struct bh_str word) {
        for (size_t i = 0; i < BH_LEN(words); i++)
                if (bh_str_eq_nocase(word, bh_str_of(words[i].word)))
                        return words[i].next;
        return WORD;
}

static enum next take_one(struct bh_str *s, struct bh_str *ret) {
        while (s->len && !bh_is_alnum(s->at[0]) && s->at[0] != '~')
                bh_parts_skip(s, 1);
        *ret = (struct bh_str){ 0 };
        if (!s->len)
                return END;
        if (bh_parts_cut(s, '~'))
                return TILDE;
        *ret = bh_parts_run(s, bh_is_digit(s->at[0]) ? bh_is_digit : bh_is_alpha);
        return bh_is_digit(ret->at[0]) ? NUMBER : word_kind(*ret);
}

/* One part; a run of zeros that no other number follows is passed over. */
static enum next take(struct bh_str *s, struct bh_str *ret) {
        struct bh_str ahead, later;
        enum next next = take_one(s, ret), after;

        if (next != NUMBER || bh_parts_strip_zeros(*ret).len)
                return next;
        ahead = *s;
        do {
                after = take_one(&ahead, &later);
        } while (after == NUMBER && !bh_parts_strip_zeros(later).len);
        if (after == NUMBER)
                return NUMBER;
        *s = ahead;
        *ret = later;
        return after;
}

int bh_generic_cmp(struct bh_str a, struct bh_str b) {
        if (a.len > 1 && bh_lower(a.at[0]) == 'v' && bh_is_digit(a.at[1]))
                bh_parts_skip(&a, 1);
        if (b.len > 1 && bh_lower(b.at[0]) == 'v' && bh_is_digit(b.at[1]))
                bh_parts_skip(&b, 1);
        for (;;) {
                struct bh_str x, y;
                enum next nx = take(&a, &x), ny = take(&b, &y);
                int r = 0;

                if (nx != ny)
                        return nx < ny ? -1 : 1;
                if (nx == END)
                        return 0;
                if (nx == NUMBER)
                        r = bh_parts_cmp_numbers(x, y);
                else if (nx == WORD)
                        r = bh_parts_cmp_nocase(x, y);
                if (r)
                        return r;
        }
}

/* Anything with a digit in it. */
bool bh_generic_valid(struct bh_str v) {
        for (size_t i = 0; i < v.len; i++)
                if (bh_is_digit(v.at[i]))
                        return true;
        return false;
}
