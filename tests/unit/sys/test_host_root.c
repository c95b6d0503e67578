/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "sys/host_root.h"

static void who_is_told_where_the_host_is_looks_there(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();

        (void) state;
        assert_int_equal(setenv("BULKHEAD_HOST_ROOT", "/host", 1), 0);
        assert_string_equal(bh_host_root(), "/host");
        assert_string_equal(bh_on_host(arena, "/etc/machine-id"), "/host/etc/machine-id");
}

static void a_place_that_is_no_path_is_no_place(void **state) {
        const char *root;

        (void) state;
        assert_int_equal(unsetenv("BULKHEAD_HOST_ROOT"), 0);
        root = bh_host_root();
        assert_int_equal(setenv("BULKHEAD_HOST_ROOT", "host", 1), 0);
        assert_string_equal(bh_host_root(), root);
}

/* Whoever may not look at the first process stands on its own root. */
static void the_first_processs_root_is_ours_or_below_proc(void **state) {
        struct stat own, first;
        const char *root;

        (void) state;
        assert_int_equal(unsetenv("BULKHEAD_HOST_ROOT"), 0);
        root = bh_host_root();
        assert_int_equal(stat("/", &own), 0);
        if (stat("/proc/1/root/", &first) < 0 || (own.st_dev == first.st_dev && own.st_ino == first.st_ino))
                assert_string_equal(root, "");
        else
                assert_string_equal(root, "/proc/1/root");
}

BH_UNIT_MAIN(who_is_told_where_the_host_is_looks_there, a_place_that_is_no_path_is_no_place, the_first_processs_root_is_ours_or_below_proc)
