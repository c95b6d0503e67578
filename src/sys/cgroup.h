/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_CGROUP_H
#define BH_SYS_CGROUP_H
/*
 * Control groups, of version 2 where the process is in one of its own there,
 * else of version 1: who is in a group, standing still, going on, the end.
 *
 * A group is named by its directory as we see it
 * (/sys/fs/cgroup/unified/docker/0123...). The root of a hierarchy is never a
 * group one may act on: that would be the machine.
 */
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct bh_cgroup {
        struct bh_str v2;      /* directory in the default hierarchy; empty: none, or its root */
        struct bh_str freezer; /* directory in version 1's freezer; empty as above */
};

/* The groups of a process. Fails with UNSUPPORTED where it is in none but the roots. */
int bh_cgroup_of(struct bh_arena *arena, uint32_t pid, struct bh_cgroup *ret, struct bh_err *err) BH_MUST_CHECK;
/* By a path inside the hierarchies, as /proc/PID/cgroup has it ("/docker/0123..."). NOTFOUND: no such directory. */
int bh_cgroup_at(struct bh_arena *arena, struct bh_str path, struct bh_cgroup *ret, struct bh_err *err) BH_MUST_CHECK;
/* What the kernel calls a group of the default hierarchy; no other gets it while it runs. NOTFOUND: it is there no more. UNSUPPORTED: nor is the hierarchy. */
int bh_cgroup_number(struct bh_arena *arena, struct bh_str path, uint64_t *ret, struct bh_err *err) BH_MUST_CHECK;

/* Until all of it stands still, or runs again. */
int bh_cgroup_freeze(const struct bh_cgroup *g, bool freeze, struct bh_err *err) BH_MUST_CHECK;
/* 1 frozen, 0 not. */
int bh_cgroup_is_frozen(const struct bh_cgroup *g, struct bh_err *err) BH_MUST_CHECK;
/* SIGKILL to all, those that fork meanwhile included. */
int bh_cgroup_kill(const struct bh_cgroup *g, struct bh_err *err) BH_MUST_CHECK;
/* Processes in it and below it, by their numbers in our namespace. */
int bh_cgroup_members(struct bh_arena *arena, const struct bh_cgroup *g, uint32_t **ret, size_t *ret_n, struct bh_err *err)
        BH_MUST_CHECK;

/* Pure: the path of a hierarchy in the text of /proc/PID/cgroup. controller: "freezer", or "" for version 2. */
struct bh_str bh_cgroup_path(struct bh_str text, const char *controller);
/* Pure: 64 hexadecimal digits in a path of a group, as runtimes name containers; empty. */
struct bh_str bh_cgroup_container(struct bh_str path);

#endif
