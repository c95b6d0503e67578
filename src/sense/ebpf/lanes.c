/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/ebpf/lanes.h"

#include "sense/ebpf/objects.h"
#include "sys/clock.h"

#define TURN 65536 /* records of one poll */

const char *const bh_ring_maps[BH_RINGS_MAX] = { "ring_proc", "ring_net", "ring_file0", "ring_file1", "ring_file2", "ring_file3" };

unsigned bh_rings_used(void) {
        return 2 + bh_bpf_file_rings();
}

enum { NONE = -1, BUSY = -2 };

static uint64_t time_of(struct bh_str record) {
        return ((const struct bh_ev_head *) (const void *) record.at)->ktime_ns;
}

/* The ring whose next record is the oldest, of those made before `until`. */
static int oldest(struct bh_lanes *l, uint64_t until, struct bh_str *ret) {
        uint64_t best = until;
        int lane = NONE;

        for (unsigned i = 0; i < l->n; i++) {
                struct bh_str record;
                int r = bh_ring_peek(&l->rings[i], &record);

                if (r == BH_RING_BUSY)
                        return BUSY; /* it may be older than what the others have */
                if (r == BH_RING_EMPTY)
                        continue;
                if (time_of(record) <= best) {
                        best = time_of(record);
                        lane = (int) i;
                        *ret = record;
                }
        }
        return lane;
}

bool bh_lanes_drain_until(struct bh_lanes *l, uint64_t until, bh_record_fn fn, void *user, unsigned *n, int *ret_said) {
        struct bh_str record;
        int lane = NONE;

        while (*n < TURN && *ret_said == 0 && (lane = oldest(l, until, &record)) >= 0) {
                if (time_of(record) > l->after_ns)
                        *ret_said = fn(user, record);
                bh_ring_take(&l->rings[lane], record);
                ++*n;
        }
        for (unsigned i = 0; i < l->n; i++)
                bh_ring_give_back(&l->rings[i]);
        return lane != BUSY;
}

unsigned bh_lanes_drain(struct bh_lanes *l, bh_record_fn fn, void *user, int *ret_said) {
        unsigned n = 0, before;

        do {
                before = n;
                (void) bh_lanes_drain_until(l, (uint64_t) bh_clock_ns(CLOCK_BOOTTIME), fn, user, &n, ret_said);
        } while (n != before && n < TURN && *ret_said == 0);
        return n;
}

void bh_lanes_close(struct bh_lanes *l) {
        for (unsigned i = 0; i < l->n; i++)
                bh_ring_close(&l->rings[i]);
}
