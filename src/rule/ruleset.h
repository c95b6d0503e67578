/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_RULESET_H
#define BH_RULE_RULESET_H
/* What is inside a struct bh_rules: the rules of each source with their program. Immutable once loaded. */
#include <stdatomic.h>

#include "rule/compile.h"
#include "rule/format.h"
#include "rule/rules.h"

struct bh_rule_own {
        struct bh_rule rule; /* first: what callers hold points here */
        bh_ref ref;
        struct bh_format_text format;
        uint32_t set;        /* which source's */
        bool enabled, warn_evttypes, asks_for_start; /* for calls that begin: evt.dir=> */
        uint32_t column;
};

struct bh_ruleset {
        const struct bh_source *source;
        struct bh_program program;
        struct bh_sorted sorted;
        struct bh_rule_own **rules; /* enabled ones, in order: bh_entry.rule counts here */
        uint32_t n_rules;
};

struct bh_rules {
        atomic_uint holders;
        struct bh_arena *arena;
        uint64_t number; /* of this set among all of this process */
        bool all_matches;
        struct bh_ruleset *sets; /* one a source */
        uint32_t n_sets;
        struct bh_rule_own **all; /* also those that are switched off */
        uint32_t n_all;
        const struct bh_rule **enabled;
        uint32_t n_enabled;
        struct bh_rule_note *notes;
        size_t n_notes, n_errors;
        struct bh_map lists; /* name -> struct bh_list_item */
};

const struct bh_ruleset *bh_rules_set(const struct bh_rules *rules, const struct bh_source *source);
/* What a kernel can filter for one rule, of one type of event. */
void bh_interest_of_rule(const struct bh_ruleset *set, unsigned type, const struct bh_entry *e, struct bh_arena *arena, struct bh_interest_type *ret);
/* Rules that fire for no event, or always, or only when another did before: notes about them. */
struct bh_items;
void bh_rules_look_over(struct bh_items *s, const struct bh_rules *rules);

#endif
