/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_MOUNTS_H
#define BH_IMAGE_MOUNTS_H
/* Which mounted file systems a walk through a live system enters, and which it leaves alone. */
#include <stdbool.h>

#include "base/str.h"

/*
 * `fd` (O_PATH is enough) is the top of a mounted file system at `path`. When
 * it is left out although files may lie there, *ret_why is a sentence; for
 * pseudo file systems there is nothing to say.
 */
bool bh_mounts_may_enter(int fd, struct bh_str path, bool host, const char **ret_why);

/* Where container engines keep images and containers: scanned under their own names, not as the host's files. */
bool bh_mounts_is_storage(struct bh_str path);

#endif
