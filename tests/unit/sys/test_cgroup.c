/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "sys/cgroup.h"

#define ID "4c4a0dab5a1fc62961e36acb36bce7c1ceebff12339400ca59cb27604933b1fe"

static void a_hierarchy_is_found_by_its_controller(void **state) {
        struct bh_str text = BH_STR("9:name=systemd:/a\n4:cpu,cpuacct:/b\n6:freezer:/docker/" ID "\n0::/unified:x\n");

        (void) state;
        assert_str(bh_cgroup_path(text, "freezer"), "/docker/" ID);
        assert_str(bh_cgroup_path(text, "cpuacct"), "/b");
        assert_str(bh_cgroup_path(text, ""), "/unified:x");
        assert_str(bh_cgroup_path(text, "memory"), "");
        assert_str(bh_cgroup_path(BH_STR("garbage"), ""), "");
}

static void a_container_is_64_hex_digits_of_any_runtime(void **state) {
        (void) state;
        assert_str(bh_cgroup_container(BH_STR("/docker/" ID)), ID);
        assert_str(bh_cgroup_container(BH_STR("/system.slice/docker-" ID ".scope")), ID);
        assert_str(bh_cgroup_container(BH_STR("/kubepods/pod1/cri-containerd-" ID ".scope/inner")), ID);
        assert_str(bh_cgroup_container(BH_STR("/user.slice")), "");
        assert_str(bh_cgroup_container(BH_STR("/docker/" ID "0")), "");
        assert_str(bh_cgroup_container(BH_STR("/docker/" ID "zz")), "");
}

static void the_machine_is_no_group(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_cgroup g;
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_cgroup_at(arena, BH_STR("/"), &g, &err), BH_E_NOTFOUND);
        assert_int_equal(bh_cgroup_at(arena, BH_STR("/../../etc"), &g, &err), BH_E_NOTFOUND);
        assert_int_equal(bh_cgroup_at(arena, BH_STR("/there/is/no/such/group"), &g, &err), BH_E_NOTFOUND);
        bh_arena_free(&arena);
}

static void a_group_that_is_not_there_has_no_number(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        uint64_t root = 0, none = 7;
        int r = bh_cgroup_number(arena, BH_STR("/"), &root, &err);

        (void) state;
        assert_true(r == BH_E_UNSUPPORTED || (r == 0 && root));
        assert_int_equal(bh_cgroup_number(arena, BH_STR("/there/is/no/such/group"), &none, &err), r == 0 ? BH_E_NOTFOUND : BH_E_UNSUPPORTED);
        assert_int_equal(none, 7);
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(a_hierarchy_is_found_by_its_controller, a_container_is_64_hex_digits_of_any_runtime, the_machine_is_no_group,
             a_group_that_is_not_there_has_no_number)
