/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Composer: what VersionParser::normalize makes of it, compared as PHP's
 * version_compare would:
 *
 *     1.2 -> 1.2.0.0   1.0-b2 -> 1.0.0.0-beta2   1.x-dev -> 1.9999999.9999999.9999999-dev   2010-01-02 -> 2010.01.02
 *
 * At any place sorts, lowest first: an unknown word, dev, alpha, beta, RC, the
 * end, a number, patch. Branches ("dev-main") come before all versions, in the
 * order of their names; then what Composer refuses, in the generic order.
 */
#include "advisory/version/parts.h"
#include "advisory/version/scheme.h"

enum next { UNKNOWN, DEV, ALPHA, BETA, RC, END, NUMBER, PATCH };
enum kind { BRANCH, INVALID, VERSION };

struct composer {
        enum kind kind;
        struct bh_str text;    /* of a BRANCH its name, of a VERSION its numbers */
        unsigned pad_to;       /* how many numbers there are at least */
        bool pad_high;         /* missing ones and 'x' are 9999999, else 0 */
        enum next stability;   /* END: none */
        struct bh_str counter; /* the numbers after the stability */
        bool dev;
};

static const struct {
        const char *word;
        enum next next;
} stabilities[] = {
        { "stable", UNKNOWN }, { "beta", BETA },   { "b", BETA },   { "rc", RC },    { "alpha", ALPHA },
        { "a", ALPHA },        { "patch", PATCH }, { "pl", PATCH }, { "p", PATCH },
};

static bool take_one_of(struct bh_str *s, const char *set) {
        if (!s->len || !s->at[0] || !strchr(set, s->at[0]))
                return false;
        bh_parts_skip(s, 1);
        return true;
}

/* "([.-]?dev)?" to the end. */
static bool take_dev(struct bh_str s, struct composer *c) {
        if (!s.len)
                return true;
        take_one_of(&s, ".-");
        c->dev = bh_parts_cut_word(&s, "dev");
        return c->dev && !s.len;
}

/* "([.-]?N)*" */
static struct bh_str take_counter(struct bh_str *s) {
        struct bh_str rest = *s, ret;

        for (;;) {
                struct bh_str ahead = rest;

                take_one_of(&ahead, ".-");
                if (!bh_parts_digits(&ahead).len)
                        break;
                rest = ahead;
        }
        ret = (struct bh_str){ s->at, s->len - rest.len };
        *s = rest;
        return ret;
}

/* What may follow the numbers: "[._-]?(stability counter?)?([.-]?dev)?". */
static bool take_modifier(struct bh_str s, struct composer *c) {
        c->stability = END;
        c->counter = (struct bh_str){ 0 };
        c->dev = false;
        take_one_of(&s, "._-");
        for (size_t i = 0; i < BH_LEN(stabilities); i++) {
                bool exactly = bh_str_starts(s, BH_STR("stable"));

                if (!bh_parts_cut_word(&s, stabilities[i].word))
                        continue;
                c->counter = take_counter(&s);
                c->stability = stabilities[i].next;
                if (!take_dev(s, c))
                        return false;
                if (exactly) { /* "stable" ends the version; "Stable" is a word that PHP does not know */
                        c->stability = END;
                        c->counter = (struct bh_str){ 0 };
                        c->dev = false;
                }
                return true;
        }
        return take_dev(s, c);
}

static bool take_classic(struct bh_str v, struct composer *c) {
        struct bh_str rest = v, first = bh_parts_digits(&rest);

        if (first.len < 1 || first.len > 5)
                return false;
        for (unsigned i = 1; i < 4 && rest.len > 1 && rest.at[0] == '.' && bh_is_digit(rest.at[1]); i++) {
                bh_parts_skip(&rest, 1);
                bh_parts_digits(&rest);
        }
        c->text = (struct bh_str){ v.at, v.len - rest.len };
        c->pad_to = 4;
        return take_modifier(rest, c);
}

static bool take_exactly(struct bh_str *s, size_t n) {
        if (s->len < n || !bh_parts_all(bh_str_part(*s, 0, n), bh_is_digit))
                return false;
        bh_parts_skip(s, n);
        return true;
}

static bool end_date(struct bh_str v, struct bh_str rest, struct composer *c) {
        c->text = (struct bh_str){ v.at, v.len - rest.len };
        c->pad_to = 0;
        return take_modifier(rest, c);
}

/* After the year: "([.:-]?NN){1,6}([.:-]?N{1,3})?", the longest first, as a backtracking expression finds it. */
static bool take_date_rest(struct bh_str v, struct bh_str rest, unsigned groups, struct composer *c) {
        struct bh_str ahead = rest;

        take_one_of(&ahead, ".:-");
        if (groups < 6) {
                struct bh_str two = ahead;

                if (take_exactly(&two, 2) && take_date_rest(v, two, groups + 1, c))
                        return true;
        }
        if (groups == 0)
                return false;
        for (size_t n = 3; n > 0; n--) {
                struct bh_str last = ahead;

                if (take_exactly(&last, n) && end_date(v, last, c))
                        return true;
        }
        return end_date(v, rest, c);
}

static bool take_date(struct bh_str v, struct composer *c) {
        struct bh_str rest = v;

        return take_exactly(&rest, 4) && take_date_rest(v, rest, 0, c);
}

