/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_CHILD_H
#define BH_SYS_CHILD_H
/* Other programs of ours, started with one socket to talk over and nothing else. */
#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

#define BH_CHILD_SOCKET 3 /* the descriptor the child finds its end of the socket at */

/*
 * Starts `path` with `sock` as its descriptor 3, standard error kept, standard
 * input and output at /dev/null, an empty environment and no other descriptor.
 * It dies with us.
 */
int bh_child_start(const char *path, int sock, pid_t *ret_pid, struct bh_err *err) BH_MUST_CHECK;
/* Kills it when `kill_it`, waits, and says how it ended: 0 for exit 0, else a sentence. */
int bh_child_end(pid_t pid, bool kill_it, struct bh_err *err);
/* The directory of the running program, without a trailing slash. */
int bh_child_own_dir(char *ret, size_t size, struct bh_err *err) BH_MUST_CHECK;
/* Where a program of ours stands: beside the running one, or in ../libexec/bulkhead. */
int bh_child_find(const char *name, char *ret_path, size_t size, struct bh_err *err) BH_MUST_CHECK;

#endif
