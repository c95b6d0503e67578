/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_CONTENT_JUDGE_H
#define BH_SCAN_CONTENT_JUDGE_H
/*
 * Whether a match of a rule's pattern is what the rule is about, and how to
 * show a secret without giving it away.
 */
#include "scan/content/rules.h"

/* Where a match stands. `bytes` is the chunk; the match lies inside it. */
struct bh_content_place {
        struct bh_str path, bytes;
        size_t from, to; /* of the value */
};

/* Whether the rule is for files at this path at all. */
bool bh_content_wants_path(const struct bh_content *c, const struct bh_content_rule *rule,
                           struct bh_regex_scratch *regex, struct bh_str path);
/* Whether the bytes look like text: what `text-only` asks. */
bool bh_content_is_text(struct bh_str bytes);
/* Entropy, what is allowed, and the format's own check, which also says whether it proved anything. */
bool bh_content_holds(const struct bh_content *c, const struct bh_content_rule *rule, struct bh_regex_scratch *regex,
                      struct bh_arena *scratch, const struct bh_content_place *place, bool *ret_verified);
/* The `all`, `any` and `none` of a rule. */
bool bh_content_holds_besides(const struct bh_content_rule *rule, struct bh_regex_scratch *regex, struct bh_str text);

/* "AKIA****************": the first four at most, never more than a quarter. */
struct bh_str bh_content_mask(struct bh_arena *arena, struct bh_str name, struct bh_str secret);
/* The line of a place, trimmed and shortened, made printable. */
struct bh_str bh_content_show(struct bh_arena *arena, const struct bh_content_place *place);

#endif
