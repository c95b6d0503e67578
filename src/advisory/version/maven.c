/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maven 3.8 and 3.9: org.apache.maven.artifact.versioning.ComparableVersion,
 * https://maven.apache.org/pom.html#version-order-specification
 *
 * A version is a list of numbers and words whose last item may be a list
 * again; '-' and a change between digits and letters open one. So it is one
 * row of items, of which some are OPEN. Items that weigh nothing (0, "ga") are
 * dropped from the end of each list.
 *
 * Maven's own comparison is no order where a word that sorts after the release
 * stands against a list that sorts before it: 1.sp.2 < 1-alpha < 1 < 1.sp.2.
 * There, and only there, we differ: what sorts before the end of the list
 * sorts before what sorts after it. Maven takes any text as a version.
 */
#include "advisory/version/parts.h"
#include "advisory/version/scheme.h"
#include "base/limits.h"

enum kind { WORD, OPEN, NUMBER };

struct item {
        uint16_t at, len;
        uint8_t kind;
        uint8_t rank; /* of a WORD, see qualifiers; of a NUMBER, the class of Java integer it is held in */
        int8_t side;  /* the row from here against nothing at all: before it, the same, after it */
};

struct maven {
        struct bh_str text;
        struct item items[2 * BH_LIMIT_VERSION + 2];
        uint32_t n;
        uint32_t list; /* where the newest list begins */
};

#define RANK_RELEASE 5
#define RANK_OTHER 7
static const struct {
        const char *word;
        uint8_t rank;
} qualifiers[] = {
        { "alpha", 0 }, { "beta", 1 },  { "milestone", 2 }, { "rc", 3 },      { "cr", 3 }, { "snapshot", 4 },
        { "", 5 },      { "ga", 5 },    { "final", 5 },     { "release", 5 }, { "sp", 6 },
};

static uint8_t word_rank(struct bh_str word, bool before_digit) {
        if (before_digit && word.len == 1) {
                char c = bh_lower(word.at[0]);

                if (c == 'a' || c == 'b' || c == 'm')
                        return c == 'a' ? 0 : c == 'b' ? 1 : 2;
        }
        for (size_t i = 0; i < BH_LEN(qualifiers); i++)
                if (bh_str_eq_nocase(word, bh_str_of(qualifiers[i].word)))
                        return qualifiers[i].rank;
        return RANK_OTHER;
}

/* Maven holds numbers as int, long or BigInteger by their digits, and a wider one is greater: also 0000000000. */
static uint8_t number_class(struct bh_str *digits) {
        struct bh_str stripped = bh_parts_strip_zeros(*digits);
        size_t n = stripped.len ? stripped.len : digits->len;

        *digits = stripped;
        return n <= 9 ? 0 : n <= 18 ? 1 : 2;
}

static struct bh_str text_of(const struct maven *m, const struct item *i) {
        return (struct bh_str){ m->text.at + i->at, i->len };
}

static void add(struct maven *m, size_t from, size_t to, bool number, bool before_digit) {
        struct bh_str text = { m->text.at + from, to - from };
        struct item *i = &m->items[m->n++];

        *i = (struct item){ .kind = number ? NUMBER : WORD };
        i->rank = number ? number_class(&text) : word_rank(text, before_digit);
        i->at = (uint16_t) (text.at - m->text.at);
        i->len = (uint16_t) text.len;
}

static void open_list(struct maven *m) {
        m->items[m->n++] = (struct item){ .kind = OPEN };
        m->list = m->n;
}

/* A number or word ends at `to`; nothing between two separators is a 0. */
static void end_part(struct maven *m, size_t from, size_t to, bool number) {
        add(m, from, to, number || from == to, false);
}

/* Splits the text into items; the lists are not yet trimmed. */
static void split(struct maven *m) {
        size_t from = 0;
        bool number = false;

        for (size_t i = 0; i < m->text.len; i++) {
                char c = m->text.at[i];

                if (c == '.' || c == '-') {
                        end_part(m, from, i, number);
                        from = i + 1;
                        if (c == '-')
                                open_list(m);
                } else if (bh_is_digit(c)) {
                        if (!number && i > from) {
                                if (m->n > m->list)
                                        open_list(m);
                                add(m, from, i, false, true);
                                open_list(m);
                                from = i;
                        }
                        number = true;
                } else {
                        if (number && i > from) {
                                add(m, from, i, true, false);
                                open_list(m);
                                from = i;
                        }
                        number = false;
                }
        }
        if (m->text.len > from) {
                if (!number && m->n > m->list)
                        open_list(m);
                end_part(m, from, m->text.len, number);
        }
}

static bool weighs_nothing(const struct item *i) {
        return i->kind == NUMBER ? i->len == 0 : i->kind == WORD && i->rank == RANK_RELEASE;
}

/*
 * Drops what weighs nothing from the end of each list, and lists left empty;
 * then says of each item on which side of nothing the row from there is.
 * Items that stay move to the end of the array, then back to its beginning.
 */
static void trim(struct maven *m) {
        uint32_t to = m->n, total = m->n;
        bool trailing = true;
        int8_t side = 0;

        for (uint32_t i = m->n; i-- > 0;) {
                struct item item = m->items[i];

                if (item.kind == OPEN) {
                        trailing = true;
                        if (to == total)
                                continue; /* an empty list at the very end */
                } else if (trailing && weighs_nothing(&item)) {
                        continue;
                } else {
                        trailing = false;
                        if (item.kind == NUMBER && item.len)
                                side = 1;
                        else if (item.kind == WORD && item.rank != RANK_RELEASE)
                                side = item.rank < RANK_RELEASE ? -1 : 1;
                }
                item.side = side;
                m->items[--to] = item;
        }
        m->n = total - to;
        memmove(m->items, m->items + to, m->n * sizeof m->items[0]);
}

static void parse(struct maven *m, struct bh_str v) {
        m->text = v;
        m->n = m->list = 0;
        split(m);
        trim(m);
}

/* Where an item sorts among all that can stand in its place; the end of the list is 0. */
static int place(const struct maven *m, uint32_t i) {
        const struct item *item = &m->items[i];
        int weight;

        if (i >= m->n)
                return 0;
        weight = item->kind == NUMBER ? 4 : item->kind == OPEN ? 3 : item->rank == RANK_RELEASE ? 1 : 2;
        if (item->side >= 0)
                return weight;
        /* before the end: words, then "ga", then lists, then zeros */
        return item->kind == NUMBER ? -1 : item->kind == OPEN ? -2 : item->rank == RANK_RELEASE ? -3 : -4;
}

static int cmp_items(const struct maven *a, const struct maven *b, uint32_t i) {
        const struct item *x = &a->items[i], *y = &b->items[i];

        if (x->kind == OPEN)
                return 0;
        if (x->rank != y->rank)
                return x->rank < y->rank ? -1 : 1;
        if (x->kind == NUMBER)
                return bh_parts_cmp_numbers(text_of(a, x), text_of(b, y));
        return x->rank == RANK_OTHER ? bh_parts_cmp_nocase(text_of(a, x), text_of(b, y)) : 0;
}

int bh_maven_cmp(struct bh_str a, struct bh_str b) {
        struct maven x, y;

        parse(&x, a);
        parse(&y, b);
        for (uint32_t i = 0; i < x.n || i < y.n; i++) {
                int r = bh_sign((long) place(&x, i) - (long) place(&y, i));

                if (r == 0)
                        r = cmp_items(&x, &y, i);
                if (r)
                        return r;
        }
        return 0;
}

bool bh_maven_valid(struct bh_str v) {
        return v.len > 0;
}
