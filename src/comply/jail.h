/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_JAIL_H
#define BH_COMPLY_JAIL_H
/*
 * Collectors read what anybody may have written, so they work in a child that
 * can compute and ask (sys/sandbox.h): its `reach` is a socket, and we answer
 * what comply/reach.h allows. Nothing else of ours is open to it.
 *
 *     bh_comply_jail(bh_reach_of(direct), inside, user, &out, err);
 *
 * `inside` runs in the child, with a copy of all that `user` leads to; of what
 * it did only its result and `out` come back. What it loads must be loaded
 * before: it cannot open a file.
 */
#include "base/buf.h"
#include "comply/reach.h"

typedef int bh_jailed_fn(const struct bh_reach *reach, void *user, struct bh_buf *out, struct bh_err *err);

int bh_comply_jail(const struct bh_reach *reach, bh_jailed_fn *inside, void *user, struct bh_buf *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
