/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed/safe.h"

/* One part of a version: its number, and what follows it ("37-0": 37, "-0"). False when it begins with no digit. */
static bool number_of(struct bh_str part, uint64_t *ret, struct bh_str *ret_rest) {
        size_t n = 0;

        while (n < part.len && bh_is_digit(part.at[n]))
                n++;
        *ret_rest = bh_str_from(part, n);
        return bh_str_u64(bh_str_part(part, 0, n), ret);
}

/* Enough to put the publisher's own bounds in a row: a missing part is 0, a pre-release stands before its release. */
static int order(struct bh_str a, struct bh_str b) {
        struct bh_str x, y, more_x, more_y;

        while (a.len || b.len) {
                uint64_t m = 0, n = 0;
                bool word_x, word_y;
                int r;

                x = y = BH_STR("0");
                (void) bh_str_split(&a, '.', &x);
                (void) bh_str_split(&b, '.', &y);
                word_x = !number_of(x, &m, &more_x);
                word_y = !number_of(y, &n, &more_y);
                r = word_x != word_y ? (int) word_y - (int) word_x : (m > n) - (m < n);
                if (r == 0 && (more_x.len > 0) != (more_y.len > 0))
                        r = more_x.len ? -1 : 1;
                if (r == 0)
                        r = bh_str_cmp(more_x, more_y);
                if (r)
                        return r;
        }
        return 0;
}

/* "~> 4.2.9, >= 4.2.9.1": terms that hold together. */
static struct bh_str three_numbers(struct bh_arena *arena, struct bh_str v) {
        size_t dots = 0;

        for (size_t i = 0; i < v.len; i++) {
                if (v.at[i] == '-' || v.at[i] == '+')
                        return v;
                dots += v.at[i] == '.';
        }
        for (; v.len && dots < 2; dots++)
                v = bh_arena_cat(arena, v, BH_STR(".0"));
        return v;
}

/* The smallest version behind v: gems go on for ever, SemVer's next is the next patch's first pre-release. */
static struct bh_str after(struct bh_arena *arena, struct bh_str v, bool semver) {
        struct bh_str head;
        uint64_t n;
        ptrdiff_t dot;

        if (!semver)
                return bh_arena_cat(arena, v, BH_STR(".0.0.1"));
        v = three_numbers(arena, v);
        dot = bh_str_rchr(v, '.');
        if (dot < 0 || !bh_str_u64(bh_str_from(v, (size_t) dot + 1), &n) || n == UINT64_MAX)
                return bh_arena_cat(arena, v, BH_STR(".0")); /* behind a pre-release comes a longer one */
        head = bh_str_part(v, 0, (size_t) dot);
        return bh_arena_printf(arena, "%.*s.%llu-0", BH_FMT(head), (unsigned long long) n + 1);
}

void bh_safe_add(struct bh_arena *arena, struct bh_str text, bool semver, bh_safe_stretches *out) {
        struct bh_safe_stretch s = { 0 };
        struct bh_str term;

        while (bh_str_split(&text, ',', &term)) {
                struct bh_feed_terms t = { 0 };

                term = bh_str_trim(term);
                if (semver && term.len && bh_is_digit(term.at[0])) /* Cargo reads "1.2" as "^1.2" */
                        term = bh_arena_cat(arena, BH_STR("^"), term);
                if (!bh_feed_term(arena, term, &t))
                        return;
                if (t.exact.len) { /* one safe version, and the next one is not known to be */
                        t.from = t.exact;
                        t.below = after(arena, t.exact, semver);
                }
                if (t.upto.len)
                        t.below = after(arena, t.upto, semver);
                if (t.above)
                        t.from = after(arena, t.from, semver);
                if (t.from.len && (!s.from.len || order(t.from, s.from) > 0))
                        s.from = t.from;
                if (t.below.len && (!s.below.len || order(t.below, s.below) < 0))
                        s.below = t.below;
        }
        if (semver) {
                s.from = three_numbers(arena, s.from);
                s.below = three_numbers(arena, s.below);
        }
        if (s.from.len || s.below.len)
                *bh_vec_add(arena, out) = s;
}

static void sort(bh_safe_stretches *list) {
        for (size_t i = 1; i < list->len; i++)
                for (size_t k = i; k > 0; k--) {
                        struct bh_safe_stretch *a = &list->at[k - 1], *b = &list->at[k], swap = *a;

                        if (!b->from.len ? !a->from.len : a->from.len ? order(a->from, b->from) <= 0 : true)
                                break;
                        *a = *b;
                        *b = swap;
                }
}

/* What lies between the safe stretches. */
void bh_safe_invert(struct bh_arena *arena, bh_safe_stretches *safe, bh_feed_ranges *out) {
        struct bh_str at = { 0 }; /* everything below is accounted for */

        sort(safe);
        for (size_t i = 0; i < safe->len; i++) {
                const struct bh_safe_stretch *s = &safe->at[i];

                if (s->from.len && (!at.len || order(s->from, at) > 0))
                        bh_feed_add_range(arena, out, at, s->from, BH_STR(""));
                if (!s->below.len)
                        return;
                if (!at.len || order(s->below, at) > 0)
                        at = s->below;
        }
        bh_feed_add_range(arena, out, at, BH_STR(""), BH_STR(""));
}
