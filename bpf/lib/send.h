/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_SEND_H
#define BH_BPF_LIB_SEND_H
/*
 * Into the ring of a lane, or into the count of what was lost there.
 *
 * Waking user space costs more than the event, on a virtual machine twenty
 * times as much. User space looks by itself for a while after it had something
 * to read, so it is woken only by the first record after a pause, and each time
 * a good amount has come together.
 */
#include "maps.h"

inline_ u64 wake_flags(void *ring, u32 size, u64 now) {
        u32 zero = 0;
        u64 *last = bpf_map_lookup_elem(&sent, &zero);
        u64 step = control.wake_bytes, there, pause;

        if (!last)
                return BPF_RB_FORCE_WAKEUP;
        pause = now - *last;
        *last = now;
        if (pause > control.wake_pause_ns)
                return BPF_RB_FORCE_WAKEUP;
        there = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
        return (there & step) != ((there + size) & step) ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

inline_ void count_lost(u32 lane, u32 type, u64 cgroup) {
        struct bh_lost_key key = { .cgroup_id = cgroup, .lane = lane, .type = type };
        u64 one = 1, *n;

        n = bpf_map_lookup_elem(&lost, &key);
        if (!n && bpf_map_update_elem(&lost, &key, &one, BPF_NOEXIST) == 0)
                return;
        if (!n) {
                n = bpf_map_lookup_elem(&lost, &key);
                key.cgroup_id = 0;
                if (!n)
                        n = bpf_map_lookup_elem(&lost, &key);
        }
        if (n)
                __sync_fetch_and_add(n, 1);
}

inline_ void count_sent(u32 lane, long r, const struct bh_ev_head *h) {
        struct bh_lane_count *n = bpf_map_lookup_elem(&counts, &lane);

        if (n) {
                n->seen++;
                n->lost += r != 0;
        }
        if (r)
                count_lost(lane, h->type, h->cgroup_id);
}

/* `bytes` of the buffer's beginning are the record. */
#define BH_SEND_ROUND(ring, lane, h, bytes)                                                                    \
        do {                                                                                                   \
                u64 flags_ = wake_flags(&(ring), (bytes), (h)->ktime_ns);                                      \
                (h)->size = (bytes);                                                                           \
                count_sent((lane), bpf_ringbuf_output(&(ring), (h), (bytes), flags_), (h));                    \
        } while (0)
#define BH_SEND(ring, lane, h, bytes)                                                                          \
        do {                                                                                                   \
                u32 bytes_ = ((bytes) + 7) & ~7u;                                                              \
                BH_SEND_ROUND(ring, lane, h, bytes_);                                                          \
        } while (0)

/* Of a record on the stack, which is `most` bytes long. Older verifiers forget a bound when a number is rounded: it is bounded last. */
#define BH_SEND_SMALL(ring, lane, h, bytes, most)                                                              \
        do {                                                                                                   \
                u32 bytes_ = ((bytes) + 7) & ~7u;                                                              \
                forget(bytes_);                                                                                \
                if (bytes_ <= (most))                                                                          \
                        BH_SEND_ROUND(ring, lane, h, bytes_);                                                  \
        } while (0)

/* A map is not a variable: hence the branches, here and below. */
inline_ void send_of_file(struct bh_ev_head *h, u32 bytes) {
        switch (h->cpu & control.file_mask) {
        case 0:
                BH_SEND(ring_file0, BH_LANE_FILE, h, bytes);
                return;
        case 1:
                BH_SEND(ring_file1, BH_LANE_FILE, h, bytes);
                return;
        case 2:
                BH_SEND(ring_file2, BH_LANE_FILE, h, bytes);
                return;
        default:
                BH_SEND(ring_file3, BH_LANE_FILE, h, bytes);
        }
}

/* The lane of a type is the filter's to say. */
inline_ void send_to_lane(u32 lane, struct bh_ev_head *h, u32 bytes) {
        if (lane == BH_LANE_PROC)
                BH_SEND(ring_proc, BH_LANE_PROC, h, bytes);
        else if (lane == BH_LANE_NET)
                BH_SEND(ring_net, BH_LANE_NET, h, bytes);
        else
                send_of_file(h, bytes);
}

#endif
