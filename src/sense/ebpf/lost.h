/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_LOST_H
#define BH_SENSE_EBPF_LOST_H
/*
 * What did not fit into a ring, told as events: the programs count by lane,
 * type and cgroup and never set back; what we have told already is kept here.
 */
#include "sense/backend.h"

struct bh_lost_row;

struct bh_lost {
        struct bh_lost_row *rows;
        size_t n, cap;
        uint64_t told; /* of all */
        int told_map;  /* where what is told stands too, for who comes after us (past.h); or -1 */
};

/* A LOST record for each count of these maps that has grown. != 0: what fn said. */
int bh_lost_tell(struct bh_lost *l, int counts, int lost, uint64_t now_ns, bh_record_fn fn, void *user);
void bh_lost_done(struct bh_lost *l);
/* Seen and lost, by lane, over all CPUs. */
void bh_lost_stats(int counts, struct bh_lane_stats ret[BH_LANES]);

#endif
