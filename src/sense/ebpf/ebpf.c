/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The back end of BPF programs on tracepoints: the kernel tells what happens,
 * filtered there by what rules want (filter.c), through a ring for each lane.
 *
 * Each hook is attached by itself; one that is missing is a capability that is
 * missing. With pins, programs go on when we are killed, and who comes after us
 * first tells what they have told (past.h).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "sense/backend.h"
#include "sense/ebpf/alive.h"
#include "sense/ebpf/filter.h"
#include "sense/ebpf/hooks.h"
#include "sense/ebpf/lanes.h"
#include "sense/ebpf/lost.h"
#include "sense/ebpf/objects.h"
#include "sense/ebpf/past.h"
#include "sense/ebpf/pin.h"
#include "sense/ebpf/prevent.h"
#include "sys/clock.h"
#include "sys/fd.h"

#define RING_BYTES (4u << 20)
#define WAKE_BYTES (512u << 10)
#define BUSY_NS 50000000ull       /* so long after the last record we look by ourselves, */
#define LOOK_MS 3                 /* this often; */
#define WAKE_PAUSE_NS 40000000ull /* so the kernel wakes us only after a pause, which must be shorter than BUSY_NS */
#define LOST_NS 200000000ull /* between reports of what was lost */

struct bh_backend {
        struct bh_bpf_objects objects;
        struct bh_hooks hooks;
        struct bh_lost lost;
        struct bh_prevent *prevent; /* NULL: nobody asked */
        struct bh_lanes lanes;
        struct bh_pins *pins; /* NULL: nothing stays */
        struct bh_past past;  /* while pins->have_old */
        struct bh_sensor_control control;
        struct bh_arena *plans[2]; /* the keys of each filter, to take them out again */
        struct bh_sensor_plan plan[2];
        uint64_t busy_ns, told_ns;
        int epoll;
        bool no_filter, polled;
};

