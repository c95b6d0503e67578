/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_ROOTFS_H
#define BH_IMAGE_ROOTFS_H
/*
 * Turns a directory into one tar stream, so that whoever reads layers reads a
 * root file system, too. A thread walks and writes.
 *
 * No symbolic link is followed, and nothing outside the directory is opened.
 * Entries come in the order of their names. What cannot be read is listed as a
 * gap; a file that shrinks while it is read is filled up with zeros, one that
 * grows is cut at the size its header named; what vanishes was never there.
 */
#include "image/progress.h"
#include "image/source.h"

enum bh_rootfs_reach {
        BH_ROOTFS_ONE,       /* only the file system that the directory lies on */
        BH_ROOTFS_CONTAINER, /* its mounts, too, but for pseudo and network file systems, and /dev, /proc, /sys */
        BH_ROOTFS_HOST,      /* the same, without tmpfs on /run and without what container engines store */
};

struct bh_rootfs_opts {
        enum bh_rootfs_reach reach;
        uint64_t max_file_bytes;   /* 0: no limit */
        const struct bh_str *skip; /* paths without leading '/' */
        size_t n_skip;
};

struct bh_rootfs;

/* Takes `dir` over, whatever comes back. The slices in opts must outlive it. */
int bh_rootfs_start(int dir, const struct bh_rootfs_opts *opts, struct bh_progress *progress, struct bh_rootfs **ret,
                    int *ret_fd, struct bh_err *err) BH_MUST_CHECK;
int bh_rootfs_join(struct bh_rootfs *rootfs, struct bh_err *err) BH_MUST_CHECK;
/* After join. */
void bh_rootfs_gaps(struct bh_rootfs *rootfs, struct bh_arena *arena, struct bh_gaps *ret);
void bh_rootfs_free(struct bh_rootfs **rootfs); /* stops and joins; leaves NULL */

#endif
