/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/bulkhead/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"

struct sink {
        const struct bh_report_format *format;
        const char *path; /* NULL: standard output */
};

/* The i-th place a report goes to; 0 past the last. */
static int sink_at(const struct bh_cli *cli, size_t i, struct sink *ret, struct bh_err *err) {
        const char *format = bh_cli_get(cli, "format"), *said;
        struct bh_str name, path;
        int r;

        if (format && i-- == 0)
                said = format;
        else
                said = bh_cli_nth(cli, "output", i);
        if (!said && i == 0 && !format)
                said = "table";
        if (!said)
                return 0;
        bh_str_cut(bh_str_of(said), '=', &name, &path);
        r = bh_report_format_find(name, &ret->format, err);
        if (r < 0)
                return r;
        ret->path = path.len && !bh_str_is(path, "-") ? bh_arena_cstr(cli->arena, path) : NULL;
        return 1;
}

int bh_output_check(const struct bh_cli *cli, struct bh_err *err) {
        const char *colour = bh_cli_get(cli, "colour");
        unsigned n_stdout = 0;
        struct sink s;
        int r;

        if (colour && strcmp(colour, "auto") && strcmp(colour, "always") && strcmp(colour, "never"))
                return bh_fail(err, BH_E_USAGE, "--colour is auto, always or never");
        for (size_t i = 0; (r = sink_at(cli, i, &s, err)) > 0; i++)
                if (!s.path && ++n_stdout > 1)
                        return bh_fail(err, BH_E_USAGE, "two formats for standard output; give one a file: -o %s=FILE", s.format->name);
        return r;
}

bool bh_output_texts(const struct bh_cli *cli) {
        struct bh_err err = BH_ERR_NONE;
        bool texts = false;
        struct sink s;

        for (size_t i = 0; sink_at(cli, i, &s, &err) > 0; i++)
                texts |= s.format->texts;
        return texts;
}

static bool wants_colour(const struct bh_cli *cli, const struct sink *s) {
        const char *when = bh_cli_get(cli, "colour"), *term = getenv("TERM"), *no = getenv("NO_COLOR");

        if (when && !strcmp(when, "always"))
                return true;
        return (!when || !strcmp(when, "auto")) && !s->path && isatty(STDOUT_FILENO) && !(no && *no) && !(term && !strcmp(term, "dumb"));
}

static unsigned columns(const struct sink *s) {
        struct winsize w;

        if (s->path || !isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0 || !w.ws_col)
                return 0;
        return (unsigned) BH_MIN((int) w.ws_col, 160);
}

static int write_file(const char *path, const char *beside, struct bh_str bytes, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        int r;

        if (fd < 0)
                return bh_fail_sys(err, errno, "%s", path);
        r = bh_fd_write_all(fd, bytes, err);
        if (r >= 0 && rename(beside, path) < 0)
                r = bh_fail_sys(err, errno, "%s", path);
        if (r < 0)
                (void) unlink(beside);
        return r;
}

int bh_output_bytes(const char *path, struct bh_str bytes, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct stat st;

        if (!path)
                return bh_wrap(err, bh_fd_write_all(STDOUT_FILENO, bytes, err), "standard output");
        if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) { /* a pipe, /dev/stderr: no file can take its place */
                BH_CLEANUP(bh_fd_close) int fd = open(path, O_WRONLY | O_CLOEXEC);

                return fd < 0 ? bh_fail_sys(err, errno, "%s", path) : bh_wrap(err, bh_fd_write_all(fd, bytes, err), "%s", path);
        }
        return write_file(path, bh_arena_printf(arena, "%s.%ld.part", path, (long) getpid()).at, bytes, err);
}

int bh_output_write(const struct bh_cli *cli, const struct bh_report *reports, size_t n, struct bh_err *err) {
        struct sink s;
        int r;

        for (size_t i = 0; (r = sink_at(cli, i, &s, err)) > 0; i++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
                struct bh_report_opts opts = { .colour = wants_colour(cli, &s), .width = columns(&s), .all = bh_cli_has(cli, "all") };

                r = s.format->write(&out, reports, n, &opts, err);
                if (r >= 0)
                        r = bh_output_bytes(s.path, bh_buf_str(&out), err);
                if (r < 0)
                        return r;
        }
        return r;
}
