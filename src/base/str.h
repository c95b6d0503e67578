/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_STR_H
#define BH_BASE_STR_H
/*
 * A borrowed slice of bytes. It points into an input, an arena or a literal
 * and owns nothing; a header says which. It is not closed by a NUL, and may
 * hold any byte. The zero value is the empty slice.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/macros.h"

struct bh_str {
        const char *at;
        size_t len;
};

#define BH_STR(literal) ((struct bh_str){ "" literal, sizeof(literal) - 1 })
#define BH_STR_INIT(literal) { "" literal, sizeof(literal) - 1 }
/* For printf: printf("%.*s", BH_FMT(s)). Only for slices that were checked to be clean text. */
#define BH_FMT(s) (int) BH_MIN((s).len, (size_t) 0x7fffffff), (s).at ? (s).at : ""

/* What compares is here, so that a literal's length and last byte are known where it is asked for. */
static inline struct bh_str bh_str_of(const char *cstr) { /* NULL gives the empty slice */
        return (struct bh_str){ cstr ? cstr : "", cstr ? strlen(cstr) : 0 };
}
static inline bool bh_str_eq(struct bh_str a, struct bh_str b) {
        return a.len == b.len && (a.len == 0 || (a.at[a.len - 1] == b.at[a.len - 1] && memcmp(a.at, b.at, a.len) == 0)); /* paths begin alike */
}
bool bh_str_eq_nocase(struct bh_str a, struct bh_str b); /* ASCII */
static inline bool bh_str_is(struct bh_str a, const char *cstr) {
        return bh_str_eq(a, bh_str_of(cstr));
}
bool bh_str_among(struct bh_str s, const char *const *words, size_t n); /* it is one of them */
int bh_str_cmp(struct bh_str a, struct bh_str b); /* bytes, as memcmp, shorter first */
static inline bool bh_str_starts(struct bh_str s, struct bh_str prefix) {
        return s.len >= prefix.len && bh_str_eq((struct bh_str){ s.at, prefix.len }, prefix);
}
static inline bool bh_str_ends(struct bh_str s, struct bh_str suffix) {
        return s.len >= suffix.len && (suffix.len == 0 || bh_str_eq((struct bh_str){ s.at + s.len - suffix.len, suffix.len }, suffix));
}

/* Offsets, or -1. */
ptrdiff_t bh_str_find(struct bh_str s, struct bh_str needle);
ptrdiff_t bh_str_find_nocase(struct bh_str s, struct bh_str needle); /* ASCII; needle in lower case */
ptrdiff_t bh_str_chr(struct bh_str s, char c);
ptrdiff_t bh_str_rchr(struct bh_str s, char c);

/* The rest; empty past the end. */
static inline struct bh_str bh_str_from(struct bh_str s, size_t offset) {
        offset = BH_MIN(offset, s.len);
        return s.len ? (struct bh_str){ s.at + offset, s.len - offset } : s;
}
/* Clamped. */
static inline struct bh_str bh_str_part(struct bh_str s, size_t offset, size_t n) {
        s = bh_str_from(s, offset);
        s.len = BH_MIN(s.len, n);
        return s;
}
struct bh_str bh_str_trim(struct bh_str s);                          /* spaces, tabs, CR, LF on both sides */
bool bh_str_cut_prefix(struct bh_str *s, struct bh_str prefix);      /* true and shortened when it was there */
bool bh_str_cut_suffix(struct bh_str *s, struct bh_str suffix);

/* Walks fields: while (bh_str_split(&rest, ',', &field)). An empty rest ends it, so "a," gives "a" alone. */
bool bh_str_split(struct bh_str *rest, char by, struct bh_str *ret_field);
/* Walks words set apart by spaces, tabs or newlines; never empty. */
bool bh_str_word(struct bh_str *rest, struct bh_str *ret_word);
/* Cuts at the first `by`: left before, right after; false (and left = s, right empty) without one. */
bool bh_str_cut(struct bh_str s, char by, struct bh_str *ret_left, struct bh_str *ret_right);

/* The whole slice must be digits (base 10) or hex digits; false on overflow or any other byte. */
bool bh_str_u64(struct bh_str s, uint64_t *ret);
bool bh_str_hex64(struct bh_str s, uint64_t *ret);
bool bh_str_oct64(struct bh_str s, uint64_t *ret);

/* "dir/name" -> "name"; "dir/name" -> "dir". */
struct bh_str bh_str_basename(struct bh_str path);
struct bh_str bh_str_dirname(struct bh_str path);

/* Printable ASCII (and valid UTF-8) as it is, the rest as \xNN, cut with "..." to fit; always closed; returns buf. */
const char *bh_str_quote(struct bh_str s, char *buf, size_t size);
#define BH_QUOTE(s) bh_str_quote((s), (char[64]){ 0 }, 64)
/* True for valid UTF-8 without control characters other than tab and newline. */
bool bh_str_is_text(struct bh_str s);
/* Length of the UTF-8 sequence at the start of s (1-4); 0 when it is not valid. */
size_t bh_utf8_len(struct bh_str s);
/* At most max bytes of it, cut where no character is cut in two. */
struct bh_str bh_utf8_shorten(struct bh_str s, size_t max);

static inline bool bh_is_digit(char c) {
        return c >= '0' && c <= '9';
}
static inline bool bh_is_lower(char c) {
        return c >= 'a' && c <= 'z';
}
static inline bool bh_is_upper(char c) {
        return c >= 'A' && c <= 'Z';
}
static inline bool bh_is_alpha(char c) {
        return bh_is_lower(c) || bh_is_upper(c);
}
static inline bool bh_is_alnum(char c) {
        return bh_is_alpha(c) || bh_is_digit(c);
}
static inline bool bh_is_space(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
static inline char bh_lower(char c) {
        return bh_is_upper(c) ? (char) (c + 32) : c;
}

#endif
