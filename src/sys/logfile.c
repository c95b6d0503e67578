/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"

int bh_logfile_open(struct bh_logfile *f, struct bh_err *err) {
        struct stat st;

        f->fd = open(f->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | (f->own ? O_NOFOLLOW : 0), 0600);
        if (f->fd < 0 || fstat(f->fd, &st) < 0)
                return bh_fail_sys(err, errno, "%s", f->path);
        f->size = S_ISREG(st.st_mode) ? (uint64_t) st.st_size : 0;
        return 0;
}

void bh_logfile_close(struct bh_logfile *f) {
        bh_fd_close(&f->fd);
}

static void name_of(struct bh_buf *out, const char *path, uint32_t i) {
        bh_buf_clear(out);
        if (i)
                bh_buf_printf(out, "%s.%u", path, i);
        else
                bh_buf_puts(out, path);
        bh_buf_putc(out, '\0');
}

static int turn(struct bh_logfile *f, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf from = { 0 }, to = { 0 };

        bh_fd_close(&f->fd);
        if (f->keep == 0 && unlink(f->path) < 0 && errno != ENOENT)
                return bh_fail_sys(err, errno, "%s", f->path);
        for (uint32_t i = f->keep; i-- > 0;) {
                name_of(&from, f->path, i);
                name_of(&to, f->path, i + 1);
                if (rename(from.at, to.at) < 0 && errno != ENOENT)
                        return bh_fail_sys(err, errno, "%s", from.at);
        }
        return bh_logfile_open(f, err);
}

int bh_logfile_add(struct bh_logfile *f, struct bh_str bytes, struct bh_err *err) {
        int r = 0;

        if (f->fd < 0)
                r = bh_logfile_open(f, err);
        if (r >= 0 && f->size_bytes && f->size && f->size + bytes.len > f->size_bytes)
                r = turn(f, err);
        if (r < 0)
                return r;
        r = bh_fd_write_all(f->fd, bytes, err);
        f->size += bytes.len;
        return r < 0 ? bh_wrap(err, r, "%s", f->path) : 0;
}

int bh_logfile_append(struct bh_logfile *f, struct bh_str line, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf whole = { 0 };

        bh_buf_add(&whole, line);
        bh_buf_putc(&whole, '\n');
        return bh_logfile_add(f, bh_buf_str(&whole), err);
}
