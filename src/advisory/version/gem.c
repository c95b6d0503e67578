/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RubyGems, as Gem::Version: runs of digits and runs of letters, a '-' reads
 * as ".pre.", a word sorts before any number and missing parts are 0; zeros
 * before the first word do not count ("1.0.a" is "1.a").
 *
 * Any other byte only separates parts, so text that Ruby refuses has its place.
 */
#include "advisory/version/parts.h"
#include "advisory/version/scheme.h"

struct walk {
        struct bh_str rest;
        bool word_seen;
};

/* Empty at the end. */
static struct bh_str take_one(struct bh_str *s) {
        while (s->len && !bh_is_alnum(s->at[0])) {
                bool dash = s->at[0] == '-';

                bh_parts_skip(s, 1);
                if (dash)
                        return BH_STR("pre");
        }
        if (!s->len)
                return (struct bh_str){ 0 };
        return bh_parts_run(s, bh_is_digit(s->at[0]) ? bh_is_digit : bh_is_alpha);
}

static bool is_zero(struct bh_str s) {
        return bh_parts_number(s) && !bh_parts_strip_zeros(s).len;
}

static struct bh_str take(struct walk *w) {
        struct bh_str part = take_one(&w->rest), ahead = w->rest, later;

        if (!w->word_seen && is_zero(part)) {
                do {
                        later = take_one(&ahead);
                } while (is_zero(later));
                if (!bh_parts_number(later)) {
                        part = later;
                        w->rest = ahead;
                }
        }
        if (!bh_parts_number(part))
                w->word_seen = true;
        return part;
}

int bh_gem_cmp(struct bh_str a, struct bh_str b) {
        struct walk x = { .rest = a }, y = { .rest = b };

        for (;;) {
                struct bh_str p = take(&x), q = take(&y);
                bool word_p = p.len && !bh_is_digit(p.at[0]), word_q = q.len && !bh_is_digit(q.at[0]);
                int r;

                if (!p.len && !q.len)
                        return 0;
                if (word_p != word_q)
                        return word_p ? -1 : 1;
                r = word_p ? bh_parts_cmp_bytes(p, q) : bh_parts_cmp_numbers(p, q);
                if (r)
                        return r;
        }
}

static bool in_prerelease(char c) {
        return bh_is_alnum(c) || c == '-';
}

static struct bh_str trim(struct bh_str s) {
        bh_parts_run(&s, bh_is_space);
        while (s.len && bh_is_space(s.at[s.len - 1]))
                s.len--;
        return s;
}

/* N(.alnum)*[-alnum(.alnum)*], or nothing at all, which is 0. */
bool bh_gem_valid(struct bh_str v) {
        v = trim(v);
        if (!v.len)
                return true;
        if (!bh_parts_digits(&v).len)
                return false;
        while (bh_parts_cut(&v, '.'))
                if (!bh_parts_run(&v, bh_is_alnum).len)
                        return false;
        if (!bh_parts_cut(&v, '-'))
                return !v.len;
        do {
                if (!bh_parts_run(&v, in_prerelease).len)
                        return false;
        } while (bh_parts_cut(&v, '.'));
        return !v.len;
}
