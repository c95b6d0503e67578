/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of what engines are told and what the kernel tells: mounts, rules of the audit, dockerd's options. */
#include "unit.h"

#include "comply/read/auditrules.h"
#include "comply/read/dockerd.h"
#include "comply/read/mounts.h"

/* ---- mounts ---- */

static void a_mount_tells_device_root_and_what_it_shares(void **state) {
        struct bh_cur c = bh_cur_of(BH_STR("36 35 98:0 /mnt\\0401 /mnt2 rw,noatime shared:1 master:2 - ext3 /dev/root rw\nbroken\n37 36 0:5 / /proc ro - proc proc rw"));
        struct bh_arena *arena = bh_arena_new();
        struct bh_mount_entry m;

        (void) state;
        assert_true(bh_mount_entry_next(&c, arena, &m));
        assert_str(m.device, "98:0");
        assert_str(m.root, "/mnt 1");
        assert_str(m.point, "/mnt2");
        assert_str(m.type, "ext3");
        assert_true(m.shared && m.slave && !m.read_only);
        assert_true(bh_mount_entry_next(&c, arena, &m));
        assert_str(m.point, "/proc");
        assert_true(m.read_only && !m.shared);
        assert_false(bh_mount_entry_next(&c, arena, &m));
        bh_arena_free(&arena);
}

/* ---- audit ---- */

static void a_watch_is_told_in_both_spellings(void **state) {
        struct bh_cur c = bh_cur_of(BH_STR("-D\n# note\n-w /etc/docker/ -p wa -k docker\n-a always,exit -F path=/usr/bin/dockerd -F perm=x\n"
                                           "-a never,exit -F dir=/srv\n-a always,exit -S mount\n-W /etc/docker\n"));
        struct bh_audit_rule r;

        (void) state;
        assert_true(bh_audit_rule_next(&c, &r));
        assert_int_equal(r.act, BH_AUDIT_CLEAR);
        assert_true(bh_audit_rule_next(&c, &r));
        assert_str(r.path, "/etc/docker");
        assert_str(r.perms, "wa");
        assert_int_equal(r.line, 3);
        assert_true(bh_audit_rule_next(&c, &r));
        assert_str(r.path, "/usr/bin/dockerd");
        assert_str(r.perms, "x");
        assert_true(bh_audit_rule_next(&c, &r));
        assert_true(r.never && r.tree);
        assert_true(bh_audit_rule_next(&c, &r));
        assert_int_equal(r.act, BH_AUDIT_UNWATCH);
        assert_false(bh_audit_rule_next(&c, &r));
}

/* ---- dockerd ---- */

static struct bh_dockerd daemon_of(struct bh_arena *arena, struct bh_str argv, const char *json) {
        struct bh_dockerd d = { .arena = arena };
        struct bh_err err = BH_ERR_NONE;

        bh_dockerd_argv(&d, argv);
        if (json)
                assert_int_equal(bh_dockerd_file(&d, BH_STR("/d.json"), bh_str_of(json), &err), 0);
        return d;
}

static void flags_are_read_in_every_spelling(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_dockerd d = daemon_of(arena, BH_STR("dockerd\0-DH\0tcp://a:1\0--host=unix:///x\0--icc=false\0--log-level\0warn\0--userland-proxy\0--unknown\0-l=debug\0--\0--live-restore"), NULL);
        struct bh_str *hosts, text, where;
        bool on;

        (void) state;
        assert_int_equal(bh_dockerd_list(&d, "hosts", &hosts, &where), 2);
        assert_str(hosts[0], "tcp://a:1");
        assert_str(hosts[1], "unix:///x");
        assert_str(where, "--host");
        assert_true(bh_dockerd_bool(&d, "debug", &on, NULL) && on);
        assert_true(bh_dockerd_bool(&d, "icc", &on, NULL) && !on);
        assert_true(bh_dockerd_bool(&d, "userland-proxy", &on, NULL) && on);
        assert_true(bh_dockerd_text(&d, "log-level", &text, NULL));
        assert_str(text, "debug");
        assert_false(bh_dockerd_bool(&d, "live-restore", &on, NULL));
        bh_arena_free(&arena);
}

static void a_file_fills_what_no_flag_says(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_dockerd d = daemon_of(arena, BH_STR("dockerd\0--log-level\0info"),
                                        "{\"icc\": false,\n\"log-opts\": {\"max-size\": \"10m\"}, \"default-ulimits\": {\"nofile\": {\"Name\": \"nofile\", \"Soft\": 1, \"Hard\": 2}}}");
        struct bh_str *list, where;
        bool on;

        (void) state;
        assert_true(bh_dockerd_bool(&d, "icc", &on, &where) && !on);
        assert_str(where, "/d.json:1");
        assert_int_equal(bh_dockerd_list(&d, "log-opts", &list, &where), 1);
        assert_str(list[0], "max-size=10m");
        assert_str(where, "/d.json:2");
        assert_int_equal(bh_dockerd_list(&d, "default-ulimits", &list, NULL), 1);
        assert_str(list[0], "nofile=1:2");
        assert_int_equal(bh_dockerd_conflicts(&d, &list), 0);
        bh_arena_free(&arena);
}

static void what_stands_in_both_keeps_it_from_starting(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_dockerd d = daemon_of(arena, BH_STR("dockerd\0-H\0fd://\0--add-runtime\0a=/b"), "{\"hosts\": [\"unix:///x\"], \"runtimes\": {\"crun\": {}}}");
        struct bh_str *list;

        (void) state;
        assert_int_equal(bh_dockerd_conflicts(&d, &list), 1);
        assert_str(list[0], "hosts");
        bh_arena_free(&arena);
}

static void an_empty_file_is_one_and_a_broken_one_is_not(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_dockerd d = { .arena = arena };
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_dockerd_file(&d, BH_STR("/d.json"), BH_STR(" \n"), &err), 0);
        assert_int_equal(bh_dockerd_file(&d, BH_STR("/d.json"), BH_STR("[]"), &err), BH_E_FORMAT);
        assert_string_equal(err.text, "it is no object");
        assert_int_equal(bh_dockerd_file(&d, BH_STR("/d.json"), BH_STR("{,}"), &err), BH_E_FORMAT);
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(a_mount_tells_device_root_and_what_it_shares, a_watch_is_told_in_both_spellings, flags_are_read_in_every_spelling, a_file_fills_what_no_flag_says,
             what_stands_in_both_keeps_it_from_starting, an_empty_file_is_one_and_a_broken_one_is_not)
