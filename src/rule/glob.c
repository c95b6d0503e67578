/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/glob.h"

#include <ctype.h>
#include <string.h>

static unsigned char fold(char c, bool nocase) {
        return (unsigned char) (nocase ? bh_lower(c) : c);
}

static bool in_class(struct bh_str name, unsigned char c) {
        static const struct {
                const char *name;
                int (*has)(int);
        } classes[] = { { "alpha", isalpha }, { "digit", isdigit }, { "alnum", isalnum }, { "upper", isupper },
                        { "lower", islower }, { "space", isspace }, { "blank", isblank }, { "punct", ispunct },
                        { "print", isprint }, { "graph", isgraph }, { "cntrl", iscntrl }, { "xdigit", isxdigit } };

        for (size_t i = 0; i < BH_LEN(classes); i++)
                if (bh_str_is(name, classes[i].name))
                        return c < 0x80 && classes[i].has(c) != 0;
        return false;
}

/* One member of a set at *i (a byte, an escaped byte), moved over; false at the end. */
static bool member(struct bh_str p, size_t *i, char *ret) {
        if (*i < p.len && p.at[*i] == '\\')
                ++*i;
        if (*i >= p.len)
                return false;
        *ret = p.at[(*i)++];
        return true;
}

/* "[:name:]" at *i. */
static bool take_class(struct bh_str p, size_t *i, struct bh_str *ret) {
        ptrdiff_t end;

        if (!bh_str_starts(bh_str_from(p, *i), BH_STR("[:")))
                return false;
        end = bh_str_find(bh_str_from(p, *i + 2), BH_STR(":]"));
        if (end < 0)
                return false;
        *ret = bh_str_part(p, *i + 2, (size_t) end);
        *i += (size_t) end + 4;
        return true;
}

/* The set behind a '[' at p[*i - 1]: 1 it holds c, 0 it does not, -1 it is no set and the '[' means itself. */
static int in_set(struct bh_str p, size_t *i, char c, bool nocase) {
        bool negated = *i < p.len && (p.at[*i] == '!' || p.at[*i] == '^'), found = false, first = true;
        size_t at = *i + negated;
        unsigned char x = fold(c, nocase);

        for (;; first = false) {
                struct bh_str class;
                char low, high;

                if (at >= p.len)
                        return -1;
                if (p.at[at] == ']' && !first)
                        break;
                if (take_class(p, &at, &class)) {
                        found |= in_class(class, (unsigned char) c) ||
                                 (nocase && (in_class(class, x) || in_class(class, (unsigned char) toupper(x))));
                        continue;
                }
                if (!member(p, &at, &low))
                        return -1;
                high = low;
                if (at + 1 < p.len && p.at[at] == '-' && p.at[at + 1] != ']') {
                        at++;
                        if (!member(p, &at, &high))
                                return -1;
                }
                found |= x >= fold(low, nocase) && x <= fold(high, nocase);
        }
        *i = at + 1;
        return found != negated;
}

/* One element of the pattern at *p against c; moved over when it fits. */
static bool fits(struct bh_str pattern, size_t *p, char c, bool nocase) {
        char want = pattern.at[*p];
        size_t i = *p + 1;
        int set = -1;

        if (want == '?') {
                *p = i;
                return true;
        }
        if (want == '[')
                set = in_set(pattern, &i, c, nocase);
        if (set >= 0) {
                *p = set ? i : *p;
                return set;
        }
        i = *p + 1;
        if (want == '\\') {
                if (i >= pattern.len)
                        return false; /* fnmatch: a backslash at the end fits nothing */
                want = pattern.at[i++];
        }
        if (fold(want, nocase) != fold(c, nocase))
                return false;
        *p = i;
        return true;
}

bool bh_rule_glob(struct bh_str pattern, struct bh_str text, bool nocase) {
        size_t p = 0, t = 0, star = SIZE_MAX, from = 0;

        for (;;) {
                if (p < pattern.len && pattern.at[p] == '*') {
                        star = ++p; /* only the last star is ever tried again: the ones before it have found their first place */
                        from = t;
                } else if (t == text.len) {
                        return p == pattern.len;
                } else if (p < pattern.len && fits(pattern, &p, text.at[t], nocase)) {
                        t++;
                } else if (star != SIZE_MAX) {
                        p = star;
                        t = ++from;
                } else
                        return false;
        }
}

struct bh_str bh_rule_glob_head(struct bh_str pattern) {
        size_t n = 0;

        while (n < pattern.len && !strchr("*?[\\", pattern.at[n]))
                n++;
        return bh_str_part(pattern, 0, n);
}
