/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/ebpf/lost.h"

#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/arena.h"
#include "bpf/shared/sensor.h"

struct bh_lost_row {
        struct bh_lost_key key;
        uint64_t told;
};

void bh_lost_done(struct bh_lost *l) {
        free(l->rows);
        *l = (struct bh_lost){ .told_map = -1 };
}

void bh_lost_stats(int fd, struct bh_lane_stats ret[BH_LANES]) {
        int cpus = libbpf_num_possible_cpus();
        struct bh_lane_count *counts;

        memset(ret, 0, sizeof(*ret) * BH_LANES);
        if (cpus < 1)
                return;
        counts = calloc((size_t) cpus, sizeof(*counts));
        if (!counts)
                bh_nomem((size_t) cpus * sizeof(*counts));
        for (uint32_t lane = 0; lane < BH_LANES; lane++) {
                if (bpf_map_lookup_elem(fd, &lane, counts) < 0)
                        continue;
                for (int i = 0; i < cpus; i++) {
                        ret[lane].seen += counts[i].seen;
                        ret[lane].lost += counts[i].lost;
                }
        }
        free(counts);
}

static struct bh_lost_row *row_of(struct bh_lost *l, const struct bh_lost_key *key) {
        for (size_t i = 0; i < l->n; i++)
                if (memcmp(&l->rows[i].key, key, sizeof(*key)) == 0)
                        return &l->rows[i];
        if (l->n == l->cap) {
                size_t cap = l->cap ? l->cap * 2 : 32;
                void *more = reallocarray(l->rows, cap, sizeof(*l->rows));

                if (!more)
                        bh_nomem(cap * sizeof(*l->rows));
                l->rows = more;
                l->cap = cap;
        }
        l->rows[l->n] = (struct bh_lost_row){ .key = *key };
        if (l->told_map >= 0)
                BH_IGNORE(bpf_map_lookup_elem(l->told_map, key, &l->rows[l->n].told)); /* not there: nothing was told */
        return &l->rows[l->n++];
}

static int tell_one(struct bh_lost *l, struct bh_lost_row *row, uint64_t count, uint64_t now_ns, bh_record_fn fn, void *user) {
        struct {
                struct bh_ev_head head;
                uint64_t nums[4];
        } r = { .head = { .type = BH_EV_LOST, .size = sizeof(r), .ktime_ns = now_ns, .n_nums = 4 } };

        r.head.cgroup_id = row->key.cgroup_id;
        r.nums[0] = row->key.lane;
        r.nums[1] = row->key.type;
        r.nums[2] = count - row->told;
        r.nums[3] = row->key.cgroup_id;
        row->told = count;
        if (l->told_map >= 0)
                BH_IGNORE(bpf_map_update_elem(l->told_map, &row->key, &count, BPF_ANY)); /* at worst it is told again */
        return fn(user, (struct bh_str){ (const char *) &r, sizeof(r) });
}

int bh_lost_tell(struct bh_lost *l, int counts, int fd, uint64_t now_ns, bh_record_fn fn, void *user) {
        struct bh_lane_stats stats[BH_LANES];
        struct bh_lost_key key, *after = NULL;
        int said = 0;
        uint64_t all = 0, count;

        bh_lost_stats(counts, stats);
        for (unsigned i = 0; i < BH_LANES; i++)
                all += stats[i].lost;
        if (all == l->told)
                return 0;
        l->told = all;
        while (said == 0 && bpf_map_get_next_key(fd, after, &key) == 0) {
                struct bh_lost_row *row;

                after = &key;
                if (bpf_map_lookup_elem(fd, &key, &count) < 0)
                        continue;
                row = row_of(l, &key);
                if (count > row->told)
                        said = tell_one(l, row, count, now_ns, fn, user);
        }
        return said;
}
