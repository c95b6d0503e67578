/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_LOST_H
#define BH_SENSE_EBPF_LOST_H
/*
 * What did not fit into a ring, told as events: the programs count by lane,
 * type and cgroup and never set back; what we have told already is kept here.
 */
#include "sense/backend.h"
#include "sense/ebpf/objects.h"

struct bh_lost_row;

struct bh_lost {
        struct bh_lost_row *rows;
        size_t n, cap;
        uint64_t told; /* of all */
};

/* A LOST record for each count that has grown. != 0: what fn said. */
int bh_lost_tell(struct bh_lost *l, const struct bh_bpf_objects *o, uint64_t now_ns, bh_record_fn fn, void *user);
void bh_lost_done(struct bh_lost *l);
/* Seen and lost, by lane, over all CPUs. */
void bh_lost_stats(const struct bh_bpf_objects *o, struct bh_lane_stats ret[BH_LANES]);

#endif
