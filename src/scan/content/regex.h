/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_CONTENT_REGEX_H
#define BH_SCAN_CONTENT_REGEX_H
/*
 * Perl-compatible expressions over bytes, compiled to machine code where that
 * is allowed. No expression can hang: a match that takes too many steps ends as
 * BH_E_LIMIT. PCRE2 is met in regex.c alone.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum { BH_REGEX_GROUPS = 16 }; /* the whole match and fifteen groups */

struct bh_regex;         /* immutable: shared by threads */
struct bh_regex_scratch; /* one a thread, for all expressions */

struct bh_regex_match {
        struct {
                size_t from, to; /* from > to: the group took no part */
        } group[BH_REGEX_GROUPS];
};

/* On failure `ret_offset` is where in the pattern it went wrong. */
int bh_regex_compile(struct bh_str pattern, struct bh_regex **ret, size_t *ret_offset, struct bh_err *err) BH_MUST_CHECK;
void bh_regex_free(struct bh_regex **re);
/* The number of a group from its name, 0 when there is none. */
unsigned bh_regex_group(const struct bh_regex *re, const char *name);
unsigned bh_regex_groups(const struct bh_regex *re);

struct bh_regex_scratch *bh_regex_scratch_new(void);
void bh_regex_scratch_free(struct bh_regex_scratch **s);
/*
 * The first match that begins at or after `from`: 1, 0 for none, LIMIT when it
 * would take too long. Looks behind `from` for \b and lookbehind, never past
 * the end of bytes. Empty matches do not count.
 */
int bh_regex_find(const struct bh_regex *re, struct bh_regex_scratch *s, struct bh_str bytes, size_t from,
                  struct bh_regex_match *ret, struct bh_err *err) BH_MUST_CHECK;
/* Whether there is a match anywhere; a match given up counts as none. */
bool bh_regex_has(const struct bh_regex *re, struct bh_regex_scratch *s, struct bh_str bytes);

/*
 * Appends the expression of a path glob: ? and * stay inside one part of the
 * path, ** crosses parts, {a,b} is either. A glob without '/' is for the last
 * part. Case does not matter.
 */
void bh_regex_of_glob(struct bh_buf *out, struct bh_str glob);

#endif
