/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "comply/read/accounts.h"

#define CUR(text) bh_cur_of(BH_STR(text))

static void of_a_password_its_state_and_age_are_told(void **state) {
        struct bh_cur c = CUR("# note\na:$y$j9T$s$h:19000:0:99999:7:30:20000:\nb::19000::::::\nc:!$6$x$y:19000:1:90:7:::\nd:*:::::::\ne:abcdefghijklm:1::::::\n");
        struct bh_shadow_line s;

        (void) state;
        assert_true(bh_shadow_line_next(&c, &s));
        assert_str(s.method, "yescrypt");
        assert_false(s.locked || s.empty);
        assert_int_equal(s.max, 99999);
        assert_int_equal(s.inactive, 30);
        assert_int_equal(s.expires, 20000);
        assert_true(bh_shadow_line_next(&c, &s));
        assert_true(s.empty && !s.locked);
        assert_int_equal(s.max, -1);
        assert_true(bh_shadow_line_next(&c, &s));
        assert_true(s.locked);
        assert_str(s.method, "sha512");
        assert_true(bh_shadow_line_next(&c, &s));
        assert_true(s.locked);
        assert_str(s.method, "");
        assert_true(bh_shadow_line_next(&c, &s));
        assert_str(s.method, "des");
        assert_false(bh_shadow_line_next(&c, &s));
}

static void a_line_of_pam_has_its_module_by_name(void **state) {
        struct bh_cur c = CUR("auth [success=1 default=ignore] /lib/security/pam_unix.so nullok # note\n-session optional pam_systemd.so\n@include common-auth\nauth substack system-auth\npassword requisite pam_pwquality.so retry=3 minlen=12\n");
        struct bh_pam_line l;

        (void) state;
        assert_true(bh_pam_next(&c, &l));
        assert_str(l.type, "auth");
        assert_str(l.control, "[success=1 default=ignore]");
        assert_str(l.module, "pam_unix");
        assert_true(bh_pam_word(l.args, "nullok"));
        assert_true(bh_pam_next(&c, &l));
        assert_str(l.type, "session");
        assert_true(bh_pam_next(&c, &l));
        assert_str(l.type, "include");
        assert_str(l.module, "common-auth");
        assert_true(bh_pam_next(&c, &l));
        assert_str(l.type, "include");
        assert_true(bh_pam_next(&c, &l));
        assert_str(bh_pam_arg(l.args, "minlen"), "12");
        assert_str(bh_pam_arg(l.args, "deny"), "");
        assert_false(bh_pam_next(&c, &l));
}

static void the_last_value_of_a_key_counts(void **state) {
        unsigned line = 0;

        (void) state;
        assert_str(bh_key_value(BH_STR("# UMASK 0\nUMASK 022\numask\t027 # note\nUMASKS 1\n"), "UMASK", &line), "027");
        assert_int_equal(line, 3);
        assert_str(bh_key_value(BH_STR("[Journal]\nStorage = persistent\n;Storage=none\n"), "Storage", &line), "persistent");
        assert_str(bh_key_value(BH_STR("a=1\n"), "b", &line), "");
}

static void rules_of_sudo_say_who_runs_what(void **state) {
        struct bh_cur c = CUR("# note\nDefaults env_reset, use_pty\nUser_Alias A = b\n%sudo ALL=(ALL:ALL) ALL\ndeploy ALL = \\\n (root) NOPASSWD: /bin/a, /bin/b\nci ALL=(ALL) NOPASSWD:ALL\n#1000 ALL=/bin/c\n@includedir /etc/sudoers.d\n#include \"/etc/more\"\n");
        struct bh_arena *arena = bh_arena_new();
        struct bh_sudo_line l;

        (void) state;
        assert_true(bh_sudo_next(arena, &c, &l));
        assert_int_equal(l.kind, BH_SUDO_DEFAULTS);
        assert_str(l.what, "env_reset, use_pty");
        assert_true(bh_sudo_next(arena, &c, &l));
        assert_str(l.who, "%sudo");
        assert_true(bh_sudo_is_all(l.what) && !bh_sudo_is_free(l.what));
        assert_true(bh_sudo_next(arena, &c, &l));
        assert_str(l.who, "deploy");
        assert_true(!bh_sudo_is_all(l.what) && bh_sudo_is_free(l.what));
        assert_true(bh_sudo_next(arena, &c, &l));
        assert_true(bh_sudo_is_all(l.what) && bh_sudo_is_free(l.what));
        assert_true(bh_sudo_next(arena, &c, &l));
        assert_str(l.who, "#1000");
        assert_true(bh_sudo_next(arena, &c, &l));
        assert_int_equal(l.kind, BH_SUDO_INCLUDE_DIR);
        assert_true(bh_sudo_next(arena, &c, &l));
        assert_int_equal(l.kind, BH_SUDO_INCLUDE);
        assert_str(l.what, "/etc/more");
        assert_false(bh_sudo_next(arena, &c, &l));
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(of_a_password_its_state_and_age_are_told, a_line_of_pam_has_its_module_by_name, the_last_value_of_a_key_counts, rules_of_sudo_say_who_runs_what)
