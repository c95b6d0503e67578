/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/ebpf/past.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/macros.h"
#include "bpf/shared/sensor.h"
#include "sys/clock.h"
#include "sys/fd.h"

#define SETTLE_US 2000 /* for records whose time is taken and that are not yet in a ring */
#define TRIES 50       /* of as long, for one that is being written */
#define TOLD_ROWS 4096

/* `calls` holds the programs behind sys_exit only as long as somebody holds it. */
static const char *const kept[] = { "counts", "lost", "calls", BH_SENSOR_CONTROL };

/* A BPF file system takes no dots. */
static const char *pinned_name(const char *map) {
        const char *dot = strrchr(map, '.');

        return dot ? dot + 1 : map;
}

static bool same_stamp(const struct bh_pins *pins, uint64_t stamp) {
        BH_CLEANUP(bh_fd_close) int fd = bh_pins_old(pins, "stamp");
        uint32_t zero = 0;
        uint64_t found;

        return fd >= 0 && bpf_map_lookup_elem(fd, &zero, &found) == 0 && found == stamp;
}

/* The old programs must not tell of us, either. */
static void call_us_theirs(const struct bh_pins *pins) {
        BH_CLEANUP(bh_fd_close) int fd = bh_pins_old(pins, pinned_name(BH_SENSOR_CONTROL));
        struct bh_sensor_control c;
        uint32_t zero = 0;

        if (fd < 0 || bpf_map_lookup_elem(fd, &zero, &c) < 0)
                return;
        c.own_tgid = (uint32_t) getpid();
        BH_IGNORE(bpf_map_update_elem(fd, &zero, &c, BPF_ANY));
}

/* When we began: the 22nd word of our line, in hundredths of a second, and one less. */
static uint64_t born_ns(void) {
        BH_CLEANUP(bh_fd_close) int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
        char line[1024] = "";
        ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
        const char *at = n > 0 ? strrchr(line, ')') : NULL;

        for (int word = 2; at && word < 22; word++)
                at = strchr(at + 1, ' ');
        return at ? (strtoull(at, NULL, 10) - 1) * (1000000000ull / (uint64_t) sysconf(_SC_CLK_TCK)) : (uint64_t) bh_clock_ns(CLOCK_BOOTTIME);
}

void bh_past_open(struct bh_past *p, const struct bh_pins *pins, uint64_t stamp) {
        *p = (struct bh_past){ .counts = bh_pins_old(pins, "counts"), .lost_map = bh_pins_old(pins, "lost"), .told = bh_pins_old(pins, "told") };
        p->lost.told_map = p->told;
        p->born_ns = born_ns();
        p->readable = same_stamp(pins, stamp) && p->counts >= 0 && p->lost_map >= 0 && p->told >= 0;
        for (unsigned i = 0; p->readable && i < bh_rings_used(); i++) {
                BH_CLEANUP(bh_fd_close) int fd = bh_pins_old(pins, bh_ring_maps[i]);

                p->readable = fd >= 0 && bh_ring_open(&p->lanes.rings[i], fd, NULL) == 0;
                p->lanes.n += p->readable;
        }
        if (p->readable)
                call_us_theirs(pins);
}

static int but_us(void *user, struct bh_str record) {
        const struct bh_ev_head *h = (const void *) record.at;
        struct bh_past *p = user;

        return h->pid == (uint32_t) getpid() && h->ktime_ns >= p->born_ns ? 0 : p->fn(p->user, record);
}

/* False: one of them is still being written. */
static bool tell_until(struct bh_past *p, uint64_t until, int *ret_said) {
        unsigned n;
        bool all;

        do {
                n = 0;
                all = bh_lanes_drain_until(&p->lanes, until, but_us, p, &n, ret_said);
        } while (n && *ret_said == 0);
        return all;
}

int bh_past_tell(struct bh_past *p, bh_record_fn fn, void *user) {
        int said = 0;

        p->fn = fn;
        p->user = user;
        if (p->readable)
                (void) tell_until(p, (uint64_t) bh_clock_ns(CLOCK_BOOTTIME), &said);
        return said;
}

int bh_past_end(struct bh_past *p, bh_record_fn fn, void *user, uint64_t *ret_until) {
        bool all = false;
        int said = 0;

        if (!p->readable)
                return 0;
        p->fn = fn;
        p->user = user;
        *ret_until = (uint64_t) bh_clock_ns(CLOCK_BOOTTIME);
        for (unsigned i = 0; i < TRIES && !all && said == 0; i++) {
                BH_IGNORE(usleep(SETTLE_US));
                all = tell_until(p, *ret_until, &said);
        }
        return said ? said : bh_lost_tell(&p->lost, p->counts, p->lost_map, *ret_until, fn, user);
}

void bh_past_close(struct bh_past *p) {
        bh_lanes_close(&p->lanes);
        bh_lost_done(&p->lost);
        bh_fd_close(&p->counts);
        bh_fd_close(&p->lost_map);
        bh_fd_close(&p->told);
}

void bh_past_leave(struct bh_pins *pins, const struct bh_bpf_objects *o, uint64_t stamp, struct bh_lost *lost) {
        BH_CLEANUP(bh_fd_close) int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "bh_stamp", sizeof(uint32_t), sizeof(stamp), 1, NULL);
        uint32_t zero = 0;

        lost->told_map = bpf_map_create(BPF_MAP_TYPE_HASH, "bh_told", sizeof(struct bh_lost_key), sizeof(uint64_t), TOLD_ROWS, NULL);
        for (size_t i = 0; i < BH_LEN(kept); i++)
                bh_pins_put(pins, pinned_name(kept[i]), bh_bpf_map(o, kept[i]));
        for (unsigned i = 0; i < bh_rings_used(); i++)
                bh_pins_put(pins, bh_ring_maps[i], bh_bpf_map(o, bh_ring_maps[i]));
        bh_pins_put(pins, "told", lost->told_map);
        if (bpf_map_update_elem(fd, &zero, &stamp, BPF_ANY) == 0)
                bh_pins_put(pins, "stamp", fd);
}
