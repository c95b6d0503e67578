/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_COMPONENT_H
#define BH_COMPLY_COLLECT_COMPONENT_H
/*
 * What carries the containers: kernel, runtimes, engines, Kubernetes. The
 * collector tells which versions there are, and by what name publishers judge
 * them; whoever has the vulnerability database fills in the rest.
 */
#include "comply/fact.h"

enum bh_component_field {
        BH_COMPONENT_NAME,
        BH_COMPONENT_VERSION,
        BH_COMPONENT_PACKAGE,
        BH_COMPONENT_ECOSYSTEM,
        BH_COMPONENT_SOURCE,
        BH_COMPONENT_SOURCE_VERSION,
        BH_COMPONENT_ARCH,
        BH_COMPONENT_CRITICAL,
        BH_COMPONENT_HIGH,
        BH_COMPONENT_EXPLOITED,
        BH_COMPONENT_FIXED,
        BH_COMPONENT_WORST,
};

extern const struct bh_fact_kind bh_kind_component;

#endif
