/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "sense/ebpf/calls.h"
#include "sense/ebpf/filter.h"
#include "rule/rules.h"
#include "sense/sense.h"

struct world {
        struct bh_arena *arena;
        struct bh_interest interest;
        struct bh_sensor_plan plan;
};

static struct world *world(void **state) {
        return *state;
}

static int set_up(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct world *w = bh_arena_make(arena, struct world);

        w->arena = arena;
        w->interest.n_types = _BH_EV_MAX;
        w->interest.types = bh_arena_array(arena, struct bh_interest_type, _BH_EV_MAX);
        *state = w;
        return 0;
}

static int tear_down(void **state) {
        struct bh_arena *arena = world(state)->arena;

        bh_arena_free(&arena);
        return 0;
}

static struct bh_interest_row *row(struct world *w, unsigned type, uint32_t must) {
        struct bh_interest_row *r;

        w->interest.types[type].all = BH_INTEREST_ROWS;
        r = bh_vec_add(w->arena, &w->interest.types[type].rows);
        r->must = must;
        return r;
}

static void path(struct world *w, struct bh_interest_row *r, uint8_t test, const char *text) {
        *bh_vec_add(w->arena, &r->paths) = (struct bh_interest_path){ test, bh_str_of(text) };
}

static void plan(struct world *w, bool no_filter) {
        bh_sensor_plan(w->arena, &w->interest, no_filter, &w->plan);
}

/* What the kernel finds: the rows of the longest text that fits (an LPM trie's answer). */
static uint64_t longest(const struct bh_path_rules *v, struct bh_str key) {
        uint64_t rows = 0;
        size_t best = 0;

        for (size_t i = 0; i < v->len; i++)
                if (bh_str_starts(key, v->at[i].text) && v->at[i].text.len >= best) {
                        best = v->at[i].text.len;
                        rows = v->at[i].rows;
                }
        return rows;
}

static void without_rules_only_processes_are_seen(void **state) {
        struct world *w = world(state);

        plan(w, false);
        assert_int_equal(w->plan.filter.types[BH_EV_EXECVE].want, BH_WANT_ALL);
        assert_int_equal(w->plan.filter.types[BH_EV_PROCEXIT].want, BH_WANT_ALL);
        assert_int_equal(w->plan.filter.types[BH_EV_OPENAT].want, BH_WANT_NONE);
        assert_false(w->plan.needs_calls);
}

static void a_failed_exec_needs_the_call_and_a_success_does_not(void **state) {
        struct world *w = world(state);

        row(w, BH_EV_EXECVE, BH_IR_SUCCESS);
        plan(w, false);
        assert_false(w->plan.needs_calls);
        row(w, BH_EV_EXECVE, 0);
        plan(w, false);
        assert_true(w->plan.needs_calls);
        assert_int_equal(w->plan.filter.calls[SYS_execve].call, BH_CALL_EXEC);
}

static void a_failed_fork_needs_the_call_and_a_success_does_not(void **state) {
        struct world *w = world(state);

        row(w, BH_EV_CLONE, BH_IR_SUCCESS);
        plan(w, false);
        assert_false(w->plan.needs_calls);
        row(w, BH_EV_CLONE, BH_IR_FAILURE);
        plan(w, false);
        assert_true(w->plan.needs_calls);
        assert_int_equal(w->plan.filter.calls[SYS_clone].flags, BH_CALL_FAILED);
}

static void flags_decide_before_paths(void **state) {
        struct world *w = world(state);
        struct bh_interest_row *r = row(w, BH_EV_OPENAT, BH_IR_WRITE | BH_IR_SUCCESS);
        uint64_t rows;

        path(w, r, BH_PATH_PREFIX, "/etc");
        plan(w, false);
        rows = w->plan.filter.types[BH_EV_OPENAT].rows;
        assert_int_equal(__builtin_popcountll(rows), 1);
        assert_int_equal(rows & w->plan.filter.pass[BH_IR_READ | BH_IR_SUCCESS], 0);
        assert_int_equal(rows & w->plan.filter.pass[BH_IR_WRITE | BH_IR_READ | BH_IR_SUCCESS | BH_IR_HOST], rows);
        assert_int_equal(w->plan.filter.types[BH_EV_OPENAT].any_path, 0);
}

