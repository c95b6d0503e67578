/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_WEBSHELL_PHP_FOLD_H
#define BH_SCAN_WEBSHELL_PHP_FOLD_H
/* What a call with fixed arguments would return: the encodings in which shells are packed. */
#include "base/arena.h"
#include "base/budget.h"
#include "base/str.h"

/* `name` of a function, and its arguments that are fixed texts (at = NULL: not fixed). False when it cannot be known. */
bool bh_php_fold(struct bh_arena *arena, struct bh_budget *budget, struct bh_str name, const struct bh_str *args, size_t n,
                 struct bh_str *ret);
/* A text between quotes, its escapes undone: those of "..." with `template`, else those of '...'. */
struct bh_str bh_php_unescape(struct bh_arena *arena, struct bh_str raw, bool template);

#endif
