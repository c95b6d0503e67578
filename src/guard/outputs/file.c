/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines to standard output, and to files that turn at their size
 * (sys/logfile.h). After SIGHUP a file's name is opened anew, for those who let
 * logrotate do it.
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
#include "sys/logfile.h"
#include "sys/sigpipe.h"

struct bh_outlet {
        const struct bh_output_spec *spec;
        const atomic_bool *stop;
        int fd;                 /* of standard output */
        struct bh_logfile file; /* else */
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
        o->file = (struct bh_logfile){ .path = spec->target, .size_bytes = spec->size_bytes, .keep = spec->keep, .fd = -1 };
        return o;
}

static void close_outlet(struct bh_outlet **o) {
        bh_fd_close(&(*o)->fd);
        bh_logfile_close(&(*o)->file);
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

static int open_file(const struct bh_output_spec *spec, const atomic_bool *stop, struct bh_outlet **ret, struct bh_err *err) {
        struct bh_outlet *o = outlet_new(spec, stop);
        int r = bh_logfile_open(&o->file, err);

        if (r < 0)
                close_outlet(&o);
        else
                *ret = o;
        return r;
}

static int send_file(struct bh_outlet *o, struct bh_message *const *messages, size_t n, size_t *ret_sent, struct bh_err *err) {
        int r = 0;

        *ret_sent = 0;
        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = bh_logfile_append(&o->file, bh_message_str(messages[i]), err);
                *ret_sent += r >= 0;
        }
        return r;
}

static void reopen_file(struct bh_outlet *o) {
        bh_logfile_close(&o->file);
}

const struct bh_outlet_ops bh_outlet_stdout = { .open = open_stdout, .send = send_stdout, .close = close_outlet, .at_once = 64 };
const struct bh_outlet_ops bh_outlet_file = { .open = open_file, .send = send_file, .reopen = reopen_file, .close = close_outlet, .at_once = 64 };
