/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "fmt/gobuildinfo.h"

static const char lines[] = "path\texample.org/cmd\n"
                            "mod\texample.org/cmd\t(devel)\t\n"
                            "dep\ta.org/kept\tv1.0.0\th1:x=\n"
                            "dep\ta.org/old\tv1.0.0\th1:x=\n"
                            "=>\tb.org/new\tv1.2.0\th1:y=\n"
                            "dep\ta.org/local\tv0.1.0\n"
                            "=>\t./local\t\n"
                            "build\t-ldflags=\"-s -w -X 'main.version=v1.4.2' -X main.commit=abc\"\n"
                            "build\tGOOS=linux\n";

static void a_replaced_module_is_what_replaced_it(void **state) {
        struct bh_str rest = bh_str_of(lines);
        struct bh_go_module m;
        bool is_main;

        (void) state;
        assert_true(bh_go_build_module(&rest, &m, &is_main) && is_main);
        assert_str(m.version, "(devel)");
        assert_true(bh_go_build_module(&rest, &m, &is_main) && !is_main);
        assert_str(m.path, "a.org/kept");
        assert_true(bh_go_build_module(&rest, &m, &is_main));
        assert_str(m.path, "b.org/new");
        assert_str(m.version, "v1.2.0");
        assert_true(bh_go_build_module(&rest, &m, &is_main));
        assert_str(m.path, "a.org/local");
        assert_str(m.version, "v0.1.0");
        assert_false(bh_go_build_module(&rest, &m, &is_main));
}

static void the_linker_flags_tell_a_version(void **state) {
        struct bh_str flags = bh_go_build_setting(bh_str_of(lines), BH_STR("-ldflags"));

        (void) state;
        assert_str(bh_go_ldflags_version(flags), "v1.4.2");
        assert_str(bh_go_ldflags_version(BH_STR("-X=k8s.io/version.gitVersion=v1.29.0-rc.1+k3s1")), "v1.29.0-rc.1+k3s1");
        assert_str(bh_go_ldflags_version(BH_STR("-X main.version=dev -X main.commit=1.2.3")), "");
        assert_str(bh_go_ldflags_version(BH_STR("-X a.version=2024")), "");
        assert_str(bh_go_ldflags_version(BH_STR("-X")), "");
}

BH_UNIT_MAIN(a_replaced_module_is_what_replaced_it, the_linker_flags_tell_a_version)
