/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_HOST_ROOT_H
#define BH_SYS_HOST_ROOT_H
/*
 * Where the host's files are for us. An agent in a container that sees the
 * processes of the host has its root below /proc/1; else its own is the host's.
 */
#include "base/arena.h"
#include "base/err.h"

/* What to put before an absolute path: "" or, without a slash at its end, "/proc/1/root". $BULKHEAD_HOST_ROOT overrides. */
const char *bh_host_root(void);
/* DENIED: we are in a container and may not look below the first process, so what we take for the host's files are our container's. */
int bh_host_root_check(struct bh_err *err) BH_MUST_CHECK;
/* That path of the host. A link in it that begins with a slash would lead into our own root, so none may be on the way. */
const char *bh_on_host(struct bh_arena *arena, const char *path);

#endif
