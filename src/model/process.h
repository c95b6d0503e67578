/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_PROCESS_H
#define BH_MODEL_PROCESS_H
/*
 * A process as rules, alerts and responses see it: a node of the tree that
 * sense/process.h keeps. Strings are interned or owned by the table and live
 * until the process is forgotten; an event holds none of them longer than its
 * own turn.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "bpf/shared/event.h"
#include "model/container.h"

/*
 * What a rule set remembers about a process, in its own words (rule/run.h): by
 * `key`, which the rule set makes of its own number and bh_process_key. Most
 * processes are asked about once or twice: there are fewer memories than
 * processes, and `owner` says whose this one is at the moment.
 */
#define BH_PROCESS_MEMO_WORDS 8
struct bh_process_memo {
        uint64_t key;
        uint64_t bits[BH_PROCESS_MEMO_WORDS];
        const void *owner;
};

struct bh_process {
        struct bh_ev_proc now;       /* numbers, as of the last exec, fork or change of credentials */
        char comm[16];               /* its name, filled up with NULs: bh_process_name */
        struct bh_str exepath;       /* by the kernel */
        struct bh_str cmdline;       /* name, a space, args: bh_process_args */
        struct bh_str argv;          /* raw, each closed by a NUL; the first is bh_process_exe */
        struct bh_str env;           /* raw: each closed by a NUL */
        struct bh_str cwd;           /* with a '/' at its end, as Falco prints it */
        struct bh_str cgroup;
        struct bh_process *parent;   /* NULL: not known, or none */
        const struct bh_container *container; /* NULL: of the host */
        uint64_t exec_ns;            /* CLOCK_BOOTTIME of the last exec; start_ns without one */
        uint64_t version;            /* grows with every change that a rule could see */
        uint64_t ended_ns;           /* 0 while it lives; kept a while for its children's sake */
        struct bh_process_memo *memo; /* perhaps another's by now; NULL: nothing is remembered */
};

static inline struct bh_str bh_process_name(const struct bh_process *p) {
        return (struct bh_str){ p->comm, strnlen(p->comm, sizeof p->comm) };
}

/* argv[0] */
static inline struct bh_str bh_process_exe(const struct bh_process *p) {
        return (struct bh_str){ p->argv.at, p->argv.len ? strnlen(p->argv.at, p->argv.len) : 0 };
}

/* argv[1..], joined by one space */
static inline struct bh_str bh_process_args(const struct bh_process *p) {
        return bh_str_from(p->cmdline, bh_process_name(p).len + 1);
}

/* The n-th ancestor, 1 the parent; NULL beyond the last known. Bounded, also when a table is broken. */
static inline struct bh_process *bh_process_ancestor(struct bh_process *p, unsigned n) {
        while (p && n--)
                p = p->parent;
        return p;
}

/* The same as long as neither the process nor any of its nearest ancestors changed. */
#define BH_PROCESS_LINEAGE 16 /* how far up rules look without an index */
static inline uint64_t bh_process_key(const struct bh_process *p) {
        uint64_t key = 0;

        for (unsigned n = 0; p && n < BH_PROCESS_LINEAGE; n++, p = p->parent)
                key = key * 0x9e3779b97f4a7c15ull + p->version;
        return key;
}

#endif
