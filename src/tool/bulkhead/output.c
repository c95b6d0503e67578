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

bool bh_output_at(const struct bh_cli *cli, size_t i, struct bh_output *ret) {
        const char *format = bh_cli_get(cli, "format"), *said;
        struct bh_str path;

        if (format && i-- == 0)
                said = format;
        else
                said = bh_cli_nth(cli, "output", i);
        if (!said && i == 0 && !format)
                said = "table";
        if (!said)
                return false;
        bh_str_cut(bh_str_of(said), '=', &ret->format, &path);
        ret->path = path.len && !bh_str_is(path, "-") ? bh_arena_cstr(cli->arena, path) : NULL;
        return true;
}

int bh_output_places(const struct bh_cli *cli, struct bh_err *err) {
        const char *colour = bh_cli_get(cli, "colour");
        unsigned n_stdout = 0;
        struct bh_output o;

        if (colour && strcmp(colour, "auto") && strcmp(colour, "always") && strcmp(colour, "never"))
                return bh_fail(err, BH_E_USAGE, "--colour is auto, always or never");
        for (size_t i = 0; bh_output_at(cli, i, &o); i++)
                if (!o.path && ++n_stdout > 1)
                        return bh_fail(err, BH_E_USAGE, "two formats for standard output; give one a file: -o %.*s=FILE", BH_FMT(o.format));
        return 0;
}

int bh_output_check(const struct bh_cli *cli, struct bh_err *err) {
        const struct bh_report_format *format;
        int r = bh_output_places(cli, err);
        struct bh_output o;

        for (size_t i = 0; r >= 0 && bh_output_at(cli, i, &o); i++)
                r = bh_report_format_find(o.format, &format, err);
        return r;
}

bool bh_output_texts(const struct bh_cli *cli) {
        const struct bh_report_format *format;
        struct bh_err err = BH_ERR_NONE;
        bool texts = false;
        struct bh_output o;

        for (size_t i = 0; bh_output_at(cli, i, &o) && bh_report_format_find(o.format, &format, &err) >= 0; i++)
                texts |= format->texts;
        return texts;
}

bool bh_output_colour(const struct bh_cli *cli, const struct bh_output *o) {
        const char *when = bh_cli_get(cli, "colour"), *term = getenv("TERM"), *no = getenv("NO_COLOR");

        if (when && !strcmp(when, "always"))
                return true;
        return (!when || !strcmp(when, "auto")) && !o->path && isatty(STDOUT_FILENO) && !(no && *no) && !(term && !strcmp(term, "dumb"));
}

unsigned bh_output_columns(const struct bh_output *o) {
        struct winsize w;

        if (o->path || !isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0 || !w.ws_col)
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
        const struct bh_report_format *format;
        struct bh_output o;
        int r = 0;

        for (size_t i = 0; r >= 0 && bh_output_at(cli, i, &o); i++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
                struct bh_report_opts opts = { .colour = bh_output_colour(cli, &o), .width = bh_output_columns(&o), .all = bh_cli_has(cli, "all") };

                r = bh_report_format_find(o.format, &format, err);
                r = r < 0 ? r : format->write(&out, reports, n, &opts, err);
                r = r < 0 ? r : bh_output_bytes(o.path, bh_buf_str(&out), err);
        }
        return r;
}
