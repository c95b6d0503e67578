/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"

static void nothing_outside_a_directory_is_opened(void **state) {
        char top[] = "/tmp/bh-fd-XXXXXX", link_path[64], file_path[64];
        struct bh_err err = BH_ERR_NONE;
        int dir, fd = -1;

        (void) state;
        assert_non_null(mkdtemp(top));
        (void) snprintf(link_path, sizeof link_path, "%s/out", top);
        (void) snprintf(file_path, sizeof file_path, "%s/in", top);
        assert_int_equal(symlink("/etc/passwd", link_path), 0);
        dir = open(file_path, O_WRONLY | O_CREAT, 0600);
        assert_true(dir >= 0);
        (void) close(dir);
        dir = open(top, O_PATH | O_DIRECTORY);
        assert_int_equal(bh_fd_open_beneath(dir, "in", O_RDONLY, &fd, &err), 0);
        bh_fd_close(&fd);
        assert_int_equal(fd, -1);
        assert_true(bh_fd_open_beneath(dir, "out", O_RDONLY, &fd, &err) < 0);
        assert_int_equal(err.sys, EXDEV);
        assert_true(bh_fd_open_beneath(dir, "../../etc/passwd", O_RDONLY, &fd, &err) < 0);
        assert_true(bh_fd_open_beneath(dir, "/etc/passwd", O_RDONLY, &fd, &err) < 0);
        assert_int_equal(fd, -1);
        (void) close(dir);
        (void) unlink(link_path);
        (void) unlink(file_path);
        (void) rmdir(top);
}

static void what_is_too_long_is_not_read(void **state) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_buf into = { 0 };
        int p[2];

        (void) state;
        assert_int_equal(pipe(p), 0);
        assert_int_equal(bh_fd_write_all(p[1], BH_STR("12345"), &err), 0);
        (void) close(p[1]);
        assert_int_equal(bh_fd_read_all(p[0], 4, &into, &err), BH_E_LIMIT);
        assert_string_equal(err.text, "more than 4 bytes");
        (void) close(p[0]);
        bh_buf_done(&into);
}

BH_UNIT_MAIN(nothing_outside_a_directory_is_opened, what_is_too_long_is_not_read)
