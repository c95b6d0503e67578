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

BH_UNIT_MAIN(a_hierarchy_is_found_by_its_controller, a_container_is_64_hex_digits_of_any_runtime, the_machine_is_no_group)