/* "1.x-dev": a branch named by numbers. */
static bool take_numeric_branch(struct bh_str v, struct composer *c) {
        struct bh_str rest;

        if (v.len < 3 || !bh_str_eq_nocase(bh_str_from(v, v.len - 3), BH_STR("dev")))
                return false;
        v.len -= 3;
        if (v.len && (v.at[v.len - 1] == '.' || v.at[v.len - 1] == '-'))
                v.len--;
        v = bh_str_trim(v);
        bh_parts_cut_word(&v, "v");
        rest = v;
        if (!bh_parts_digits(&rest).len)
                return false;
        for (unsigned i = 1; i < 4 && bh_parts_cut(&rest, '.'); i++)
                if (!bh_parts_digits(&rest).len && !take_one_of(&rest, "xX*"))
                        return false;
        *c = (struct composer){ .kind = VERSION, .text = v, .pad_to = 4, .pad_high = true, .stability = END, .dev = true };
        return !rest.len;
}

static bool in_name(char c) {
        return c != ',' && !bh_is_space(c);
}

/* "1.0 as 2.0" is 1.0. */
static struct bh_str cut_alias(struct bh_str v) {
        struct bh_str rest = v, name = bh_parts_run(&rest, in_name);
        size_t blanks = 0;

        while (bh_parts_cut(&rest, ' '))
                blanks++;
        if (!name.len || !blanks || !bh_str_cut_prefix(&rest, BH_STR("as ")))
                return v;
        while (bh_parts_cut(&rest, ' '))
                ;
        return rest.len && bh_parts_all(rest, in_name) ? name : v;
}

static struct bh_str cut_flag(struct bh_str v) {
        static const char *const flags[] = { "stable", "rc", "beta", "alpha", "dev" };
        ptrdiff_t at = bh_str_rchr(v, '@');

        for (size_t i = 0; at >= 0 && i < BH_LEN(flags); i++)
                if (bh_str_eq_nocase(bh_str_from(v, (size_t) at + 1), bh_str_of(flags[i])))
                        return bh_str_part(v, 0, (size_t) at);
        return v;
}

static bool not_space(char c) {
        return !bh_is_space(c);
}

static struct bh_str cut_build(struct bh_str v) {
        struct bh_str left, right;

        if (!bh_str_cut(v, '+', &left, &right) || !left.len || !right.len || !bh_parts_all(left, in_name) ||
            !bh_parts_all(right, not_space))
                return v;
        return left;
}

static struct composer parse(struct bh_str v) {
        struct composer c = { .kind = VERSION };
        struct bh_str number;

        v = cut_flag(cut_alias(bh_str_trim(v)));
        if (bh_str_is(v, "master") || bh_str_is(v, "trunk") || bh_str_is(v, "default"))
                return (struct composer){ .kind = BRANCH, .text = v };
        if (bh_parts_cut_word(&v, "dev-"))
                return (struct composer){ .kind = BRANCH, .text = v };
        v = cut_build(v);
        number = v;
        bh_parts_cut_word(&number, "v");
        if (take_classic(number, &c) || take_date(number, &c))
                return c;
        if (take_numeric_branch(v, &c))
                return c;
        return (struct composer){ .kind = INVALID, .text = v };
}

/* A walk over the parts of a VERSION in the order they are compared. */
struct walk {
        struct composer c;
        unsigned taken;
        bool past_stability;
};

static bool take_number(struct walk *w, struct bh_str *ret) {
        struct bh_str *s = w->past_stability ? &w->c.counter : &w->c.text;

        while (s->len && !bh_is_digit(s->at[0])) {
                char c = s->at[0];

                bh_parts_skip(s, 1);
                if (w->c.pad_high && c != '.') {
                        *ret = BH_STR("9999999");
                        return true;
                }
        }
        if (s->len) {
                *ret = bh_parts_digits(s);
                return true;
        }
        *ret = w->c.pad_high ? BH_STR("9999999") : BH_STR("0");
        return !w->past_stability && w->taken < w->c.pad_to;
}

static enum next take(struct walk *w, struct bh_str *ret) {
        if (take_number(w, ret)) {
                w->taken++;
                return NUMBER;
        }
        if (!w->past_stability && w->c.stability != END) {
                w->past_stability = true;
                return w->c.stability;
        }
        if (w->c.dev) {
                w->c.dev = false;
                return DEV;
        }
        return END;
}

/* PHP reads a number into a long: all that do not fit are the greatest there is. */
static struct bh_str as_long(struct bh_str digits) {
        struct bh_str most = BH_STR("9223372036854775807");

        digits = bh_parts_strip_zeros(digits);
        return digits.len > most.len || (digits.len == most.len && bh_str_cmp(digits, most) > 0) ? most : digits;
}

int bh_composer_cmp(struct bh_str a, struct bh_str b) {
        struct walk x = { .c = parse(a) }, y = { .c = parse(b) };

        if (x.c.kind != y.c.kind)
                return x.c.kind < y.c.kind ? -1 : 1;
        if (x.c.kind != VERSION)
                return x.c.kind == BRANCH ? bh_parts_cmp_bytes(x.c.text, y.c.text) : bh_generic_cmp(x.c.text, y.c.text);
        for (;;) {
                struct bh_str p, q;
                enum next nx = take(&x, &p), ny = take(&y, &q);
                int r;

                if (nx != ny)
                        return nx < ny ? -1 : 1;
                if (nx == END)
                        return 0;
                r = nx == NUMBER ? bh_parts_cmp_numbers(as_long(p), as_long(q)) : 0;
                if (r)
                        return r;
        }
}

bool bh_composer_valid(struct bh_str v) {
        return parse(v).kind != INVALID;
}
