/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_PODMAN_H
#define BH_IMAGE_PODMAN_H
/*
 * Podman has no daemon, and most machines have no socket of it. Then we start
 * `podman system service` for as long as we need it, on a socket of our own.
 */
#include "base/arena.h"
#include "base/err.h"

struct bh_podman;

/* BH_E_NOTFOUND when there is no podman. `ret_address`: "unix://…", in the arena. */
int bh_podman_start(struct bh_arena *arena, struct bh_podman **ret, const char **ret_address, struct bh_err *err)
        BH_MUST_CHECK;
void bh_podman_stop(struct bh_podman **podman); /* leaves NULL */

#endif
