/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_VERSION_PARTS_H
#define BH_ADVISORY_VERSION_PARTS_H
/* The small steps that all version schemes take: runs of digits, runs of letters, numbers of any length. */
#include <string.h>

#include "base/str.h"

static inline int bh_sign(long v) {
        return (v > 0) - (v < 0);
}

static inline bool bh_parts_is(struct bh_str s, char c) {
        return s.len > 0 && s.at[0] == c;
}

/* The first byte, or 0 at the end. */
static inline char bh_parts_peek(struct bh_str s) {
        return s.len ? s.at[0] : '\0';
}

static inline void bh_parts_skip(struct bh_str *s, size_t n) {
        s->at += n;
        s->len -= n;
}

/* Takes `c` when it is next. */
static inline bool bh_parts_cut(struct bh_str *s, char c) {
        if (!bh_parts_is(*s, c))
                return false;
        bh_parts_skip(s, 1);
        return true;
}

/* Takes the longest run of bytes that `is` likes. */
static inline struct bh_str bh_parts_run(struct bh_str *s, bool (*is)(char)) {
        struct bh_str run = { s->at, 0 };

        while (run.len < s->len && is(s->at[run.len]))
                run.len++;
        if (run.len)
                bh_parts_skip(s, run.len);
        return run;
}

static inline struct bh_str bh_parts_digits(struct bh_str *s) {
        return bh_parts_run(s, bh_is_digit);
}

static inline bool bh_parts_all(struct bh_str s, bool (*is)(char)) {
        for (size_t i = 0; i < s.len; i++)
                if (!is(s.at[i]))
                        return false;
        return true;
}

static inline bool bh_parts_number(struct bh_str s) {
        return s.len > 0 && bh_parts_all(s, bh_is_digit);
}

static inline struct bh_str bh_parts_strip_zeros(struct bh_str digits) {
        while (digits.len && digits.at[0] == '0')
                bh_parts_skip(&digits, 1);
        return digits;
}

/* Runs of digits as the numbers they are, however long; an empty run is 0. */
static inline int bh_parts_cmp_numbers(struct bh_str a, struct bh_str b) {
        a = bh_parts_strip_zeros(a);
        b = bh_parts_strip_zeros(b);
        if (a.len != b.len)
                return a.len < b.len ? -1 : 1;
        return a.len ? bh_sign(memcmp(a.at, b.at, a.len)) : 0;
}

/* Numbers between dots, missing ones as 0. */
static inline int bh_parts_cmp_dotted(struct bh_str a, struct bh_str b) {
        while (a.len || b.len) {
                int r = bh_parts_cmp_numbers(bh_parts_digits(&a), bh_parts_digits(&b));

                if (r)
                        return r;
                bh_parts_cut(&a, '.');
                bh_parts_cut(&b, '.');
        }
        return 0;
}

static inline int bh_parts_cmp_bytes(struct bh_str a, struct bh_str b) {
        return bh_sign(bh_str_cmp(a, b));
}

static inline int bh_parts_cmp_nocase(struct bh_str a, struct bh_str b) {
        for (size_t i = 0; i < a.len && i < b.len; i++) {
                unsigned char x = (unsigned char) bh_lower(a.at[i]), y = (unsigned char) bh_lower(b.at[i]);

                if (x != y)
                        return x < y ? -1 : 1;
        }
        return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

/* Takes `word` (in lower case) when it is next in any case. */
static inline bool bh_parts_cut_word(struct bh_str *s, const char *word) {
        size_t n = strlen(word);

        if (s->len < n)
                return false;
        for (size_t i = 0; i < n; i++)
                if (bh_lower(s->at[i]) != word[i])
                        return false;
        bh_parts_skip(s, n);
        return true;
}

#endif
