/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_UNIT_H
#define BH_COMPLY_READ_UNIT_H
/*
 * Units of systemd, and their drop-ins:
 *
 *     [Service]
 *     # a note, also with ;
 *     IPAddressDeny=any
 *     ExecStart=/usr/bin/kubelet \
 *         --config=/var/lib/kubelet/config.yaml
 */
#include "base/arena.h"
#include "base/cur.h"

struct bh_unit {
        struct bh_str section, name, value; /* "Service", "IPAddressDeny", "any" */
};

/* The next assignment; `ret` keeps the section from call to call, so hand in the same, zeroed at first. False at the end. */
bool bh_unit_next(struct bh_arena *arena, struct bh_cur *c, struct bh_unit *ret);

#endif
