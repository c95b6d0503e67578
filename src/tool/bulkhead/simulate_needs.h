/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_SIMULATE_NEEDS_H
#define BH_TOOL_BULKHEAD_SIMULATE_NEEDS_H
/* Can this place act that scenario out? */
#include "tool/bulkhead/simulation.h"

struct bh_simulation_place {
        bool engine;           /* there is one */
        struct bh_str storage; /* how it keeps images: "overlay2"; empty: not known */
        bool own_programs;     /* containers have another image's programs, which we cannot see */
};

/* 1: yes; 0: no, and *ret_why says what is missing. */
int bh_simulation_can(struct bh_arena *arena, const struct bh_simulation *s, const struct bh_simulation_place *place, struct bh_str *ret_why);

#endif
