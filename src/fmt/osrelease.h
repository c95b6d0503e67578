/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_OSRELEASE_H
#define BH_FMT_OSRELEASE_H
/*
 * os-release(5) and its kin: KEY=value lines as a shell would assign them.
 *
 *     ID=debian
 *     PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
 *     NAME='single quotes are taken as they are'
 */
#include "base/arena.h"
#include "base/cur.h"

/*
 * The next assignment; false at the end. Lines that are none (comments, stray
 * words) are passed over, as systemd does. The value is without its quotes; it
 * points into the input, or into the arena when it had a backslash.
 */
bool bh_osrelease_next(struct bh_cur *c, struct bh_arena *arena, struct bh_str *ret_key, struct bh_str *ret_value);

#endif
