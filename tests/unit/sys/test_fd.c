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

static void only_what_nobody_else_can_have_written_is_ones_own(void **state) {
        char top[] = "/tmp/bh-fd-XXXXXX", path[64], other[64];
        struct bh_err err = BH_ERR_NONE;
        struct bh_buf into = { 0 };
        struct stat st;
        int fd = -1;

        (void) state;
        assert_non_null(mkdtemp(top));
        (void) snprintf(path, sizeof path, "%s/own", top);
        (void) snprintf(other, sizeof other, "%s/other", top);
        assert_int_equal(bh_fd_open_own(path, &fd, &err), BH_E_NOTFOUND);
        assert_int_equal(bh_fd_write_own(path, BH_STR("one "), BH_STR("two"), &err), 0);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_int_equal(bh_fd_open_own(path, &fd, &err), 0);
        assert_int_equal(bh_fd_read_all(fd, 100, &into, &err), 0);
        assert_str(bh_buf_str(&into), "one two");
        bh_fd_close(&fd);

        assert_int_equal(symlink(path, other), 0);
        assert_true(bh_fd_open_own(other, &fd, &err) < 0);
        assert_int_equal(unlink(other), 0);
        assert_int_equal(link(path, other), 0);
        assert_int_equal(bh_fd_open_own(path, &fd, &err), BH_E_DENIED);
        assert_int_equal(unlink(other), 0);
        assert_int_equal(chmod(path, 0620), 0);
        assert_int_equal(bh_fd_open_own(path, &fd, &err), BH_E_DENIED);
        assert_int_equal(chmod(path, 0602), 0);
        assert_int_equal(bh_fd_open_own(path, &fd, &err), BH_E_DENIED);
        assert_int_equal(bh_fd_open_own(top, &fd, &err), BH_E_DENIED); /* a directory */
        if (geteuid() == 0) {
                assert_int_equal(chmod(path, 0600), 0);
                assert_int_equal(chown(path, 65534, 65534), 0);
                assert_int_equal(bh_fd_open_own(path, &fd, &err), BH_E_DENIED);
        }
        assert_int_equal(fd, -1);
        bh_buf_done(&into);
        (void) unlink(path);
        (void) rmdir(top);
}

BH_UNIT_MAIN(nothing_outside_a_directory_is_opened, only_what_nobody_else_can_have_written_is_ones_own, what_is_too_long_is_not_read)
