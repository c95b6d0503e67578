/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_REACH_H
#define BH_COMPLY_REACH_H
/*
 * All that a collector may ask of the world. Collectors parse what others
 * wrote, so they run in a jail and open nothing themselves: whoever has the
 * rights answers these few questions (reach_direct.c), from this process or
 * over a socket. Everything is read, nothing is run, no container is entered.
 *
 * Roots: 0 is the host's own, the others are containers' (sys/roots.h). Paths
 * are as from "/" there; no link leads out. Answers lie in the given arena.
 */
#include "base/arena.h"
#include "base/err.h"
#include "engine/api.h"
#include "sys/tasks.h"

struct bh_reach_stat {
        uint32_t mode; /* with its type: S_ISDIR and the like */
        uint32_t uid, gid;
        uint64_t size;
        int64_t mtime_s;
};

struct bh_reach_root {
        struct bh_str container; /* 64 digits; empty: the host's own */
        uint32_t pid;            /* somebody who has it */
};

struct bh_reach {
        void *user;
        /* A regular file of at most max bytes. NOTFOUND. */
        int (*read)(void *user, uint32_t root, const char *path, uint64_t max, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err);
        /* Names in a directory, sorted, no dot files; none when it is not there. */
        int (*list)(void *user, uint32_t root, const char *path, struct bh_arena *arena, struct bh_str **ret, size_t *ret_n, struct bh_err *err);
        /* Links are followed, but for the last part where `itself`. NOTFOUND. */
        int (*stat)(void *user, uint32_t root, const char *path, bool itself, struct bh_reach_stat *ret, struct bh_err *err);
        /* Where the link at that path leads, as it is written; empty: what stands there is no link. NOTFOUND. Also /proc/PID/ns/NAME. */
        int (*link)(void *user, uint32_t root, const char *path, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err);
        /* The host's /proc/PID/NAME of that process: "environ", "status", "cmdline". */
        int (*proc)(void *user, uint32_t pid, const char *name, uint64_t max, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err);
        /* The answer to GET PATH of an engine's API, JSON. NOTFOUND: there is no such engine here. */
        int (*engine)(void *user, enum bh_api_kind kind, const char *path, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err);
        const struct bh_reach_root *roots;
        size_t n_roots;
        const struct bh_tasks *tasks; /* the processes there are; NULL: not known (a folder, a dump) */
};

/* This machine, by our own rights. */
struct bh_reach_direct;
struct bh_reach_opts {
        const char *docker, *podman; /* addresses of engines; NULL: the usual ones */
        const char *root;            /* a folder in place of "/"; then there are no processes and no engine */
};
int bh_reach_open(struct bh_arena *arena, const struct bh_reach_opts *opts, struct bh_reach_direct **ret, struct bh_err *err) BH_MUST_CHECK;
const struct bh_reach *bh_reach_of(const struct bh_reach_direct *d);
void bh_reach_close(struct bh_reach_direct **d);

#endif
