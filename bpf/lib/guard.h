/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_GUARD_H
#define BH_BPF_LIB_GUARD_H
/*
 * What the programs that stop something share: whose rows hold here, and the
 * record of what was stopped.
 */
#include "../shared/guard.h"
#include "send.h"
#include "task.h"

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 1);
        __type(key, u32);
        __type(value, struct bh_guard_control);
} guard_control SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 16384);
        __uint(map_flags, BPF_F_NO_PREALLOC);
        __type(key, u64);
        __type(value, struct bh_guard_row);
} guard_rows SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 4096);
        __uint(map_flags, BPF_F_NO_PREALLOC);
        __type(key, struct bh_guard_path);
        __type(value, u32);
} guard_paths SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_LPM_TRIE);
        __uint(max_entries, 4096);
        __uint(map_flags, BPF_F_NO_PREALLOC);
        __type(key, struct bh_guard_file);
        __type(value, u32);
} guard_files SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 256);
        __type(key, struct bh_guard_word);
        __type(value, u32);
} guard_words SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 64);
        __type(key, struct bh_guard_address);
        __type(value, u32);
} guard_addresses SEC(".maps");

inline_ struct bh_guard_control *guard(void) {
        u32 zero = 0;

        return bpf_map_lookup_elem(&guard_control, &zero);
}

inline_ struct bh_guard_row *row_of_all(void) {
        u64 zero = 0;

        return bpf_map_lookup_elem(&guard_rows, &zero);
}

/* Of the current task: its own, and upwards. */
inline_ struct bh_guard_row *row_here(void) {
        u64 id = bpf_get_current_cgroup_id();
        struct bh_guard_row *row = bpf_map_lookup_elem(&guard_rows, &id);

        if (row)
                return row;
        for (int level = BH_GUARD_DEPTH; level > 0; level--) { /* deeper ones than it has are 0 */
                id = bpf_get_current_ancestor_cgroup_id(level);
                if (!id)
                        continue;
                row = bpf_map_lookup_elem(&guard_rows, &id);
                if (row)
                        return row;
        }
        return row_of_all();
}

/* 0: no; else BH_EV_WOULD or BH_GUARD_STOP. */
#define BH_GUARD_STOP 1
inline_ u32 verdict(const struct bh_guard_row *row, u32 what) {
        if (!row)
                return 0;
        return row->stop & (1u << what) ? BH_GUARD_STOP : row->would & (1u << what) ? BH_EV_WOULD : 0;
}

/* One number and one short text. */
struct denied {
        struct bh_ev_head head;
        u64 nums[2];
        u32 lens[2];
        char text[128];
};

/* `text` of d is filled in by the caller, n bytes of it. */
inline_ void tell_denied(struct denied *d, u32 what, u64 number, u32 n, u32 flags) {
        fill_head(&d->head, bpf_get_current_task_btf(), BH_EV_DENIED, bpf_ktime_get_boot_ns());
        d->head.flags = flags;
        d->head.res = flags & BH_EV_WOULD ? 0 : -1;
        d->head.n_nums = 2;
        d->head.n_strs = 1;
        d->nums[0] = what;
        d->nums[1] = number;
        d->lens[0] = n;
        d->lens[1] = 0;
        if (n <= sizeof(d->text))
                BH_SEND_SMALL(ring_proc, BH_LANE_PROC, &d->head, at_bytes(false, false, 2, 1) + n, sizeof(*d));
}

#endif
