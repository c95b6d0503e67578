/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "base/str.h"

#include <stdio.h>
#include <string.h>

bool bh_str_eq_nocase(struct bh_str a, struct bh_str b) {
        if (a.len != b.len)
                return false;
        for (size_t i = 0; i < a.len; i++)
                if (bh_lower(a.at[i]) != bh_lower(b.at[i]))
                        return false;
        return true;
}

int bh_str_cmp(struct bh_str a, struct bh_str b) {
        size_t n = BH_MIN(a.len, b.len);
        int r = n ? memcmp(a.at, b.at, n) : 0;

        return r ? r : (a.len > b.len) - (a.len < b.len);
}

typedef int8_t lanes __attribute__((vector_size(16)));

/* Which of the sixteen bytes at `at` are `byte`. */
static lanes equal(const char *at, char byte) {
        lanes v;

        memcpy(&v, at, sizeof v);
        return v == (lanes){ 0 } + byte;
}

static bool any(lanes v) {
        uint64_t halves[2];

        memcpy(halves, &v, sizeof halves);
        return halves[0] | halves[1];
}

/* The first place from `from` on, before `upto`. */
static ptrdiff_t find_from(struct bh_str s, struct bh_str needle, size_t from, size_t upto) {
        for (size_t i = from; i < upto; i++)
                if (s.at[i] == needle.at[0] && memcmp(s.at + i, needle.at, needle.len) == 0)
                        return (ptrdiff_t) i;
        return -1;
}

/* Sixteen places at a time: where both the first and the last byte fit, the rest is compared (W. Mula's generic SIMD search). */
ptrdiff_t bh_str_find(struct bh_str s, struct bh_str needle) {
        size_t i = 0, last = needle.len - 1, places;

        if (needle.len == 0)
                return 0;
        if (s.len < needle.len)
                return -1;
        places = s.len - last;
        for (; places - i >= sizeof(lanes); i += sizeof(lanes)) {
                ptrdiff_t at = -1;

                if (any(equal(s.at + i, needle.at[0]) & equal(s.at + i + last, needle.at[last])))
                        at = find_from(s, needle, i, i + sizeof(lanes));
                if (at >= 0)
                        return at;
        }
        return find_from(s, needle, i, places);
}

ptrdiff_t bh_str_find_nocase(struct bh_str s, struct bh_str needle) {
        if (needle.len == 0)
                return 0;
        for (size_t i = 0; i + needle.len <= s.len; i++)
                if (bh_lower(s.at[i]) == needle.at[0] && bh_str_eq_nocase(bh_str_part(s, i, needle.len), needle))
                        return (ptrdiff_t) i;
        return -1;
}

ptrdiff_t bh_str_chr(struct bh_str s, char c) {
        const char *p = s.len ? memchr(s.at, c, s.len) : NULL;

        return p ? p - s.at : -1;
}

ptrdiff_t bh_str_rchr(struct bh_str s, char c) {
        const char *p = s.len ? memrchr(s.at, c, s.len) : NULL;

        return p ? p - s.at : -1;
}

struct bh_str bh_str_trim(struct bh_str s) {
        while (s.len && bh_is_space(s.at[0])) {
                s.at++;
                s.len--;
        }
        while (s.len && bh_is_space(s.at[s.len - 1]))
                s.len--;
        return s;
}

bool bh_str_among(struct bh_str s, const char *const *words, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (bh_str_is(s, words[i]))
                        return true;
        return false;
}

bool bh_str_cut_prefix(struct bh_str *s, struct bh_str prefix) {
        if (!bh_str_starts(*s, prefix))
                return false;
        *s = bh_str_from(*s, prefix.len);
        return true;
}

bool bh_str_cut_suffix(struct bh_str *s, struct bh_str suffix) {
        if (!bh_str_ends(*s, suffix))
                return false;
        s->len -= suffix.len;
        return true;
}

bool bh_str_split(struct bh_str *rest, char by, struct bh_str *ret_field) {
        ptrdiff_t at;

        if (rest->len == 0)
                return false;
        at = bh_str_chr(*rest, by);
        if (at < 0) {
                *ret_field = *rest;
                *rest = (struct bh_str){ 0 };
                return true;
        }
        *ret_field = (struct bh_str){ rest->at, (size_t) at };
        *rest = (struct bh_str){ rest->at + at + 1, rest->len - (size_t) at - 1 };
        return true;
}

