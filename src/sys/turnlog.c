/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/turnlog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"

static int open_file(struct bh_turnlog *log, struct bh_err *err) {
        struct stat st;

        log->fd = open(log->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (log->fd < 0)
                return bh_fail_sys(err, errno, "%s", log->path);
        log->bytes = fstat(log->fd, &st) == 0 ? (uint64_t) st.st_size : 0;
        return 0;
}

int bh_turnlog_open(struct bh_turnlog *log, const char *path, uint64_t max_bytes, unsigned keep, struct bh_err *err) {
        *log = (struct bh_turnlog){ .fd = -1, .max_bytes = max_bytes, .keep = keep };
        if ((size_t) snprintf(log->path, sizeof log->path, "%s", path) >= sizeof log->path)
                return bh_fail(err, BH_E_LIMIT, "%.80s...: too long for a path", path);
        return open_file(log, err);
}

static void turn(struct bh_turnlog *log) {
        char from[4032], to[4032];
        struct bh_err why = BH_ERR_NONE;

        bh_fd_close(&log->fd);
        for (unsigned i = log->keep; i > 0; i--) {
                (void) snprintf(to, sizeof to, "%s.%u", log->path, i);
                (void) (i > 1 ? snprintf(from, sizeof from, "%s.%u", log->path, i - 1) : snprintf(from, sizeof from, "%s", log->path));
                (void) rename(from, to);
        }
        if (log->keep == 0)
                (void) unlink(log->path);
        if (open_file(log, &why) < 0)
                log->fd = -1; /* the next line tries again */
}

void bh_turnlog_add(struct bh_turnlog *log, struct bh_str bytes) {
        struct bh_err why = BH_ERR_NONE;

        if (log->fd < 0 || (log->bytes > 0 && log->bytes + bytes.len > log->max_bytes))
                turn(log);
        if (log->fd >= 0 && bh_fd_write_all(log->fd, bytes, &why) >= 0)
                log->bytes += bytes.len;
}

void bh_turnlog_close(struct bh_turnlog *log) {
        bh_fd_close(&log->fd);
}
