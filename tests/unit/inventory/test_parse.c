/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "inventory/parse.h"

#define CUR(text) bh_cur_of(BH_STR(text))

static void an_account_needs_all_of_its_fields(void **state) {
        struct bh_cur c = CUR("# note\nroot:x:0:0:root:/root:/bin/bash\nbroken:x:zero:0\n:x:1:1::/:/bin/sh\n+::::::\nalice:x:1000:1000:Alice, A:/home/alice:/bin/zsh\n");
        struct bh_passwd p;

        (void) state;
        assert_true(bh_passwd_next(&c, &p));
        assert_str(p.name, "root");
        assert_true(bh_passwd_next(&c, &p));
        assert_str(p.name, "alice");
        assert_int_equal(p.uid, 1000);
        assert_str(p.shell, "/bin/zsh");
        assert_false(bh_passwd_next(&c, &p));
}

static void of_a_password_its_state_is_told_and_nothing_else(void **state) {
        struct bh_cur c = CUR("a:$y$j9T$salt$hash:19000:0:99999:7:::\nb::19000::::::\nc:!$6$x$y:19000:0:99999:7:::\nd:*:0:0:99999:7:::\ne:abcdefghijklm:1::::::\n");
        struct bh_shadow s;

        (void) state;
        assert_true(bh_shadow_next(&c, &s));
        assert_int_equal(s.password, BH_PASSWORD_SET);
        assert_str(s.algorithm, "yescrypt");
        assert_int_equal(s.changed_ms, 19000ll * 86400000);
        assert_true(bh_shadow_next(&c, &s));
        assert_int_equal(s.password, BH_PASSWORD_NONE);
        assert_true(bh_shadow_next(&c, &s));
        assert_int_equal(s.password, BH_PASSWORD_LOCKED);
        assert_str(s.algorithm, "sha512");
        assert_true(bh_shadow_next(&c, &s));
        assert_int_equal(s.password, BH_PASSWORD_LOCKED);
        assert_str(s.algorithm, "");
        assert_true(bh_shadow_next(&c, &s));
        assert_str(s.algorithm, "des");
        assert_false(bh_shadow_next(&c, &s));
}

static void a_rule_of_sudo_may_go_on_in_the_next_line(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_cur c = CUR("Defaults env_reset\n# a note\n@includedir /etc/sudoers.d\n%sudo ALL=(ALL:ALL) ALL\ndeploy ALL = \\\n  NOPASSWD: /usr/bin/systemctl\nUser_Alias X = a, b\n");
        struct bh_sudo_rule r;

        (void) state;
        assert_true(bh_sudoers_next(arena, &c, &r));
        assert_str(r.who, "%sudo");
        assert_str(r.what, "ALL=(ALL:ALL) ALL");
        assert_false(r.no_password);
        assert_true(bh_sudoers_next(arena, &c, &r));
        assert_str(r.who, "deploy");
        assert_true(r.no_password);
        assert_false(bh_sudoers_next(arena, &c, &r));
        bh_arena_free(&arena);
}

/* The fingerprint is what ssh-keygen -lf says of this key. */
static void a_key_is_known_by_its_fingerprint(void **state) {
        struct bh_cur c = CUR("no key at all\n"
                              "command=\"/bin/true \\\"x y\\\"\",no-pty ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEo9mGAEEYiNN0wgf5ZGtUcXD9tiVlc8xs1eEvTCNEY8 alice@laptop at work\n"
                              "ssh-rsa not/base64!\n");
        struct bh_arena *arena = bh_arena_new();
        struct bh_ssh_key k;

        (void) state;
        assert_true(bh_ssh_key_next(arena, &c, &k));
        assert_str(k.type, "ssh-ed25519");
        assert_str(k.comment, "alice@laptop at work");
        assert_str(k.options, "command=\"/bin/true \\\"x y\\\"\",no-pty");
        assert_string_equal(k.fingerprint, "SHA256:ywY1kFHVLCF3DiQFwDkA0VbbXpxy2DJFe/cgMu2AAIg");
        assert_false(bh_ssh_key_next(arena, &c, &k));
        bh_arena_free(&arena);
}

static void a_job_says_when_who_and_what(void **state) {
        struct bh_cur c = CUR("SHELL=/bin/sh\n17 *\t* * *\troot    cd / && run-parts /etc/cron.hourly\n@reboot bob /bin/start it\n* * * *\n");
        struct bh_cron j;

        (void) state;
        assert_true(bh_cron_next(&c, true, &j));
        assert_str(j.when, "17 *\t* * *");
        assert_str(j.user, "root");
        assert_str(j.command, "cd / && run-parts /etc/cron.hourly");
        assert_true(bh_cron_next(&c, true, &j));
        assert_str(j.when, "@reboot");
        assert_str(j.command, "/bin/start it");
        assert_int_equal(j.line, 3);
        assert_false(bh_cron_next(&c, true, &j));
}

