/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_FD_H
#define BH_SYS_FD_H
/*
 * File descriptors: owned by a variable, read to their end, written whole.
 *
 *     BH_CLEANUP(bh_fd_close) int fd = -1;
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

void bh_fd_close(int *fd); /* leaves -1; keeps errno */

/* Hands a cleaned-up descriptor to a new owner; the variable is left -1. */
#define BH_TAKE_FD(fd)             \
        ({                         \
                int bh_fd_ = (fd); \
                (fd) = -1;         \
                bh_fd_;            \
        })

/* All of it, through interruptions and short writes. */
int bh_fd_write_all(int fd, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;
/* Appends what is left in fd; more than max bytes are BH_E_LIMIT. */
int bh_fd_read_all(int fd, uint64_t max, struct bh_buf *into, struct bh_err *err) BH_MUST_CHECK;
/* A whole regular file, its bytes in the arena (and closed by a NUL that is not counted). */
int bh_fd_read_file(struct bh_arena *arena, const char *path, uint64_t max, struct bh_str *ret, struct bh_err *err)
        BH_MUST_CHECK;

/*
 * A file whose bytes only this user can have chosen: a plain file of one name,
 * his own, that nobody else may write. NOTFOUND when it is not there, DENIED
 * when it is not such a file.
 */
int bh_fd_open_own(const char *path, int *ret_fd, struct bh_err *err) BH_MUST_CHECK;
/* Makes or replaces such a file of two parts, whole or not at all. */
int bh_fd_write_own(const char *path, struct bh_str head, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;

/* Opens below a directory: no symbolic link and no ".." leads out of it. openat2, Linux 5.6. */
int bh_fd_open_beneath(int dir, const char *path, int flags, int *ret_fd, struct bh_err *err) BH_MUST_CHECK;

#endif