bool bh_str_word(struct bh_str *rest, struct bh_str *ret_word) {
        struct bh_str s = *rest;
        size_t n = 0;

        while (s.len && bh_is_space(s.at[0])) {
                s.at++;
                s.len--;
        }
        while (n < s.len && !bh_is_space(s.at[n]))
                n++;
        *rest = bh_str_from(s, n);
        if (n == 0)
                return false;
        *ret_word = (struct bh_str){ s.at, n };
        return true;
}

bool bh_str_cut(struct bh_str s, char by, struct bh_str *ret_left, struct bh_str *ret_right) {
        ptrdiff_t at = bh_str_chr(s, by);

        if (at < 0) {
                *ret_left = s;
                *ret_right = (struct bh_str){ "", 0 };
                return false;
        }
        *ret_left = (struct bh_str){ s.at, (size_t) at };
        *ret_right = (struct bh_str){ s.at + at + 1, s.len - (size_t) at - 1 };
        return true;
}

static int digit_of(char c) {
        if (bh_is_digit(c))
                return c - '0';
        c = bh_lower(c);
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

static bool number(struct bh_str s, unsigned base, uint64_t *ret) {
        uint64_t v = 0;

        if (s.len == 0)
                return false;
        for (size_t i = 0; i < s.len; i++) {
                unsigned d = (unsigned) digit_of(s.at[i]);

                if (d >= base || __builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, d, &v))
                        return false;
        }
        *ret = v;
        return true;
}

bool bh_str_u64(struct bh_str s, uint64_t *ret) {
        return number(s, 10, ret);
}

bool bh_str_hex64(struct bh_str s, uint64_t *ret) {
        return number(s, 16, ret);
}

bool bh_str_oct64(struct bh_str s, uint64_t *ret) {
        return number(s, 8, ret);
}

/* Names are short: to ask for the slash costs more than to walk to it. */
struct bh_str bh_str_basename(struct bh_str path) {
        return bh_str_from(path, (size_t) (bh_str_rchr(path, '/') + 1));
}

struct bh_str bh_str_dirname(struct bh_str path) {
        ptrdiff_t at = bh_str_rchr(path, '/');

        return (struct bh_str){ path.at ? path.at : "", at < 0 ? 0 : (size_t) at };
}

size_t bh_utf8_len(struct bh_str s) {
        const unsigned char *p = (const unsigned char *) s.at;
        size_t n;

        if (s.len == 0)
                return 0;
        if (p[0] < 0x80)
                return 1;
        n = p[0] >= 0xc2 && p[0] <= 0xdf ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4 : 0;
        if (n == 0 || n > s.len)
                return 0;
        for (size_t i = 1; i < n; i++)
                if ((p[i] & 0xc0) != 0x80)
                        return 0;
        if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
            (p[0] == 0xf4 && p[1] > 0x8f))
                return 0;
        return n;
}

bool bh_str_is_text(struct bh_str s) {
        while (s.len) {
                size_t n = bh_utf8_len(s);

                if (n == 0 || (n == 1 && ((unsigned char) s.at[0] < 0x20 || s.at[0] == 0x7f) && s.at[0] != '\t' &&
                               s.at[0] != '\n' && s.at[0] != '\r'))
                        return false;
                s = bh_str_from(s, n);
        }
        return true;
}

const char *bh_str_quote(struct bh_str s, char *buf, size_t size) {
        static const char hex[] = "0123456789abcdef";
        size_t at = 0;

        if (size < 8)
                return "";
        while (s.len) {
                size_t n = bh_utf8_len(s);
                unsigned char c = (unsigned char) s.at[0];
                bool plain = n > 1 || (n == 1 && c >= 0x20 && c != 0x7f);

                if (at + (plain ? n : 4) + 4 > size) {
                        memcpy(buf + at, "...", 3);
                        at += 3;
                        break;
                }
                if (plain) {
                        memcpy(buf + at, s.at, n);
                        at += n;
                } else {
                        memcpy(buf + at, (char[]){ '\\', 'x', hex[c >> 4], hex[c & 15] }, 4);
                        at += 4;
                        n = 1;
                }
                s = bh_str_from(s, n);
        }
        buf[at] = '\0';
        return buf;
}

struct bh_str bh_utf8_shorten(struct bh_str s, size_t max) {
        if (s.len <= max)
                return s;
        while (max > 0 && ((unsigned char) s.at[max] & 0xc0) == 0x80)
                max--;
        return bh_str_part(s, 0, max);
}