static void the_family_of_open_shares_its_rows(void **state) {
        static const unsigned family[] = { BH_EV_OPEN, BH_EV_OPENAT, BH_EV_OPENAT2 };
        struct world *w = world(state);

        for (unsigned i = 0; i < BH_LEN(family); i++)
                path(w, row(w, family[i], BH_IR_READ), BH_PATH_EXACT, "/etc/shadow");
        plan(w, false);
        assert_int_equal(w->plan.filter.types[BH_EV_OPEN].rows, w->plan.filter.types[BH_EV_OPENAT2].rows);
        assert_int_equal(w->plan.prefixes.len, 1);
        assert_int_equal(w->plan.prefixes.at[0].text.len, sizeof("/etc/shadow")); /* with its end */
}

static void the_longest_prefix_has_the_rows_of_the_shorter(void **state) {
        struct world *w = world(state);
        uint64_t all, etc;

        path(w, row(w, BH_EV_OPENAT, BH_IR_WRITE), BH_PATH_PREFIX, "/etc");
        path(w, row(w, BH_EV_OPENAT, BH_IR_READ), BH_PATH_PREFIX, "/etc/ssh/");
        path(w, row(w, BH_EV_OPENAT, BH_IR_EXEC), BH_PATH_EXACT, "/etc/ssh/sshd_config");
        path(w, row(w, BH_EV_OPENAT, BH_IR_HOST), BH_PATH_PREFIX, "/etcetera");
        plan(w, false);
        etc = longest(&w->plan.prefixes, bh_str_of("/etc/passwd"));
        all = longest(&w->plan.prefixes, (struct bh_str){ "/etc/ssh/sshd_config\0", 21 });
        assert_int_equal(__builtin_popcountll(etc), 1);
        assert_int_equal(__builtin_popcountll(all), 3);
        assert_int_equal(__builtin_popcountll(longest(&w->plan.prefixes, bh_str_of("/etcetera"))), 2);
        assert_int_equal(longest(&w->plan.prefixes, bh_str_of("/usr")), 0);
}

static void a_suffix_is_cut_from_its_end(void **state) {
        struct world *w = world(state);

        path(w, row(w, BH_EV_OPENAT, 0), BH_PATH_SUFFIX, "/authorized_keys");
        path(w, row(w, BH_EV_OPENAT, BH_IR_WRITE), BH_PATH_SUFFIX, ".php");
        plan(w, false);
        assert_int_equal(w->plan.suffixes.len, 2);
        assert_true(longest(&w->plan.suffixes, bh_str_of("syek_dez")) != 0); /* the last eight bytes, the last first */
        assert_true(longest(&w->plan.suffixes, bh_str_of("php.x")) != 0);
        assert_true(w->plan.filter.wants & BH_WANTS_SUFFIXES);
}

static void calls_that_change_names_are_asked_for_paths(void **state) {
        struct world *w = world(state);

        path(w, row(w, BH_EV_UNLINKAT, BH_IR_SUCCESS), BH_PATH_PREFIX, "/var/log");
        plan(w, false);
        assert_int_equal(w->plan.filter.types[BH_EV_UNLINKAT].any_path, 0);
        assert_int_equal(longest(&w->plan.prefixes, bh_str_of("/var/log/x")), w->plan.filter.types[BH_EV_UNLINKAT].rows);
}

/* Where a process stands is followed, whichever of them are wanted; a mount has no such arguments. */
static void other_calls_are_not_asked_for_paths(void **state) {
        static const unsigned types[] = { BH_EV_CHDIR, BH_EV_MOUNT, BH_EV_UMOUNT2, BH_EV_FCHMOD };
        struct world *w = world(state);

        for (unsigned i = 0; i < BH_LEN(types); i++)
                path(w, row(w, types[i], BH_IR_SUCCESS), BH_PATH_PREFIX, "/var/log");
        plan(w, false);
        for (unsigned i = 0; i < BH_LEN(types); i++)
                assert_int_equal(w->plan.filter.types[types[i]].any_path, w->plan.filter.types[types[i]].rows);
        assert_int_equal(w->plan.prefixes.len, 0);
}

