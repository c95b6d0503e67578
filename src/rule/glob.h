/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_GLOB_H
#define BH_RULE_GLOB_H
/*
 * Globs as fnmatch(3) without flags reads them in the C locale: '*' crosses
 * '/', '?' is a byte, [a-z], [!a-z], [[:digit:]], a backslash takes the next
 * byte as it is. In time of pattern times text, whatever they hold.
 */
#include "base/str.h"

bool bh_rule_glob(struct bh_str pattern, struct bh_str text, bool nocase);
/* What stands before its first special byte. */
struct bh_str bh_rule_glob_head(struct bh_str pattern);

#endif
