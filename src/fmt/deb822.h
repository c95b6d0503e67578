/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_DEB822_H
#define BH_FMT_DEB822_H
/*
 * deb822: the stanzas of dpkg's status file, of Packages, of copyright files.
 *
 *     Package: zlib1g
 *     Version: 1:1.2.13
 *     Description: compression library
 *      a continuation line starts with a blank
 *
 *     Package: the next stanza follows an empty line
 *
 * Nothing is copied: every slice points into the bytes under the cursor.
 */
#include "base/cur.h"
#include "base/err.h"
#include "base/limits.h"

struct bh_deb822_field {
        struct bh_str name, value; /* a folded value holds its line ends and leading blanks as written */
};

struct bh_deb822 {
        size_t n_fields;
        struct bh_deb822_field fields[BH_LIMIT_DEB822_FIELDS];
};

/*
 * 1: a stanza; 0: the end; < 0: failed, and `ret` is as it was. After a failure
 * the cursor stands behind the bad line, and bh_deb822_skip finds the next stanza.
 */
int bh_deb822_next(struct bh_cur *c, struct bh_deb822 *ret, struct bh_err *err) BH_MUST_CHECK;
void bh_deb822_skip(struct bh_cur *c);

/* The value of the first field of that name, in any case; empty when absent. */
struct bh_str bh_deb822_get(const struct bh_deb822 *d, const char *name);

#endif
