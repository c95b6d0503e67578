/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_MOUNTS_H
#define BH_COMPLY_READ_MOUNTS_H
/*
 * /proc/PID/mountinfo (proc(5)), with what tells whether two mounts show the
 * same thing: the device and the directory of it that is mounted.
 *
 *     36 35 98:0 /mnt1 /mnt2 rw,noatime shared:1 - ext3 /dev/root rw,errors=continue
 *        device root   point options    optional   type source    options
 */
#include "base/arena.h"
#include "base/cur.h"

struct bh_mount_entry {
        struct bh_str device, root, point, type, source; /* root and point: as they are, without escapes */
        bool read_only, shared, slave;
};

/* The next line that is one; false at the end. Others are passed over. */
bool bh_mount_entry_next(struct bh_cur *c, struct bh_arena *arena, struct bh_mount_entry *ret);

#endif
