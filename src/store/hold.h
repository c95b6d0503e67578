/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_STORE_HOLD_H
#define BH_STORE_HOLD_H
/*
 * Who works with a database holds its file (flock), together with others or
 * alone: nothing is put in its place while somebody writes to it.
 *
 * The descriptor is closed after the last connection of this process: closing
 * any descriptor of a file gives up the locks that SQLite has on it (fcntl's are the process's, not the descriptor's).
 */
#include <stdbool.h>

#include "base/err.h"

/* Among others, the file is made when absent; alone, there is then nothing to hold. DENIED: somebody else is in the way. */
int bh_store_hold(const char *path, bool alone, int *ret_fd, struct bh_err *err) BH_MUST_CHECK;
/* What was renamed in the folder of this path stays so. */
int bh_store_sync_folder(const char *path, struct bh_err *err) BH_MUST_CHECK;

#endif
