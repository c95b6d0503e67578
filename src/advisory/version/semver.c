/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Semantic versions as node-semver and Go order them (https://semver.org):
 * numbers, then a version with a prerelease before the one without, then its
 * identifiers. What follows '+' does not count.
 *
 * Everything is read as loosely as node's loose mode and looser: "v", "=" and
 * blanks before, no '-' before a prerelease, and any count of numbers, missing
 * ones being 0. So "1.2" is 1.2.0, and text without a number is a prerelease
 * of 0. One thing of loose mode is left out: its expression backs up on a
 * fourth part and reads 4.17.21.0 as 4.17.2-1.0; here that is four numbers.
 */
#include <stdio.h>
#include <stdlib.h>

#include "advisory/version/parts.h"
#include "advisory/version/scheme.h"

/* Digits that a double always holds exactly; digits of the longest version node-semver takes. */
enum { DOUBLE_EXACT = 15, DOUBLE_MOST = 256 };

typedef int (*cmp_fn)(struct bh_str a, struct bh_str b);

struct semver {
        struct bh_str numbers;    /* "1.2.3" */
        struct bh_str prerelease; /* "beta.2" */
        bool tool;                /* Go's own "go1.21rc2": letters and digits are apart without a dot */
};

static bool is_prefix(char c) {
        return c == 'v' || c == '=' || bh_is_space(c);
}

static struct semver split(struct bh_str v, bool tool) {
        struct semver s = { .tool = tool };
        struct bh_str rest;

        v = bh_str_trim(v);
        bh_parts_run(&v, is_prefix);
        rest = v;
        while (bh_parts_digits(&rest).len) {
                s.numbers = (struct bh_str){ v.at, v.len - rest.len };
                if (rest.len < 2 || rest.at[0] != '.' || !bh_is_digit(rest.at[1]))
                        break;
                bh_parts_skip(&rest, 1);
        }
        rest = bh_str_from(v, s.numbers.len);
        /* "1.0.0-" has the prerelease "-", as node's loose expression would have it. */
        if (rest.len > 1 && rest.at[1] != '.' && rest.at[1] != '+')
                bh_parts_cut(&rest, '-');
        bh_str_cut(rest, '+', &s.prerelease, &rest);
        return s;
}

static int cmp_numbers(struct bh_str a, struct bh_str b) {
        struct bh_str x = { 0 }, y = { 0 };

        while (a.len || b.len) {
                int r;

                if (!bh_str_split(&a, '.', &x))
                        x.len = 0;
                if (!bh_str_split(&b, '.', &y))
                        y.len = 0;
                r = bh_parts_cmp_numbers(x, y);
                if (r)
                        return r;
        }
        return 0;
}

static bool take_identifier(struct bh_str *rest, bool tool, struct bh_str *ret) {
        if (!rest->len)
                return false;
        if (tool && bh_is_alpha(rest->at[0]))
                *ret = bh_parts_run(rest, bh_is_alpha);
        else
                return bh_str_split(rest, '.', ret);
        bh_parts_cut(rest, '.');
        return true;
}

/* JavaScript's numbers are doubles: of those beyond 2^53 node-semver holds neighbours to be the same. */
static int cmp_doubles(struct bh_str a, struct bh_str b) {
        char text[2][DOUBLE_MOST + 1];
        double x, y;

        a = bh_parts_strip_zeros(a);
        b = bh_parts_strip_zeros(b);
        if (BH_MIN(a.len, b.len) <= DOUBLE_EXACT || BH_MAX(a.len, b.len) > DOUBLE_MOST)
                return bh_parts_cmp_numbers(a, b);
        (void) snprintf(text[0], sizeof text[0], "%.*s", BH_FMT(a));
        (void) snprintf(text[1], sizeof text[1], "%.*s", BH_FMT(b));
        x = strtod(text[0], NULL);
        y = strtod(text[1], NULL);
        return (x > y) - (x < y);
}

static int cmp_identifiers(struct bh_str a, struct bh_str b, cmp_fn cmp_number) {
        bool number_a = bh_parts_number(a), number_b = bh_parts_number(b);

        if (number_a != number_b)
                return number_a ? -1 : 1;
        return number_a ? cmp_number(a, b) : bh_parts_cmp_bytes(a, b);
}

static int cmp(const struct semver *a, const struct semver *b, cmp_fn cmp_number) {
        struct bh_str pa = a->prerelease, pb = b->prerelease, x, y;
        int r = cmp_numbers(a->numbers, b->numbers);

        if (r)
                return r;
        if (!pa.len || !pb.len)
                return (pa.len == 0) - (pb.len == 0);
        for (;;) {
                bool more_a = take_identifier(&pa, a->tool, &x), more_b = take_identifier(&pb, b->tool, &y);

                if (!more_a || !more_b)
                        return (int) more_a - (int) more_b;
                r = cmp_identifiers(x, y, cmp_number);
                if (r)
                        return r;
        }
}

int bh_semver_cmp(struct bh_str a, struct bh_str b) {
        struct semver x = split(a, false), y = split(b, false);

        return cmp(&x, &y, cmp_doubles);
}

static struct semver split_go(struct bh_str v) {
        struct bh_str rest;

        v = bh_str_trim(v);
        if (!bh_str_cut_prefix(&v, BH_STR("go")))
                return split(v, false);
        /* "go1.22.1 X:boringcrypto" and "go1.21.3-fips" are still that release. */
        bh_str_cut(v, ' ', &v, &rest);
        bh_str_cut(v, '-', &v, &rest);
        return split(v, true);
}

int bh_go_cmp(struct bh_str a, struct bh_str b) {
        struct semver x = split_go(a), y = split_go(b);

        return cmp(&x, &y, bh_parts_cmp_numbers);
}

static bool in_identifier(char c) {
        return bh_is_alnum(c) || c == '-';
}

static bool leads_with_zero(struct bh_str s) {
        return s.len > 1 && s.at[0] == '0' && bh_parts_number(s);
}

/* Takes "a.b.c", each of it not empty; numbers without a leading zero where `strict`. */
static bool take_identifiers(struct bh_str *rest, bool strict) {
        do {
                struct bh_str id = bh_parts_run(rest, in_identifier);

                if (!id.len || (strict && leads_with_zero(id)))
                        return false;
        } while (bh_parts_cut(rest, '.'));
        return true;
}

static bool take_number(struct bh_str *rest, uint64_t max) {
        struct bh_str n = bh_parts_digits(rest);
        uint64_t value;

        return n.len && !leads_with_zero(n) && (!max || (bh_str_u64(n, &value) && value <= max));
}

static bool take_tail(struct bh_str *rest) {
        if (bh_parts_cut(rest, '-') && !take_identifiers(rest, true))
                return false;
        return (!bh_parts_cut(rest, '+') || take_identifiers(rest, false)) && !rest->len;
}

/* As node-semver, strictly: numbers up to 2^53 - 1, 256 bytes. */
bool bh_semver_valid(struct bh_str v) {
        const uint64_t max = (1ull << 53) - 1;

        if (v.len > 256)
                return false;
        v = bh_str_trim(v);
        bh_parts_cut(&v, 'v');
        return take_number(&v, max) && bh_parts_cut(&v, '.') && take_number(&v, max) && bh_parts_cut(&v, '.') &&
               take_number(&v, max) && take_tail(&v);
}

/* As golang.org/x/mod/semver: "v" is a must, "v1" and "v1.2" are short forms. */
bool bh_go_valid(struct bh_str v) {
        if (!bh_parts_cut(&v, 'v') || !take_number(&v, 0))
                return false;
        for (unsigned i = 0; i < 2; i++) {
                if (!v.len)
                        return true;
                if (!bh_parts_cut(&v, '.') || !take_number(&v, 0))
                        return false;
        }
        return take_tail(&v);
}
