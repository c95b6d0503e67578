/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_LANES_H
#define BH_SENSE_EBPF_LANES_H
/*
 * The rings of all lanes, read together in the order of time, so that what a
 * process opened is judged before what it became next.
 */
#include "sense/backend.h"
#include "sense/ebpf/ring.h"

struct bh_lanes {
        struct bh_ring rings[BH_LANES];
        uint64_t after_ns; /* older records have been told by others */
};

extern const char *const bh_lane_maps[BH_LANES];

/* Gives records made before now, 65536 at most: how many. What fn says, if it is not 0, ends it: *ret_said. */
unsigned bh_lanes_drain(struct bh_lanes *l, bh_record_fn fn, void *user, int *ret_said);
/* The same of records until then only, in one go; false: one is still being written. */
bool bh_lanes_drain_until(struct bh_lanes *l, uint64_t until, bh_record_fn fn, void *user, unsigned *n, int *ret_said);
void bh_lanes_close(struct bh_lanes *l);

#endif
