/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_MAPS_H
#define BH_BPF_LIB_MAPS_H
/*
 * The maps that all objects share: each object names them, the loader makes
 * them once and hands the first object's to the others.
 */
#include "kernel.h"
#include "../shared/sensor.h"

#define BH_RING(name)                                    \
        struct {                                         \
                __uint(type, BPF_MAP_TYPE_RINGBUF);      \
                __uint(max_entries, 4 * 1024 * 1024);    \
        } name SEC(".maps")

BH_RING(ring_proc);
BH_RING(ring_net);
/* Files come in floods, from several CPUs at once: who writes to another ring waits for nobody. As many are used as there are CPUs for. */
BH_RING(ring_file0);
BH_RING(ring_file1);
BH_RING(ring_file2);
BH_RING(ring_file3);

/*
 * Variables, each in a map of its own: their place is known when a program is
 * loaded, so that asking them costs no look-up.
 */
struct bh_sensor_control control SEC(BH_SENSOR_CONTROL);
struct bh_sensor_filter filters[2] SEC(BH_SENSOR_FILTERS);

struct {
        __uint(type, BPF_MAP_TYPE_LPM_TRIE);
        __uint(max_entries, 32768);
        __uint(map_flags, BPF_F_NO_PREALLOC);
        __type(key, struct bh_prefix_key);
        __type(value, u64);
} prefixes SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 16384);
        __uint(map_flags, BPF_F_NO_PREALLOC);
        __type(key, struct bh_name_key);
        __type(value, u64);
} names SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_LPM_TRIE);
        __uint(max_entries, 8192);
        __uint(map_flags, BPF_F_NO_PREALLOC);
        __type(key, struct bh_suffix_key);
        __type(value, u64);
} suffixes SEC(".maps");

/* By lane; and one map more that says of whom. */
struct {
        __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
        __uint(max_entries, BH_LANES);
        __type(key, u32);
        __type(value, struct bh_lane_count);
} counts SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 4096);
        __type(key, struct bh_lost_key);
        __type(value, u64);
} lost SEC(".maps");

/* When each CPU last sent a record. */
struct {
        __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
        __uint(max_entries, 1);
        __type(key, u32);
        __type(value, u64);
} sent SEC(".maps");

/* Of who loaded us: never told of, nor stopped. */
inline_ bool is_own(u32 tgid) {
        return tgid == control.own_tgid;
}

/* The one in force. */
inline_ struct bh_sensor_filter *the_filter(void) {
        return &filters[control.active & 1];
}

#endif
