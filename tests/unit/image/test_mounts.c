/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "image/mounts.h"

static void the_kernels_own_file_systems_are_left_out_without_a_word(void **state) {
        int fd = open("/proc", O_PATH | O_DIRECTORY);
        const char *why = "unset";

        (void) state;
        assert_true(fd >= 0);
        assert_false(bh_mounts_may_enter(fd, BH_STR("proc"), true, &why));
        assert_null(why);
        (void) close(fd);
}

static void what_engines_store_is_not_the_hosts(void **state) {
        (void) state;
        assert_true(bh_mounts_is_storage(BH_STR("var/lib/docker")));
        assert_true(bh_mounts_is_storage(BH_STR("var/lib/containers/storage")));
        assert_false(bh_mounts_is_storage(BH_STR("var/lib/dockers")));
        assert_false(bh_mounts_is_storage(BH_STR("srv/var/lib/docker")));
}

BH_UNIT_MAIN(the_kernels_own_file_systems_are_left_out_without_a_word, what_engines_store_is_not_the_hosts)
