/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_BACKEND_H
#define BH_SENSE_BACKEND_H
/*
 * Where records of events come from. A back end is a small table of functions;
 * a choice of back end is a choice of file: ebpf/, proc.c (netlink, fanotify,
 * /proc), replay.c, synthetic.c. Each says what it can see and what it cannot;
 * a hook that is missing takes one capability away and never ends the sensor.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "bpf/shared/event.h"
#include "model/ports.h"
#include "rule/interest.h"

struct bh_backend; /* each back end's own */

struct bh_lane_stats {
        uint64_t seen, lost;
};

/* One thing a sensor can or cannot see: "exec", "open", "credential jump", "io_uring", ... */
struct bh_capability {
        const char *name;
        bool have;
        char how[48];      /* "tp_btf/sched_process_exec", "proc connector" */
        char missing[160]; /* why not; empty when it is there */
};

struct bh_backend_opts {
        const char *file;          /* replay: what to read; "-" is standard input */
        uint64_t ring_bytes;       /* a lane; 0: the back end's own choice */
        bool at_full_speed;        /* replay: do not keep to the recorded pace */
        bool no_filter;            /* send everything the rules name, without a filter in the kernel */
        const char *pin_dir;       /* ebpf: keep programs and maps pinned here; NULL: no */
};

/* One record; what it points to is gone when the function returns. != 0 ends the poll and is what it returns. */
typedef int (*bh_record_fn)(void *user, struct bh_str record);

struct bh_backend_ops {
        const char *name;  /* "ebpf", "proc", "replay", "synthetic" */
        const char *about;
        int (*open)(const struct bh_backend_opts *opts, struct bh_backend **ret, struct bh_err *err);
        /* What rules want from now on; may be called again at any time. */
        int (*filter)(struct bh_backend *b, const struct bh_interest *interest, struct bh_err *err);
        /* Begins to send. Processes that are there already come first, as ALIVE, from whoever can (NULL: sense reads /proc). */
        int (*start)(struct bh_backend *b, bh_record_fn fn, void *user, struct bh_err *err);
        /* Waits for up to timeout_ms, then gives all there is. 1: more may come; 0: there is no more, ever. */
        int (*poll)(struct bh_backend *b, int timeout_ms, bh_record_fn fn, void *user, struct bh_err *err);
        void (*stats)(struct bh_backend *b, struct bh_lane_stats ret[BH_LANES]);
        size_t (*capabilities)(struct bh_backend *b, const struct bh_capability **ret);
        /* What can be stopped, and how; the port is the back end's. NULL: nothing can. */
        int (*prevent)(struct bh_backend *b, const struct bh_prevent_port **ret, struct bh_err *err);
        void (*close)(struct bh_backend **b);
};

extern const struct bh_backend_ops bh_backend_ebpf, bh_backend_proc, bh_backend_replay, bh_backend_synthetic;

#endif
