/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RUNTIME_NAMED_H
#define BH_RUNTIME_NAMED_H
/*
 * Containers that somebody started by hand under a name: `runc run web`. No
 * engine has called their control group after an id of 64 digits, so the path
 * of the group tells nothing; what the runtime writes down does:
 *
 *     /run/runc/web/state.json    cgroup_paths: { "": "/sys/fs/cgroup/web", ... }
 *     /run/crun/web/status        cgroup-path: "/web"
 *
 * These folders are root's: nobody else can make a container of a group. They
 * are looked at again when something was added or taken away.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct bh_named;

struct bh_named_group {
        struct bh_str id;      /* its name */
        struct bh_str runtime; /* "runc", "crun" */
        struct bh_str group;   /* path of its control group, the beginning of the one that was asked for */
};

struct bh_named *bh_named_new(const char *root); /* root: in front of all paths; NULL: no folder is looked at */
void bh_named_free(struct bh_named **n);
/* The container that the control group is of, or lies in; the slices are good until the next call. */
bool bh_named_find(struct bh_named *n, struct bh_str group, uint64_t now_ns, struct bh_named_group *ret);
/* What a recording told. */
void bh_named_add(struct bh_named *n, const struct bh_named_group *g);

/* For tests: the groups in a runtime's file, below the tops of their hierarchies; at most `most`. Pure. */
int bh_named_groups(struct bh_arena *arena, struct bh_str bytes, struct bh_str *ret, size_t most, size_t *ret_n, struct bh_err *err) BH_MUST_CHECK;

#endif
