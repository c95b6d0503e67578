/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_RUN_H
#define BH_SYS_RUN_H
/* Runs a program to its end and takes what it printed. */
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct bh_run {
        const char *const *argv; /* ended by NULL; the first is the program's path */
        const char *user;        /* whose rights it has; NULL: ours */
        uint64_t max_bytes;      /* of its standard output */
};

/*
 * Standard output goes into `out` (NULL: to ours), standard error to ours,
 * standard input is empty. *ret_status is its exit code; a signal is BH_E_BUG.
 */
int bh_run(const struct bh_run *run, struct bh_buf *out, int *ret_status, struct bh_err *err) BH_MUST_CHECK;

/* In a child: takes on a user's numbers for good. 0, or -1 with errno. */
int bh_run_become(const char *user);

#endif
