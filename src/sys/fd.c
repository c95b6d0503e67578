/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STEP (64 * 1024)

void bh_fd_close(int *fd) {
        int saved = errno;

        if (*fd >= 0)
                (void) close(*fd);
        *fd = -1;
        errno = saved;
}

int bh_fd_write_all(int fd, struct bh_str bytes, struct bh_err *err) {
        while (bytes.len) {
                ssize_t n = write(fd, bytes.at, bytes.len);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return bh_fail_sys(err, errno, "write");
                bytes = bh_str_from(bytes, (size_t) n);
        }
        return 0;
}

int bh_fd_read_all(int fd, uint64_t max, struct bh_buf *into, struct bh_err *err) {
        uint64_t got = 0;

        for (;;) {
                ssize_t n = read(fd, bh_buf_room(into, STEP), STEP);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return bh_fail_sys(err, errno, "read");
                if (n == 0)
                        return 0;
                got += (uint64_t) n;
                if (got > max)
                        return bh_fail(err, BH_E_LIMIT, "more than %llu bytes", (unsigned long long) max);
                into->len += (size_t) n;
        }
}

int bh_fd_read_file(struct bh_arena *arena, const char *path, uint64_t max, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        char shown[256];
        int r;

        bh_str_quote(bh_str_of(path), shown, sizeof shown);
        if (fd < 0)
                return bh_fail_sys(err, errno, "%s", shown);
        r = bh_fd_read_all(fd, max, &bytes, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", shown);
        *ret = bh_arena_str(arena, bh_buf_str(&bytes));
        return 0;
}

int bh_fd_open_own(const char *path, int *ret_fd, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        struct stat st;

        if (fd < 0)
                return errno == ENOENT ? bh_fail(err, BH_E_NOTFOUND, "%s: there is no such file", path) : bh_fail_sys(err, errno, "%s", path);
        if (fstat(fd, &st) < 0)
                return bh_fail_sys(err, errno, "%s", path);
        if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1 || (st.st_mode & (S_IWGRP | S_IWOTH)))
                return bh_fail(err, BH_E_DENIED, "%s: others could have written it", path);
        *ret_fd = BH_TAKE_FD(fd);
        return 0;
}

int bh_fd_write_own(const char *path, struct bh_str head, struct bh_str bytes, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        char *beside = (char *) (uintptr_t) bh_arena_printf(arena, "%s.XXXXXX", path).at;
        BH_CLEANUP(bh_fd_close) int fd = mkostemp(beside, O_CLOEXEC); /* with mode 0600 */
        int r;

        if (fd < 0)
                return bh_fail_sys(err, errno, "%s", path);
        r = bh_fd_write_all(fd, head, err);
        if (r >= 0)
                r = bh_fd_write_all(fd, bytes, err);
        if (r >= 0 && rename(beside, path) < 0)
                r = bh_fail_sys(err, errno, "%s", path);
        if (r < 0)
                (void) unlink(beside);
        return r;
}

int bh_fd_open_beneath(int dir, const char *path, int flags, int *ret_fd, struct bh_err *err) {
        struct open_how how = { .flags = (uint64_t) (flags | O_CLOEXEC),
                                .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
        int fd;

        do
                fd = (int) syscall(SYS_openat2, dir, path, &how, sizeof how);
        while (fd < 0 && (errno == EINTR || errno == EAGAIN));
        if (fd < 0)
                return bh_fail_sys(err, errno, "%s", BH_QUOTE(bh_str_of(path)));
        *ret_fd = fd;
        return 0;
}