/* Of a rule with that condition. */
static const struct bh_sensor_type *planned(struct world *w, const char *condition, unsigned type) {
        static const struct bh_source *const sources[] = { &bh_source_syscall };
        struct bh_rules_opts opts = { .sources = sources, .n_sources = 1, .least = BH_PRIORITY_DEBUG };
        struct bh_rule_file file = { BH_STR("r.yaml"), bh_arena_printf(w->arena, "- rule: r\n  desc: d\n  priority: INFO\n  output: o\n  condition: %s\n", condition) };
        struct bh_rules *rules;

        assert_int_equal(bh_rules_load(&opts, &file, 1, &rules, NULL), 0);
        assert_int_equal(bh_rules_errors(rules), 0);
        bh_rules_interest(rules, &bh_source_syscall, w->arena, &w->interest);
        plan(w, false);
        bh_rules_unref(&rules);
        return &w->plan.filter.types[type];
}

static void a_path_that_a_rule_names_is_asked_for(void **state) {
        struct world *w = world(state);
        const struct bh_sensor_type *t = planned(w, "evt.type in (rename, unlink) and evt.rawres = 0 and evt.arg.newpath in (/etc/a, /etc/b)", BH_EV_RENAME);

        assert_int_equal(t->want, BH_WANT_ROWS);
        assert_int_equal(t->any_path, 0);
        assert_int_equal(w->plan.prefixes.len, 2);
        assert_int_equal(longest(&w->plan.prefixes, (struct bh_str){ "/etc/b", 7 }), t->rows);
        t = planned(w, "evt.type in (rename, chmod) and evt.arg.oldpath startswith /etc or evt.type=chmod and evt.arg.filename endswith .php", BH_EV_CHMOD);
        assert_int_equal(t->any_path, 0);
        assert_int_equal(w->plan.suffixes.len, 1);
}

/* connect() is asked for what leaves the machine, where every rule's networks say so. */
static void connections_within_the_machine_are_left_out_when_no_rule_could_want_one(void **state) {
        static const struct {
                const char *condition;
                uint32_t must;
        } rows[] = { { "not fd.snet in (127.0.0.0/8, ::1/128)", BH_IR_AWAY4 | BH_IR_AWAY6 },
                     { "not fd.snet in (127.0.0.0/8, 10.0.0.0/8)", BH_IR_AWAY4 },
                     { "not fd.snet in (0.0.0.0/0)", BH_IR_AWAY4 },
                     { "not fd.snet in (127.0.0.0/16, 10.0.0.0/8)", 0 },
                     { "not fd.sip = 127.0.0.1", 0 },
                     { "not fd.sip = ::1", BH_IR_AWAY6 },
                     { "fd.net != 127.0.0.0/8", BH_IR_AWAY4 },
                     { "not fd.net = 127.0.0.0/8", BH_IR_AWAY4 },
                     { "fd.net = 10.0.0.0/8", 0 },
                     { "fd.sip = 169.254.169.254", BH_IR_AWAY4 | BH_IR_AWAY6 },
                     { "fd.sip in (169.254.169.254, 127.0.0.53)", BH_IR_AWAY6 },
                     { "fd.snet in (10.0.0.0/8, ::/0)", BH_IR_AWAY4 },
                     { "fd.rnet = 0.0.0.0/0", BH_IR_AWAY6 },
                     { "fd.cip = 10.1.1.1", 0 },
                     { "not fd.cnet = 127.0.0.0/8", 0 },
                     { "fd.typechar = u", BH_IR_LOCAL },
                     { "fd.typechar in (4, 6)", BH_IR_INET },
                     { "fd.typechar in (4, u)", 0 },
                     { "evt.via_io_uring = true", BH_IR_RING },
                     { "evt.via_io_uring = false", 0 } };

        struct world *w = world(state);

        for (size_t i = 0; i < BH_LEN(rows); i++) {
                const struct bh_sensor_type *t = planned(w, bh_arena_printf(w->arena, "evt.type=connect and %s", rows[i].condition).at, BH_EV_CONNECT);

                assert_int_equal(t->want, rows[i].must ? BH_WANT_ROWS : BH_WANT_ALL);
                for (uint32_t have = 0; have < BH_SENSOR_HAVE && rows[i].must; have++)
                        assert_int_equal((t->rows & w->plan.filter.pass[have]) != 0, (have & rows[i].must) == rows[i].must);
        }
}

