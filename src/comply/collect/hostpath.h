/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_HOSTPATH_H
#define BH_COMPLY_COLLECT_HOSTPATH_H
/*
 * What a path of the host really is: links followed, "." and ".." gone. And
 * where on the host that lies which is mounted in another namespace: the
 * kernel tells of device and directory, not of the path somebody typed.
 */
#include "base/map.h"
#include "base/vec.h"
#include "comply/read/mounts.h"
#include "comply/reach.h"

struct bh_host_paths {
        const struct bh_reach *reach;
        struct bh_arena *arena;
        struct bh_map real; /* path as written -> struct bh_str, what it is */
        BH_VEC(struct bh_mount_entry) mounts; /* the host's */
};

void bh_host_paths_init(struct bh_host_paths *h, const struct bh_reach *reach, struct bh_arena *arena);
/* Absolute paths only; from where something is not there, it stays as written. */
struct bh_str bh_host_path(struct bh_host_paths *h, struct bh_str path);
/* The path on the host that shows what that mount shows; empty: none does. */
struct bh_str bh_host_path_of(struct bh_host_paths *h, const struct bh_mount_entry *m);
/* Is that directory the top of a file system of its own? */
bool bh_host_own_mount(struct bh_host_paths *h, struct bh_str path);

/* Is `path` that directory, or below it? By whole parts. */
bool bh_path_within(struct bh_str path, struct bh_str dir);
struct bh_str bh_path_join(struct bh_arena *arena, struct bh_str dir, struct bh_str below);

#endif
