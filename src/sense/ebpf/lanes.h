/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_LANES_H
#define BH_SENSE_EBPF_LANES_H
/*
 * The rings of all lanes (files have several), read together in the order of
 * time, so that what a process opened is judged before what it became next.
 */
#include "bpf/shared/sensor.h"
#include "sense/backend.h"
#include "sense/ebpf/ring.h"

#define BH_RINGS_MAX (2 + BH_FILE_RINGS)

struct bh_lanes {
        struct bh_ring rings[BH_RINGS_MAX];
        unsigned n;
        uint64_t after_ns; /* older records have been told by others */
};

/* The maps; of this machine, the first so many are used. */
extern const char *const bh_ring_maps[BH_RINGS_MAX];
unsigned bh_rings_used(void);

/* Gives records made before now, 65536 at most: how many. What fn says, if it is not 0, ends it: *ret_said. */
unsigned bh_lanes_drain(struct bh_lanes *l, bh_record_fn fn, void *user, int *ret_said);
/* The same of records until then only, in one go; false: one is still being written. */
bool bh_lanes_drain_until(struct bh_lanes *l, uint64_t until, bh_record_fn fn, void *user, unsigned *n, int *ret_said);
void bh_lanes_close(struct bh_lanes *l);

#endif
