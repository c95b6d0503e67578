/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_REGEX_H
#define BH_RULE_REGEX_H
/*
 * Regular expressions as RE2 reads them (https://github.com/google/re2/wiki/Syntax),
 * anchored at both ends, over UTF-8. They run on PCRE2, which only regex.c
 * knows: what RE2 has not (back references, looking around) is refused, and
 * an expression that takes too long on a text does not match it.
 */
#include "base/arena.h"
#include "base/err.h"

struct bh_rule_regex;
struct bh_rule_regex_room; /* what one thread needs to run them */

int bh_rule_regex_new(struct bh_str pattern, struct bh_rule_regex **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_rule_regex_free(struct bh_rule_regex **re);
struct bh_rule_regex_room *bh_rule_regex_room_new(void);
void bh_rule_regex_room_free(struct bh_rule_regex_room **room);
/* `scratch` is for a text that is no UTF-8: its bad bytes are read as U+FFFD. */
bool bh_rule_regex_matches(const struct bh_rule_regex *re, struct bh_rule_regex_room *room, struct bh_str text,
                           struct bh_arena *scratch);

#endif