static void what_the_kernel_cannot_ask_is_not_asked(void **state) {
        static const char *const conditions[] = {
                "evt.type=rename and evt.arg[1] startswith /etc", "evt.type=rename and evt.rawarg.newpath startswith /etc",
                "evt.type=rename and not evt.arg.newpath startswith /etc", "evt.type=rename and evt.arg.newpath contains /etc",
                "evt.type=rename and (evt.arg.newpath startswith /etc or proc.name=a)", "evt.type=rename and evt.arg.newpath startswith etc",
        };
        struct world *w = world(state);

        for (size_t i = 0; i < BH_LEN(conditions); i++) {
                const struct bh_sensor_type *t = planned(w, conditions[i], BH_EV_RENAME);

                assert_true(t->want == BH_WANT_ALL || t->any_path);
        }
        assert_int_equal(planned(w, "evt.type=symlink and evt.arg.target startswith /etc", BH_EV_SYMLINK)->want, BH_WANT_ALL);
        assert_int_equal(planned(w, "evt.type=chdir and evt.arg.path startswith /etc", BH_EV_CHDIR)->want, BH_WANT_ALL);
}

static void many_rules_are_few_rows(void **state) {
        struct world *w = world(state);
        char text[500][16];

        for (unsigned i = 0; i < BH_LEN(text); i++) {
                snprintf(text[i], sizeof(text[i]), "/p/%u", i);
                path(w, row(w, BH_EV_OPENAT, i % 3 ? BH_IR_WRITE : BH_IR_READ), BH_PATH_PREFIX, text[i]);
        }
        plan(w, false);
        assert_int_equal(w->plan.filter.types[BH_EV_OPENAT].want, BH_WANT_ROWS);
        assert_int_equal(__builtin_popcountll(w->plan.filter.types[BH_EV_OPENAT].rows), 2);
        assert_int_equal(w->plan.prefixes.len, BH_LEN(text));
        row(w, BH_EV_OPENAT, BH_IR_READ); /* any path */
        plan(w, false);
        assert_int_equal(__builtin_popcountll(w->plan.filter.types[BH_EV_OPENAT].any_path), 1);
}

static void more_rows_than_bits_are_all_wanted(void **state) {
        struct world *w = world(state);

        for (unsigned i = 0; i <= BH_SENSOR_ROWS; i++)
                row(w, BH_EV_OPENAT, i);
        plan(w, false);
        assert_int_equal(w->plan.filter.types[BH_EV_OPENAT].want, BH_WANT_ALL);
}

static void too_many_paths_are_not_asked_at_all(void **state) {
        struct world *w = world(state);
        struct bh_interest_row *r = row(w, BH_EV_OPENAT, BH_IR_WRITE);

        for (unsigned i = 0; i < 20000; i++) {
                struct bh_str s = bh_arena_printf(w->arena, "/many/%u", i);

                *bh_vec_add(w->arena, &r->paths) = (struct bh_interest_path){ BH_PATH_PREFIX, s };
        }
        plan(w, false);
        assert_int_equal(w->plan.prefixes.len, 0);
        assert_int_equal(w->plan.filter.types[BH_EV_OPENAT].any_path, w->plan.filter.types[BH_EV_OPENAT].rows);
        assert_true(w->plan.filter.types[BH_EV_OPENAT].rows != 0);
}

static void no_filter_wants_all_of_what_is_named(void **state) {
        struct world *w = world(state);

        path(w, row(w, BH_EV_OPENAT, BH_IR_WRITE), BH_PATH_PREFIX, "/etc");
        plan(w, true);
        assert_int_equal(w->plan.filter.types[BH_EV_OPENAT].want, BH_WANT_ALL);
        assert_int_equal(w->plan.filter.types[BH_EV_OPEN].want, BH_WANT_NONE);
}

