/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines to standard output and to files. A file is opened for appending and
 * made with mode 0600. Above its size it becomes FILE.1, what was FILE.1
 * becomes FILE.2, and so on to the last that is kept. After SIGHUP the name is
 * opened anew, for those who let logrotate do it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "guard/outputs/outlet.h"
#include "sys/fd.h"
#include "sys/sigpipe.h"

struct bh_outlet {
        const struct bh_output_spec *spec;
        const atomic_bool *stop;
        int fd;
        uint64_t size;
};

const struct bh_outlet_ops *bh_outlet_of(enum bh_output_kind kind) {
        static const struct bh_outlet_ops *const all[] = { [BH_OUTPUT_STDOUT] = &bh_outlet_stdout, [BH_OUTPUT_FILE] = &bh_outlet_file,
                                                           [BH_OUTPUT_SYSLOG] = &bh_outlet_syslog, [BH_OUTPUT_HTTP] = &bh_outlet_http,
                                                           [BH_OUTPUT_UNIX] = &bh_outlet_unix };

        return all[kind];
}

static struct bh_outlet *outlet_new(const struct bh_output_spec *spec, const atomic_bool *stop) {
        struct bh_outlet *o = calloc(1, sizeof *o);

        if (!o)
                bh_nomem(sizeof *o);
        *o = (struct bh_outlet){ .spec = spec, .stop = stop, .fd = -1 };
        return o;
}

static void close_outlet(struct bh_outlet **o) {
        bh_fd_close(&(*o)->fd);
        free(*o);
        *o = NULL;
}

/* ---- standard output ---- */

/* To a file that others write too, or that is cut short when it turns, a line goes to the end, wherever that is. */
static void go_to_end(int fd) {
        struct stat st;
        int flags = fcntl(fd, F_GETFL);

        if (flags >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
                BH_IGNORE(fcntl(fd, F_SETFL, flags | O_APPEND));
}

static int open_stdout(const struct bh_output_spec *spec, const atomic_bool *stop, struct bh_outlet **ret, struct bh_err *err) {
        int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);

        if (fd < 0)
                return bh_fail_sys(err, errno, "standard output");
        go_to_end(fd);
        *ret = outlet_new(spec, stop);
        (*ret)->fd = fd;
        return 0;
}

/* A pager that is not read must not keep us from ending: so wait for room, and look up now and then. */
static int wait_room(const struct bh_outlet *o, struct bh_err *err) {
        for (;;) {
                struct pollfd p = { .fd = o->fd, .events = POLLOUT };
                int r = poll(&p, 1, 200);

                if (r < 0 && errno != EINTR)
                        return bh_fail_sys(err, errno, "poll");
                if (r > 0)
                        return 0;
                if (atomic_load(o->stop))
                        return bh_fail(err, BH_E_TIMEOUT, "nobody reads it");
        }
}

static int write_out(struct bh_outlet *o, struct bh_str bytes, struct bh_err *err) {
        struct bh_sigpipe pipes;
        int r = 0;

        bh_sigpipe_block(&pipes);
        while (r >= 0 && bytes.len) {
                struct bh_str piece = bh_str_part(bytes, 0, 4096); /* PIPE_BUF: what poll promises room for */

                r = wait_room(o, err);
                r = r < 0 ? r : bh_fd_write_all(o->fd, piece, err);
                bytes = bh_str_from(bytes, piece.len);
        }
        bh_sigpipe_restore(&pipes);
        return r;
}

static int send_stdout(struct bh_outlet *o, struct bh_message *const *messages, size_t n, size_t *ret_sent, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf lines = { 0 };
        int r;

        for (size_t i = 0; i < n; i++) {
                bh_buf_add(&lines, bh_message_str(messages[i]));
                bh_buf_putc(&lines, '\n');
        }
        r = write_out(o, bh_buf_str(&lines), err);
        *ret_sent = r < 0 ? 0 : n;
        return r;
}

/* ---- files ---- */

static int open_path(struct bh_outlet *o, struct bh_err *err) {
        struct stat st;

        o->fd = open(o->spec->target, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
        if (o->fd < 0 || fstat(o->fd, &st) < 0)
                return bh_fail_sys(err, errno, "%s", o->spec->target);
        o->size = S_ISREG(st.st_mode) ? (uint64_t) st.st_size : 0;
        return 0;
}

static int open_file(const struct bh_output_spec *spec, const atomic_bool *stop, struct bh_outlet **ret, struct bh_err *err) {
        struct bh_outlet *o = outlet_new(spec, stop);
        int r = open_path(o, err);

        if (r < 0)
                close_outlet(&o);
        else
                *ret = o;
        return r;
}

static void name_of(struct bh_buf *out, const char *path, uint32_t i) {
        bh_buf_clear(out);
        if (i)
                bh_buf_printf(out, "%s.%u", path, i);
        else
                bh_buf_puts(out, path);
        bh_buf_putc(out, '\0');
}

static int rotate(struct bh_outlet *o, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf from = { 0 }, to = { 0 };

        bh_fd_close(&o->fd);
        if (o->spec->keep == 0 && unlink(o->spec->target) < 0 && errno != ENOENT)
                return bh_fail_sys(err, errno, "%s", o->spec->target);
        for (uint32_t i = o->spec->keep; i-- > 0;) {
                name_of(&from, o->spec->target, i);
                name_of(&to, o->spec->target, i + 1);
                if (rename(from.at, to.at) < 0 && errno != ENOENT)
                        return bh_fail_sys(err, errno, "%s", from.at);
        }
        return open_path(o, err);
}

static int send_line(struct bh_outlet *o, const struct bh_message *m, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf line = { 0 };
        int r = 0;

        if (o->fd < 0)
                r = open_path(o, err);
        if (r >= 0 && o->spec->size_bytes && o->size && o->size + m->len + 1 > o->spec->size_bytes)
                r = rotate(o, err);
        if (r < 0)
                return r;
        bh_buf_add(&line, bh_message_str(m));
        bh_buf_putc(&line, '\n');
        r = bh_fd_write_all(o->fd, bh_buf_str(&line), err);
        o->size += line.len;
        return r < 0 ? bh_wrap(err, r, "%s", o->spec->target) : 0;
}

static int send_file(struct bh_outlet *o, struct bh_message *const *messages, size_t n, size_t *ret_sent, struct bh_err *err) {
        int r = 0;

        *ret_sent = 0;
        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = send_line(o, messages[i], err);
                *ret_sent += r >= 0;
        }
        return r;
}

static void reopen_file(struct bh_outlet *o) {
        bh_fd_close(&o->fd);
}

const struct bh_outlet_ops bh_outlet_stdout = { .open = open_stdout, .send = send_stdout, .close = close_outlet, .at_once = 64 };
const struct bh_outlet_ops bh_outlet_file = { .open = open_file, .send = send_file, .reopen = reopen_file, .close = close_outlet, .at_once = 64 };
