/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_PASSWORDS_LOOK_H
#define BH_PASSWORDS_LOOK_H
/*
 * Files below a root, by patterns of paths: as if the root were "/", so that
 * neither a symbolic link nor ".." of a container leads out of it. Opens; reads nothing.
 */
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"

/* A regular file. NOTFOUND; FORMAT: it is none. The descriptor is the caller's. */
int bh_look_open(int root, const char *path, int *ret_fd, struct stat *ret_st, struct bh_err *err) BH_MUST_CHECK;
/* Calls `each` with every path that a pattern such as "home/<star>/.ssh/id_<star>" fits, in order; '*' fits no dot in front. */
int bh_look(int root, const char *pattern, int (*each)(void *user, struct bh_str path, struct bh_err *err), void *user, struct bh_err *err) BH_MUST_CHECK;

#endif
