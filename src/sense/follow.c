/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"

#define READ_BYTES 65536u

void bh_follow_done(struct bh_follow *f) {
        bh_fd_close(&f->fd);
        bh_buf_done(&f->held);
}

/* Where reading begins: of the first file at its end, of those that come later at their beginning. */
static int begin(struct bh_follow *f, struct bh_err *err) {
        int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        struct stat st;

        if (fd < 0 && errno == ENOENT) {
                f->from_start = true;
                return 0;
        }
        if (fd < 0 || fstat(fd, &st) < 0)
                return bh_fail_sys(err, errno, "%s", f->path);
        f->fd = fd;
        f->dev = st.st_dev;
        f->ino = st.st_ino;
        f->at = f->from_start ? 0 : (uint64_t) st.st_size;
        f->from_start = true;
        f->skipping = false;
        bh_buf_clear(&f->held);
        return 0;
}

void bh_follow_init(struct bh_follow *f, const char *path, bool from_start) {
        *f = (struct bh_follow){ .path = path, .fd = -1, .from_start = from_start };
        BH_IGNORE(begin(f, NULL)); /* what fails here fails again when somebody wants lines */
}

/* What was read to its end and has another name now, or is shorter than it was, is followed by the next. */
static int look_for_another(struct bh_follow *f, struct bh_err *err) {
        struct stat st;

        if (stat(f->path, &st) < 0)
                return 0; /* between two of them */
        if (st.st_dev == f->dev && st.st_ino == f->ino && (uint64_t) st.st_size >= f->at)
                return 0;
        bh_fd_close(&f->fd);
        return begin(f, err);
}

static int hand_lines(struct bh_follow *f, struct bh_str bytes, size_t most, int (*fn)(void *user, struct bh_str line), void *user) {
        struct bh_str line, rest = bytes;
        int r = 0;

        while (r == 0 && bh_str_chr(rest, '\n') >= 0) {
                (void) bh_str_cut(rest, '\n', &line, &rest);
                if (f->skipping) {
                        f->skipping = false;
                } else if (f->held.len) {
                        bh_buf_add(&f->held, line);
                        r = f->held.len <= most ? fn(user, bh_buf_str(&f->held)) : 0;
                } else if (line.len <= most) {
                        r = fn(user, line);
                }
                bh_buf_clear(&f->held);
        }
        if (f->skipping)
                return r;
        bh_buf_add(&f->held, rest);
        if (f->held.len > most) {
                f->skipping = true;
                bh_buf_clear(&f->held);
        }
        return r;
}

static int hand_records(struct bh_follow *f, struct bh_str bytes, size_t size, int (*fn)(void *user, struct bh_str record), void *user) {
        int r = 0;

        while (r == 0 && bytes.len) {
                size_t n = BH_MIN(size - f->held.len, bytes.len);

                bh_buf_add(&f->held, bh_str_part(bytes, 0, n));
                bytes = bh_str_from(bytes, n);
                if (f->held.len < size)
                        break;
                r = fn(user, bh_buf_str(&f->held));
                bh_buf_clear(&f->held);
        }
        return r;
}

static int follow(struct bh_follow *f, size_t n, bool lines, int (*fn)(void *user, struct bh_str s), void *user, struct bh_err *err) {
        char bytes[READ_BYTES];
        int r = f->fd < 0 ? begin(f, err) : 0;

        while (r == 0 && f->fd >= 0) {
                ssize_t got = pread(f->fd, bytes, sizeof bytes, (off_t) f->at);
                int before = f->fd;
                uint64_t ino = f->ino, at = f->at;

                if (got < 0 && errno != EINTR)
                        return bh_fail_sys(err, errno, "%s", f->path);
                if (got > 0) {
                        f->at += (uint64_t) got;
                        r = lines ? hand_lines(f, (struct bh_str){ bytes, (size_t) got }, n, fn, user)
                                  : hand_records(f, (struct bh_str){ bytes, (size_t) got }, n, fn, user);
                        continue;
                }
                r = look_for_another(f, err);
                if (r == 0 && f->fd == before && f->ino == ino && f->at == at)
                        return 0;
        }
        return r;
}

int bh_follow_lines(struct bh_follow *f, size_t most, int (*fn)(void *user, struct bh_str line), void *user, struct bh_err *err) {
        return follow(f, most, true, fn, user, err);
}

int bh_follow_records(struct bh_follow *f, size_t size, int (*fn)(void *user, struct bh_str record), void *user, struct bh_err *err) {
        return follow(f, size, false, fn, user, err);
}
