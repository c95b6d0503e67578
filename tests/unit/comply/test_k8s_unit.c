/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "comply/read/unit.h"

#define ETC "/etc/systemd/system/"
#define LIB "/usr/lib/systemd/system/"

static void assignments_are_read_with_their_section(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_cur c = bh_cur_of(BH_STR("A=before\n[Unit]\n  Description = a b \n# X=1\n;Y=2\n[Service]\nIPAddressDeny=any \\\n# note\n 10.0.0.0/8\\\n192.0.2.0/24\nEmpty=\nno assignment\nLast=\\"));
        struct bh_unit u = { 0 };

        (void) state;
        assert_true(bh_unit_next(arena, &c, &u));
        assert_str(u.section, "");
        assert_true(bh_unit_next(arena, &c, &u));
        assert_str(u.section, "Unit");
        assert_str(u.name, "Description");
        assert_str(u.value, "a b");
        assert_true(bh_unit_next(arena, &c, &u));
        assert_str(u.section, "Service");
        assert_str(u.value, "any   10.0.0.0/8 192.0.2.0/24");
        assert_true(bh_unit_next(arena, &c, &u));
        assert_str(u.name, "Empty");
        assert_str(u.value, "");
        assert_true(bh_unit_next(arena, &c, &u));
        assert_str(u.name, "Last");
        assert_str(u.value, "");
        assert_false(bh_unit_next(arena, &c, &u));
        bh_arena_free(&arena);
}

static struct world kubelet(const struct world_file *files, size_t n, const char *cgroup) {
        return (struct world){ .files = files, .n_files = n, .exe = "/usr/bin/kubelet", .comm = "kubelet", .argv = "kubelet\0--kubeconfig=/x\0", .cgroup = cgroup };
}

static void expect(struct world w, const char *unit, const char *deny, const char *allow) {
        const struct bh_fact *f;

        world_up(&w, bh_collect_kubernetes_facts);
        f = nth(&w, "kubelet", 0);
        assert_string_equal(value(&w, f, "unit"), unit);
        assert_string_equal(value(&w, f, "ip_deny"), deny);
        assert_string_equal(value(&w, f, "ip_allow"), allow);
        world_down(&w);
}

static void drop_ins_add_empty_and_take_each_others_place(void **state) {
        static const struct world_file in[] = {
                { LIB "kubelet.service", "[Service]\nIPAddressDeny=10.0.0.0/8\nIPAddressAllow=any\n[Unit]\nIPAddressDeny=any\n", 0 },
                { LIB "kubelet.service.d/10-a.conf", "[Service]\nIPAddressAllow=\nIPAddressAllow=localhost\n", 0 },
                { LIB "kubelet.service.d/20-b.conf", "[Service]\nIPAddressDeny=any\n", 0 },
                { ETC "kubelet.service.d/20-b.conf", "[Service]\nIPAddressDeny=0.0.0.0/0 ::/0\n", 0 },
                { ETC "kubelet.service.d/30-c.txt", "[Service]\nIPAddressDeny=\n", 0 },
        };

        (void) state;
        expect(kubelet(in, BH_LEN(in), "0::/system.slice/kubelet.service\n"), "kubelet.service", "10.0.0.0/8,0.0.0.0/0,::/0,any", "localhost");
}

static void a_slice_around_it_counts_too(void **state) {
        static const struct world_file in[] = {
                { ETC "node.service", "[Service]\nExecStart=/usr/bin/kubelet\n", 0 },
                { ETC "kubelet.service", "[Service]\nIPAddressDeny=192.0.2.1\n", 0 },
                { ETC "system.slice.d/x.conf", "[Slice]\nIPAddressDeny=any\n", 0 },
        };

        (void) state;
        expect(kubelet(in, BH_LEN(in), "0::/system.slice/node.service\n"), "node.service", "any", "");
        expect(kubelet(in, BH_LEN(in), "3:cpu:/\n1:name=systemd:/system.slice/node.service\n0::/\n"), "node.service", "any", "");
        expect(kubelet(in, BH_LEN(in), "0::/user.slice\n"), "kubelet.service", "192.0.2.1", ""); /* started by hand: what its unit would give */
}

static void where_there_is_no_unit_nothing_is_told(void **state) {
        (void) state;
        expect(kubelet(NULL, 0, "0::/\n"), "-", "-", "-");
}

BH_UNIT_MAIN(assignments_are_read_with_their_section, drop_ins_add_empty_and_take_each_others_place, a_slice_around_it_counts_too, where_there_is_no_unit_nothing_is_told)
