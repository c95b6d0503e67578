/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apk-tools 3: number{.number}[letter]{_suffix[number]}[~hash][-rnumber], see
 * "Package version" in apk-package(5).
 *
 * The kinds of part sort in the order of enum kind. What is malformed sorts as
 * if a part MALFORMED stood there and nothing after it, as apk does: just
 * before the end. So any text has its place.
 */
#include "advisory/version/parts.h"
#include "advisory/version/scheme.h"

enum kind { PRERELEASE, MALFORMED, END, REVISION, HASH, SUFFIX_NUMBER, SUFFIX, LETTER, NUMBER, FIRST };

struct part {
        enum kind kind;
        struct bh_str text;
        unsigned rank; /* of a suffix */
};

static const char *const suffixes[] = { "alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p" };
#define FIRST_POST 4

static enum kind digits(struct bh_str *rest, struct part *p, enum kind kind) {
        p->text = bh_parts_digits(rest);
        return p->text.len ? kind : MALFORMED;
}

static enum kind suffix(struct bh_str *rest, struct part *p) {
        p->text = bh_parts_run(rest, bh_is_lower);
        for (p->rank = 0; p->rank < BH_LEN(suffixes); p->rank++)
                if (bh_str_is(p->text, suffixes[p->rank]))
                        return p->rank < FIRST_POST ? PRERELEASE : SUFFIX;
        return MALFORMED;
}

static bool is_hex(char c) {
        return bh_is_digit(c) || (bh_lower(c) >= 'a' && bh_lower(c) <= 'f');
}

static bool is_suffix(enum kind k) {
        return k == SUFFIX || k == PRERELEASE;
}

/* Which part follows one of kind `before`; nothing follows END and MALFORMED. */
static enum kind next(struct bh_str *rest, enum kind before, struct part *p) {
        bool numeric = before == FIRST || before == NUMBER;
        char c = bh_parts_peek(*rest);

        if (!rest->len)
                return END;
        if (bh_is_lower(c) && numeric) {
                p->text = bh_str_part(*rest, 0, 1);
                bh_parts_skip(rest, 1);
                return LETTER;
        }
        if (c == '.' && numeric) {
                bh_parts_skip(rest, 1);
                return digits(rest, p, NUMBER);
        }
        if (bh_is_digit(c) && is_suffix(before))
                return digits(rest, p, SUFFIX_NUMBER);
        if (c == '_' && before != HASH && before != REVISION) {
                bh_parts_skip(rest, 1);
                return suffix(rest, p);
        }
        if (c == '~' && before != HASH && before != REVISION) {
                bh_parts_skip(rest, 1);
                p->text = bh_parts_run(rest, is_hex);
                return p->text.len ? HASH : MALFORMED;
        }
        if (before != REVISION && bh_str_cut_prefix(rest, BH_STR("-r")))
                return digits(rest, p, REVISION);
        return MALFORMED;
}

static int cmp_same_kind(const struct part *a, const struct part *b) {
        switch (a->kind) {
        case PRERELEASE:
        case SUFFIX:
                return bh_sign((long) a->rank - (long) b->rank);
        case NUMBER: /* a fraction when a zero leads: 1.05 < 1.1 */
                if (bh_parts_is(a->text, '0') || bh_parts_is(b->text, '0'))
                        return bh_parts_cmp_bytes(a->text, b->text);
                return bh_parts_cmp_numbers(a->text, b->text);
        case LETTER:
        case HASH:
                return bh_parts_cmp_bytes(a->text, b->text);
        default:
                return bh_parts_cmp_numbers(a->text, b->text);
        }
}

int bh_apk_cmp(struct bh_str a, struct bh_str b) {
        struct part x = { 0 }, y = { 0 };

        x.kind = digits(&a, &x, FIRST);
        y.kind = digits(&b, &y, FIRST);
        while (x.kind == y.kind && x.kind != END && x.kind != MALFORMED) {
                int r = cmp_same_kind(&x, &y);

                if (r)
                        return r;
                x.kind = next(&a, x.kind, &x);
                y.kind = next(&b, y.kind, &y);
        }
        return bh_sign((long) x.kind - (long) y.kind);
}

bool bh_apk_valid(struct bh_str v) {
        struct part p = { 0 };

        p.kind = digits(&v, &p, FIRST);
        while (p.kind != END && p.kind != MALFORMED)
                p.kind = next(&v, p.kind, &p);
        return p.kind == END;
}