static void rights_are_followed_by_all_calls_that_change_them(void **state) {
        struct world *w = world(state);

        w->interest.types[BH_EV_CREDJUMP].all = BH_INTEREST_ALL;
        plan(w, false);
        assert_true(w->plan.filter.wants & BH_WANTS_RIGHTS);
        assert_int_equal(w->plan.filter.calls[SYS_setresuid].call, BH_CALL_RIGHTS);
        assert_int_equal(w->plan.filter.calls[SYS_setfsuid].call, BH_CALL_RIGHTS);
        assert_int_equal(w->plan.filter.calls[SYS_openat].call, BH_CALL_NONE);
}

/* The begin of a call is looked at for words that nothing else vouches for, and only when a rule asks. */
static void begins_are_for_words_and_asked_for(void **state) {
        struct world *w = world(state);

        w->interest.types[BH_EV_RENAMEAT2].all = w->interest.types[BH_EV_PTRACE].all = w->interest.types[BH_EV_SETHOSTNAME].all = BH_INTEREST_ALL;
        plan(w, false);
        assert_false(w->plan.needs_begins);
        w->interest.wants_raced = true;
        plan(w, false);
        assert_true(w->plan.needs_begins && w->plan.filter.wants & BH_WANTS_RACED);
        assert_int_equal(w->plan.any[SYS_renameat2] & (BH_ANY_END | BH_ANY_BEGIN), BH_ANY_END | BH_ANY_BEGIN);
        assert_int_equal(w->plan.any[SYS_ptrace] & (BH_ANY_END | BH_ANY_BEGIN), BH_ANY_END);
        assert_int_equal(w->plan.any[SYS_sethostname] & (BH_ANY_END | BH_ANY_BEGIN), BH_ANY_END);
}

/* A row whose argument is beyond the sixth, or whose type does not exist, would be read as something else. */
static void rows_of_calls_make_sense(void **state) {
        (void) state;
        for (size_t i = 0; i < bh_calls_len + bh_calls32_len; i++) {
                const struct bh_call_row *r = i < bh_calls_len ? &bh_calls[i] : &bh_calls32[i - bh_calls_len];

                assert_in_range(r->number, 0, BH_SENSOR_CALLS - 1);
                assert_in_range(r->call.call, 1, _BH_CALL_MAX - 1);
                assert_in_range(r->call.type, 0, _BH_EV_MAX - 1);
                assert_in_range(r->call.a, 0, 6);
                assert_in_range(r->call.b, 0, 6);
                assert_in_range(r->call.fd, 0, 6);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(without_rules_only_processes_are_seen, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_failed_exec_needs_the_call_and_a_success_does_not, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_failed_fork_needs_the_call_and_a_success_does_not, set_up, tear_down),
                cmocka_unit_test_setup_teardown(flags_decide_before_paths, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_family_of_open_shares_its_rows, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_longest_prefix_has_the_rows_of_the_shorter, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_suffix_is_cut_from_its_end, set_up, tear_down),
                cmocka_unit_test_setup_teardown(calls_that_change_names_are_asked_for_paths, set_up, tear_down),
                cmocka_unit_test_setup_teardown(other_calls_are_not_asked_for_paths, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_path_that_a_rule_names_is_asked_for, set_up, tear_down),
                cmocka_unit_test_setup_teardown(connections_within_the_machine_are_left_out_when_no_rule_could_want_one, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_the_kernel_cannot_ask_is_not_asked, set_up, tear_down),
                cmocka_unit_test_setup_teardown(many_rules_are_few_rows, set_up, tear_down),
                cmocka_unit_test_setup_teardown(more_rows_than_bits_are_all_wanted, set_up, tear_down),
                cmocka_unit_test_setup_teardown(too_many_paths_are_not_asked_at_all, set_up, tear_down),
                cmocka_unit_test_setup_teardown(no_filter_wants_all_of_what_is_named, set_up, tear_down),
                cmocka_unit_test_setup_teardown(rights_are_followed_by_all_calls_that_change_them, set_up, tear_down),
                cmocka_unit_test_setup_teardown(begins_are_for_words_and_asked_for, set_up, tear_down),
                cmocka_unit_test(rows_of_calls_make_sense),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
