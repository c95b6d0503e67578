/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_RIGHTS_H
#define BH_SYS_RIGHTS_H
/*
 * Giving up what a program that was started with many rights does not need.
 * For the whole program only while it is one thread: call it before others begin.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define BH_RIGHT(cap) (1ull << (cap)) /* of CAP_... */

/*
 * Keeps of our capabilities those in `wanted`, also for what we execute; nothing that is executed gains any
 * (no_new_privs); and the system calls `forbidden` fail with EPERM from now on. An error says which step was refused;
 * those after it are tried all the same.
 */
int bh_rights_keep(uint64_t wanted, const int *forbidden, size_t n, struct bh_err *err) BH_MUST_CHECK;
/* Keeps none, in this thread. */
int bh_rights_drop(struct bh_err *err) BH_MUST_CHECK;
/* Have we all of these? */
bool bh_rights_have(uint64_t rights);

#endif
