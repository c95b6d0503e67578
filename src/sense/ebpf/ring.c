/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/ebpf/ring.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

int bh_ring_open(struct bh_ring *ret, int map_fd, struct bh_err *err) {
        size_t page = (size_t) sysconf(_SC_PAGESIZE);
        struct bpf_map_info info = { 0 };
        uint32_t len = sizeof(info);
        struct bh_ring r;

        if (bpf_obj_get_info_by_fd(map_fd, &info, &len) < 0)
                return bh_fail_sys(err, errno, "a ring buffer");
        r = (struct bh_ring){ .mask = info.max_entries - 1ul, .map_bytes = { page, page + info.max_entries } };
        r.maps[0] = mmap(NULL, r.map_bytes[0], PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
        if (r.maps[0] == MAP_FAILED)
                return bh_fail_sys(err, errno, "a ring buffer cannot be mapped");
        r.maps[1] = mmap(NULL, r.map_bytes[1], PROT_READ, MAP_SHARED, map_fd, (off_t) page);
        if (r.maps[1] == MAP_FAILED) {
                int sys = errno;

                munmap(r.maps[0], r.map_bytes[0]);
                return bh_fail_sys(err, sys, "a ring buffer cannot be mapped");
        }
        r.taken = r.maps[0];
        r.made = r.maps[1];
        r.data = (const char *) r.maps[1] + page;
        r.at = r.seen = r.given = __atomic_load_n(r.taken, __ATOMIC_ACQUIRE);
        *ret = r;
        return 0;
}

void bh_ring_close(struct bh_ring *r) {
        for (int i = 0; i < 2; i++)
                if (r->maps[i])
                        munmap(r->maps[i], r->map_bytes[i]);
        bh_buf_done(&r->whole);
        *r = (struct bh_ring){ 0 };
}

/* Who is killed leaves so many records at most that are told again. */
#define KEPT_MAX 32

/* A record is headed by its length, with two bits on top of it, and a number that is the kernel's own. */
#define HEAD 8ul

static unsigned long room(uint32_t len) {
        return (len + HEAD + 7) & ~7ul;
}

static const char *whole(struct bh_ring *r, uint32_t len) {
        unsigned long from = (r->at + HEAD) & r->mask, first = r->mask + 1 - from;

        if (len <= first)
                return r->data + from;
        bh_buf_clear(&r->whole);
        bh_buf_add(&r->whole, (struct bh_str){ r->data + from, first });
        bh_buf_add(&r->whole, (struct bh_str){ r->data, len - first });
        return r->whole.at;
}

static bool is_empty(struct bh_ring *r) {
        if (r->at == r->seen)
                r->seen = __atomic_load_n(r->made, __ATOMIC_ACQUIRE);
        return r->at == r->seen;
}

static void step_over(struct bh_ring *r, uint32_t len) {
        r->at += room(len);
        if (++r->n_kept == KEPT_MAX || r->at - r->given > r->mask / 16)
                bh_ring_give_back(r);
}

int bh_ring_peek(struct bh_ring *r, struct bh_str *ret) {
        while (!is_empty(r)) {
                const char *head = r->data + (r->at & r->mask);
                uint32_t len = __atomic_load_n((const uint32_t *) (const void *) head, __ATOMIC_ACQUIRE);

                if (len & BPF_RINGBUF_BUSY_BIT)
                        return BH_RING_BUSY;
                if (!(len & BPF_RINGBUF_DISCARD_BIT)) {
                        *ret = (struct bh_str){ whole(r, len), len };
                        return BH_RING_RECORD;
                }
                step_over(r, len & ~BPF_RINGBUF_DISCARD_BIT);
        }
        return BH_RING_EMPTY;
}

void bh_ring_take(struct bh_ring *r, struct bh_str record) {
        step_over(r, (uint32_t) record.len);
}

void bh_ring_give_back(struct bh_ring *r) {
        if (r->at == r->given)
                return;
        __atomic_store_n(r->taken, r->at, __ATOMIC_RELEASE);
        r->given = r->at;
        r->n_kept = 0;
}
