/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_COLLECTORS_H
#define BH_COMPLY_COLLECT_COLLECTORS_H
/* One line a collector, one a kind: in the order of the alphabet. */
#include "comply/collect.h"

bh_collect_facts_fn bh_collect_host_facts;

extern const struct bh_fact_kind bh_kind_host;

#endif
