/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_COMPONENTS_H
#define BH_TOOL_BULKHEAD_COMPONENTS_H
/* Facts about components meet the vulnerability database: comply and lib are introduced to each other here. */
#include "advisory/index.h"
#include "comply/fact.h"

/* Fills in what is known of each; without an index it is unknown, with that cause. */
void bh_components_judge(struct bh_facts *facts, struct bh_index *index);

#endif
