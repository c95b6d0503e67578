/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/roots.h"

static struct bh_root made(char *folder) {
        BH_CLEANUP(bh_fd_close) int file = -1;
        struct bh_root root = { .fd = -1 };

        assert_non_null(mkdtemp(folder));
        root.fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(root.fd >= 0);
        file = openat(root.fd, "key", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        assert_int_equal(write(file, "secret", 6), 6);
        assert_int_equal(symlinkat("/key", root.fd, "link"), 0);
        return root;
}

static void gone(struct bh_root *root, const char *folder) {
        assert_int_equal(unlinkat(root->fd, "key", 0), 0);
        assert_int_equal(unlinkat(root->fd, "link", 0), 0);
        bh_fd_close(&root->fd);
        assert_int_equal(rmdir(folder), 0);
}

static void a_file_is_told_of_without_being_opened(void **state) {
        char folder[] = "/tmp/bulkhead-roots-XXXXXX";
        struct bh_root root = made(folder);
        struct bh_err err = BH_ERR_NONE;
        struct stat st = { 0 };

        (void) state;
        assert_int_equal(bh_root_stat(&root, "/key", false, &st, &err), 0);
        assert_int_equal(st.st_mode, S_IFREG | 0600);
        assert_int_equal(bh_root_stat(&root, "/nothing", false, &st, &err), BH_E_NOTFOUND);
        assert_true(bh_root_has(&root, "/key"));
        assert_false(bh_root_has(&root, "/nothing"));
        gone(&root, folder);
}

static void a_link_is_itself_only_where_asked(void **state) {
        char folder[] = "/tmp/bulkhead-roots-XXXXXX";
        struct bh_root root = made(folder);
        struct bh_err err = BH_ERR_NONE;
        struct stat st = { 0 };

        (void) state;
        assert_int_equal(bh_root_stat(&root, "/link", true, &st, &err), 0);
        assert_true(S_ISLNK(st.st_mode));
        assert_int_equal(bh_root_stat(&root, "/link", false, &st, &err), 0);
        assert_int_equal(st.st_mode, S_IFREG | 0600);
        gone(&root, folder);
}

BH_UNIT_MAIN(a_file_is_told_of_without_being_opened, a_link_is_itself_only_where_asked)
