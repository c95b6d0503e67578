/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_RFC822_H
#define BH_FMT_RFC822_H
/*
 * Header fields as mail has them, and Python's METADATA and PKG-INFO:
 *
 *     Name: requests
 *     License: a first line
 *             and a second, which begins with a blank
 *     (an empty line ends the headers; what follows is the body)
 *
 * Nothing is copied: slices point into the bytes under the cursor.
 */
#include "base/cur.h"
#include "base/err.h"

/* `ret_value` is trimmed and holds its further lines as they stand. 1: a field; 0: the end of the headers. */
int bh_rfc822_next(struct bh_cur *c, struct bh_str *ret_name, struct bh_str *ret_value, struct bh_err *err)
        BH_MUST_CHECK;

#endif