static int open_rings(struct bh_backend *b, struct bh_err *err) {
        b->epoll = epoll_create1(EPOLL_CLOEXEC);
        if (b->epoll < 0)
                return bh_fail_sys(err, errno, "epoll");
        for (unsigned i = 0; i < bh_rings_used(); i++) {
                struct epoll_event event = { .events = EPOLLIN };
                int fd = bh_bpf_map(&b->objects, bh_ring_maps[i]), r;

                r = bh_ring_open(&b->lanes.rings[i], fd, err);
                if (r < 0)
                        return r;
                b->lanes.n++;
                if (epoll_ctl(b->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
                        return bh_fail_sys(err, errno, "epoll");
        }
        return 0;
}

static int put_control(struct bh_backend *b, struct bh_err *err) {
        uint32_t zero = 0;

        if (bpf_map_update_elem(bh_bpf_map(&b->objects, BH_SENSOR_CONTROL), &zero, &b->control, BPF_ANY) < 0)
                return bh_fail_sys(err, errno, "the programs cannot be told what to do");
        return 0;
}

/* Containers have a mount namespace that is not the host's. */
static int find_host(struct bh_backend *b, struct bh_err *err) {
        uint32_t zero = 0;
        int r = put_control(b, err);

        if (r < 0)
                return r;
        bh_find_host(&b->objects);
        if (bpf_map_lookup_elem(bh_bpf_map(&b->objects, BH_SENSOR_CONTROL), &zero, &b->control) < 0)
                return bh_fail_sys(err, errno, "the programs cannot be asked");
        return 0;
}

static void close_pins(struct bh_backend *b) {
        if (!b->pins)
                return;
        if (b->pins->have_old)
                bh_past_close(&b->past);
        bh_pins_clear(b->pins, b->hooks.started); /* who never began takes nothing from who was killed */
        bh_pins_close(&b->pins);
        bh_fd_close(&b->lost.told_map);
}

static int open_pins(struct bh_backend *b, const char *dir, struct bh_err *err) {
        int r = bh_pins_open(dir, &b->pins, err);

        if (r < 0)
                return r;
        if (b->pins->have_old)
                bh_past_open(&b->past, b->pins, bh_bpf_objects_stamp());
        return 0;
}

static void ebpf_close(struct bh_backend **backend) {
        struct bh_backend *b = *backend;

        if (!b)
                return;
        close_pins(b);
        bh_prevent_close(&b->prevent);
        bh_hooks_detach(&b->hooks);
        bh_lanes_close(&b->lanes);
        bh_fd_close(&b->epoll);
        bh_bpf_objects_close(&b->objects);
        bh_lost_done(&b->lost);
        bh_arena_free(&b->plans[0]);
        bh_arena_free(&b->plans[1]);
        free(b);
        *backend = NULL;
}

/* The next power of two: a ring has no other size. */
static size_t ring_size(uint64_t wanted) {
        size_t n = 4096;

        while (n < wanted && n < (1u << 30))
                n *= 2;
        return n;
}

static int ebpf_open(const struct bh_backend_opts *opts, struct bh_backend **ret, struct bh_err *err) {
        BH_CLEANUP(ebpf_close) struct bh_backend *b = calloc(1, sizeof(*b));
        int r;

        if (!b)
                bh_nomem(sizeof(*b));
        b->epoll = b->lost.told_map = -1;
        b->no_filter = opts->no_filter;
        b->plans[0] = bh_arena_new();
        b->plans[1] = bh_arena_new();
        b->objects.ring_bytes = ring_size(opts->ring_bytes ?: RING_BYTES);
        b->control = (struct bh_sensor_control){ .own_tgid = (uint32_t) getpid(),
                                                 .file_mask = bh_bpf_file_rings() - 1,
                                                 .wake_pause_ns = WAKE_PAUSE_NS,
                                                 .wake_bytes = WAKE_BYTES };
        r = opts->pin_dir ? open_pins(b, opts->pin_dir, err) : 0;
        if (r == 0)
                r = bh_bpf_object_load(&b->objects, BH_BPF_sensor, err);
        if (r == 0)
                r = open_rings(b, err);
        if (r == 0)
                r = find_host(b, err);
        if (r < 0)
                return r;
        bh_hooks_init(&b->hooks, &b->objects);
        b->hooks.pins = b->pins;
        if (b->pins)
                bh_past_leave(b->pins, &b->objects, bh_bpf_objects_stamp(), &b->lost);
        *ret = BH_TAKE(b);
        return 0;
}

/* Key and value are written or taken out; a map that is full is an error, for the plan has counted. */
static int put_prefixes(int fd, const struct bh_path_rules *v, uint32_t which, bool add) {
        for (size_t i = 0; i < v->len; i++) {
                struct bh_prefix_key key = { .filter = (uint8_t) which };

                key.bits = 8 + 8 * (uint32_t) v->at[i].text.len;
                memcpy(key.path, v->at[i].text.at, v->at[i].text.len);
                if (add ? bpf_map_update_elem(fd, &key, &v->at[i].rows, BPF_ANY) < 0 : bpf_map_delete_elem(fd, &key) < 0)
                        return -1;
        }
        return 0;
}

static int put_names(int fd, const struct bh_path_rules *v, uint32_t which, bool add) {
        for (size_t i = 0; i < v->len; i++) {
                struct bh_name_key key = { .filter = (uint8_t) which };

                memcpy(key.name, v->at[i].text.at, v->at[i].text.len);
                if (add ? bpf_map_update_elem(fd, &key, &v->at[i].rows, BPF_ANY) < 0 : bpf_map_delete_elem(fd, &key) < 0)
                        return -1;
        }
        return 0;
}

static int put_suffixes(int fd, const struct bh_path_rules *v, uint32_t which, bool add) {
        for (size_t i = 0; i < v->len; i++) {
                struct bh_suffix_key key = { .filter = (uint8_t) which };

                key.bits = 32 + 8 * (uint32_t) v->at[i].text.len;
                memcpy(key.reversed, v->at[i].text.at, v->at[i].text.len);
                if (add ? bpf_map_update_elem(fd, &key, &v->at[i].rows, BPF_ANY) < 0 : bpf_map_delete_elem(fd, &key) < 0)
                        return -1;
        }
        return 0;
}

static int put_paths(struct bh_backend *b, uint32_t which, bool add) {
        const struct bh_sensor_plan *plan = &b->plan[which];

        if (put_prefixes(bh_bpf_map(&b->objects, "prefixes"), &plan->prefixes, which, add) < 0 ||
            put_names(bh_bpf_map(&b->objects, "names"), &plan->names, which, add) < 0 ||
            put_suffixes(bh_bpf_map(&b->objects, "suffixes"), &plan->suffixes, which, add) < 0)
                return -1;
        return 0;
}

/* Without a secret the programs remember nothing (bpf/lib/verdict.h). */
static void make_secret(struct bh_sensor_filter *f) {
        if (getrandom(f->secret, sizeof(f->secret), GRND_NONBLOCK) != sizeof(f->secret)) {
                f->secret[0] = f->secret[1] = 0;
                return;
        }
        f->secret[0] |= 1;
        f->secret[1] |= 1;
}

/* They are one value of one map: that in force is written with what it is. */
static int put_filters(struct bh_backend *b) {
        const struct bh_sensor_filter both[2] = { b->plan[0].filter, b->plan[1].filter };
        uint32_t zero = 0;

        return bpf_map_update_elem(bh_bpf_map(&b->objects, BH_SENSOR_FILTERS), &zero, both, BPF_ANY);
}

/* Writes the filter that is not in force, and turns the switch. */
static int ebpf_filter(struct bh_backend *b, const struct bh_interest *interest, struct bh_err *err) {
        uint32_t which = b->control.active ^ 1;
        struct bh_sensor_plan *plan = &b->plan[which];
        int r;

        BH_IGNORE(put_paths(b, which, false));
        bh_arena_reset(b->plans[which]);
        bh_sensor_plan(b->plans[which], interest, b->no_filter, plan);
        make_secret(&plan->filter);
        plan->filter.which = which;
        if (put_paths(b, which, true) < 0 || put_filters(b) < 0)
                return bh_fail_sys(err, errno, "the filter in the kernel cannot be written");
        b->control.active = which;
        memcpy(b->control.any, plan->any, sizeof(plan->any));
        r = put_control(b, err);
        if (r == 0 && b->hooks.started)
                bh_hooks_attach(&b->hooks, &b->objects, plan);
        return r;
}

/* What stays, and what was told meanwhile; and then what there is now. */
static int start_pinned(struct bh_backend *b, bh_record_fn fn, void *user) {
        int sys = b->pins->sys;

        bh_hooks_note(&b->hooks, "what happens when we are killed", "pinned", sys ? strerror(sys) : NULL);
        if (!b->pins->have_old)
                return 0;
        bh_hooks_note(&b->hooks, "what happened since the last watch was killed", "pinned",
                      b->past.readable ? NULL : "what it has left is of another version, or not whole");
        return bh_past_tell(&b->past, fn, user);
}

static int ebpf_start(struct bh_backend *b, bh_record_fn fn, void *user, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        int r;

        bh_hooks_attach(&b->hooks, &b->objects, &b->plan[b->control.active]);
        r = b->pins ? start_pinned(b, fn, user) : 0;
        if (r != 0)
                return r;
        r = bh_alive(&b->objects, fn, user, &why);
        bh_hooks_note(&b->hooks, "processes that were there", "iter.s/task", r < 0 ? why.text : NULL);
        if (r < 0 && r != BH_E_UNSUPPORTED)
                return bh_fail(err, r, "%s", why.text);
        return BH_MAX(r, 0);
}

static int tell_lost(struct bh_backend *b, uint64_t now, bh_record_fn fn, void *user) {
        if (now - b->told_ns < LOST_NS)
                return 0;
        b->told_ns = now;
        return bh_lost_tell(&b->lost, bh_bpf_map(&b->objects, "counts"), bh_bpf_map(&b->objects, "lost"), now, fn, user);
}

/* Not with the first poll: between it and the second, our prevention is put in force. */
static int take_over(struct bh_backend *b, bh_record_fn fn, void *user, struct bh_err *err) {
        int said;

        if (!b->polled) {
                b->polled = true;
                return bh_past_tell(&b->past, fn, user) ?: 1;
        }
        said = bh_past_end(&b->past, fn, user, &b->lanes.after_ns);
        bh_past_close(&b->past);
        return bh_pins_take_over(b->pins, err) ?: said;
}

static int ebpf_poll(struct bh_backend *b, int timeout_ms, bh_record_fn fn, void *user, struct bh_err *err) {
        uint64_t end = (uint64_t) bh_clock_ns(CLOCK_BOOTTIME) + (uint64_t) BH_MAX(timeout_ms, 0) * 1000000ull;
        int said = b->pins && b->pins->have_old ? take_over(b, fn, user, err) : 0;

        if (said != 0)
                return said;
        for (;;) {
                uint64_t now;
                int wait;
                unsigned n = bh_lanes_drain(&b->lanes, fn, user, &said);

                now = (uint64_t) bh_clock_ns(CLOCK_BOOTTIME);
                if (said == 0)
                        said = tell_lost(b, now, fn, user);
                if (said != 0)
                        return said;
                if (n)
                        b->busy_ns = now;
                if (n || now >= end)
                        return 1;
                wait = (int) ((end - now + 999999) / 1000000);
                if (now - b->busy_ns < BUSY_NS)
                        wait = BH_MIN(wait, LOOK_MS);
                if (epoll_wait(b->epoll, &(struct epoll_event){ 0 }, 1, wait) < 0 && errno != EINTR)
                        return bh_fail_sys(err, errno, "epoll");
                else if (errno == EINTR && end > now)
                        errno = 0;
        }
}

static void ebpf_stats(struct bh_backend *b, struct bh_lane_stats ret[BH_LANES]) {
        bh_lost_stats(bh_bpf_map(&b->objects, "counts"), ret);
}

static int ebpf_prevent(struct bh_backend *b, const struct bh_prevent_port **ret, struct bh_err *err) {
        int r = b->prevent ? 0 : bh_prevent_open(&b->objects, &b->control, b->pins, &b->prevent, err);

        if (r < 0)
                return r;
        *ret = bh_prevent_port(b->prevent);
        return 0;
}

static size_t ebpf_capabilities(struct bh_backend *b, const struct bh_capability **ret) {
        *ret = b->hooks.capabilities;
        return b->hooks.n_capabilities;
}

const struct bh_backend_ops bh_backend_ebpf = {
        .name = "ebpf",
        .about = "BPF programs on the kernel's tracepoints",
        .open = ebpf_open,
        .filter = ebpf_filter,
        .start = ebpf_start,
        .poll = ebpf_poll,
        .stats = ebpf_stats,
        .capabilities = ebpf_capabilities,
        .prevent = ebpf_prevent,
        .close = ebpf_close,
};
