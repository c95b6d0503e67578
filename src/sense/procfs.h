/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_PROCFS_H
#define BH_SENSE_PROCFS_H
/*
 * What /proc says of processes that are there, in the shape of a record:
 * for those that started before us, and for those that a back end knows only
 * by their number. What /proc does not know (layers of an overlay) is left 0.
 */
#include "base/arena.h"
#include "model/event.h"

struct bh_procfs_process {
        struct bh_ev_proc proc;
        struct bh_str strs[BH_PROC_STRS];
};

/* False: it is gone. Strings are in `scratch`. */
bool bh_procfs_read(uint32_t pid, struct bh_arena *scratch, struct bh_procfs_process *ret);
/* All that there are, in order of their start as far as numbers tell; != 0 from fn ends it and is returned. */
int bh_procfs_each(int (*fn)(void *user, uint32_t pid), void *user, struct bh_err *err) BH_MUST_CHECK;
/* Ids of its control group of version 2 and of those above it, the innermost first; how many, at most n. */
size_t bh_procfs_cgroup_ids(uint32_t pid, uint64_t *ret, size_t n);
/* The path that tells containers apart, of a text like /proc/PID/cgroup. Pure. */
struct bh_str bh_procfs_cgroup(struct bh_str text);

#endif
