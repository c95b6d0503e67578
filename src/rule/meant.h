/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_MEANT_H
#define BH_RULE_MEANT_H
/*
 * What a condition says that may not be meant: events and words that are none,
 * arguments that the events it asks for do not have. Each becomes a warning.
 */
#include "rule/ast.h"
#include "rule/field.h"
#include "rule/items.h"

struct bh_meant {
        struct bh_items *s;
        const struct bh_source *source;
        struct bh_map macros; /* by name: of which events they may hold, and fail */
};

void bh_meant_init(struct bh_meant *m, struct bh_items *s, const struct bh_source *source);
/* A rule's whole condition, and the macros it names, each of these once. */
void bh_meant_look(struct bh_meant *m, struct bh_str rule, const struct bh_node *condition);

#endif