static void a_socket_that_listens_is_found_among_others(void **state) {
        struct bh_cur c = CUR("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
                              "   0: 0100007F:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 1234 1 0000000000000000 100 0 0 10 0\n"
                              "   1: 0100007F:0036 0200007F:0037 01 00000000:00000000 00:00000000 00000000     0        0 1235 1 0\n"
                              "   2: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 99 1\n");
        struct bh_listening l;

        (void) state;
        assert_true(bh_proc_net_next(&c, 0x0a, &l));
        assert_string_equal(l.address, "127.0.0.1");
        assert_int_equal(l.port, 53);
        assert_int_equal(l.uid, 101);
        assert_int_equal(l.inode, 1234);
        assert_true(bh_proc_net_next(&c, 0x0a, &l));
        assert_string_equal(l.address, "::");
        assert_int_equal(l.port, 8080);
        assert_false(bh_proc_net_next(&c, 0x0a, &l));
}

static void a_mount_may_have_any_number_of_tags(void **state) {
        struct bh_cur c = CUR("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n1 2 3:4 / /x rw - tmpfs tmpfs rw\nshort\n");
        struct bh_mount_line m;

        (void) state;
        assert_true(bh_mountinfo_next(&c, &m));
        assert_str(m.kind, "ext3");
        assert_str(m.point, "/mnt2");
        assert_true(bh_mountinfo_next(&c, &m));
        assert_str(m.source, "tmpfs");
        assert_false(bh_mountinfo_next(&c, &m));
}

static void of_what_is_mapped_files_that_are_executed_are_told(void **state) {
        struct bh_cur c = CUR("55d0-55e0 r--p 00000000 08:01 131 /usr/bin/cat\n55e0-55f0 r-xp 00008000 08:01 131                        /usr/bin/cat\n"
                              "7f00-7f10 r-xp 00000000 00:00 0 \n7f10-7f20 rw-s 00000000 00:01 9 /memfd:x (deleted)\nnonsense\n"
                              "7f20-7f30 r-xp 00000000 08:01 7 /opt/a b/lib x.so\n7ffd-7ffe r-xp 00000000 00:00 0 [vdso]\n");
        struct bh_str path;

        (void) state;
        assert_true(bh_proc_maps_next(&c, &path));
        assert_str(path, "/usr/bin/cat");
        assert_true(bh_proc_maps_next(&c, &path));
        assert_str(path, "/opt/a b/lib x.so");
        assert_false(bh_proc_maps_next(&c, &path));
}

static void a_site_of_nginx_is_a_block_within_a_block(void **state) {
        struct bh_cur c = CUR("http {\n  # { not\n  server {\n    server_name a \"b;c\";\n    location / { root /x; }\n  }\n}\n");
        struct bh_directive d;
        unsigned depth = 0;

        (void) state;
        assert_true(bh_nginx_next(&c, &depth, &d) && d.block);
        assert_str(d.name, "http");
        assert_true(bh_nginx_next(&c, &depth, &d) && d.block && depth == 2);
        assert_int_equal(d.line, 3);
        assert_true(bh_nginx_next(&c, &depth, &d));
        assert_str(d.args, "a \"b;c\"");
        assert_true(bh_nginx_next(&c, &depth, &d) && d.block);
        assert_true(bh_nginx_next(&c, &depth, &d));
        assert_str(d.name, "root");
        assert_true(bh_nginx_next(&c, &depth, &d) && d.end && d.depth == 2);
        assert_true(bh_nginx_next(&c, &depth, &d) && d.end && d.depth == 1);
        assert_true(bh_nginx_next(&c, &depth, &d) && d.end && d.depth == 0);
        assert_false(bh_nginx_next(&c, &depth, &d));
}

static void a_site_of_apache_is_what_stands_between_tags(void **state) {
        struct bh_cur c = CUR("Listen 80\n<VirtualHost *:443>\n  ServerName x\n</VirtualHost>\n");
        struct bh_directive d;
        unsigned depth = 0;

        (void) state;
        assert_true(bh_apache_next(&c, &depth, &d) && !d.block);
        assert_true(bh_apache_next(&c, &depth, &d) && d.block);
        assert_str(d.args, "*:443");
        assert_true(bh_apache_next(&c, &depth, &d) && d.depth == 1);
        assert_true(bh_apache_next(&c, &depth, &d) && d.end && depth == 0);
        assert_false(bh_apache_next(&c, &depth, &d));
}

static void a_key_counts_in_its_own_section(void **state) {
        struct bh_str text = BH_STR("[Unit]\nDescription = A server\n[Service]\nExecStart=/bin/x\nUser=y\n");

        (void) state;
        assert_str(bh_ini_get(text, "Unit", "Description"), "A server");
        assert_str(bh_ini_get(text, "Unit", "User"), "");
        assert_str(bh_ini_get(text, "Service", "User"), "y");
}

BH_UNIT_MAIN(an_account_needs_all_of_its_fields, of_a_password_its_state_is_told_and_nothing_else, a_rule_of_sudo_may_go_on_in_the_next_line,
             a_key_is_known_by_its_fingerprint, a_job_says_when_who_and_what, a_socket_that_listens_is_found_among_others,
             a_mount_may_have_any_number_of_tags, of_what_is_mapped_files_that_are_executed_are_told, a_site_of_nginx_is_a_block_within_a_block, a_site_of_apache_is_what_stands_between_tags,
             a_key_counts_in_its_own_section)
