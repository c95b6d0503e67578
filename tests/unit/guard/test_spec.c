/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "guard/fake_rule.h"

#include "guard/outputs/spec.h"

static struct bh_arena *arena;
static struct bh_output_spec s;
static struct bh_err err;

static int parse(const char *text) {
        err = BH_ERR_NONE;
        return bh_output_spec_parse(arena, text, &s, &err);
}

static void a_target_says_what_kind_it_is(void **state) {
        (void) state;
        arena = bh_arena_new();
        assert_int_equal(parse("stdout"), 0);
        assert_int_equal(s.kind, BH_OUTPUT_STDOUT);
        assert_false(s.json);
        assert_int_equal(parse("file:/var/log/a.json,size=100M,keep=3,format=text"), 0);
        assert_string_equal(s.target, "/var/log/a.json");
        assert_int_equal(s.size_bytes, 100 << 20);
        assert_int_equal(s.keep, 3);
        assert_false(s.json);
        assert_int_equal(parse("syslog:tls://[2001:db8::1]:7000,facility=local3"), 0);
        assert_string_equal(s.target, "2001:db8::1");
        assert_string_equal(s.port, "7000");
        assert_int_equal(s.facility, 19);
        assert_int_equal(parse("syslog:udp://logs.example.org"), 0);
        assert_string_equal(s.port, "514");
        assert_int_equal(parse("https://hooks.example.org/a?b=c,batch=20,timeout=3"), 0);
        assert_string_equal(s.target, "https://hooks.example.org/a?b=c");
        assert_int_equal(s.batch, 20);
        assert_int_equal(s.timeout_ms, 3000);
        bh_arena_free(&arena);
}

static void a_condition_takes_all_that_follows(void **state) {
        (void) state;
        arena = bh_arena_new();
        assert_int_equal(parse("unix:/run/x.sock,priority=warning,when=proc.name in (a, b) and evt.num=1"), 0);
        assert_int_equal(s.least, BH_PRIORITY_WARNING);
        assert_str(s.when, "proc.name in (a, b) and evt.num=1");
        bh_arena_free(&arena);
}

static void a_password_in_a_url_is_never_shown(void **state) {
        (void) state;
        arena = bh_arena_new();
        assert_int_equal(parse("https://me:secret@hooks.example.org/a"), 0);
        assert_str(s.text, "https://***@hooks.example.org/a");
        bh_arena_free(&arena);
}

static void a_typo_is_named_with_the_nearest_word(void **state) {
        (void) state;
        arena = bh_arena_new();
        assert_int_equal(parse("file:/x,keap=3"), BH_E_USAGE);
        assert_string_equal(err.text, "output file:/x: there is no option \"keap\"; did you mean \"keep\"?");
        assert_int_equal(parse("stdot"), BH_E_USAGE);
        assert_string_equal(err.text, "output stdot: there is no output \"stdot\"; did you mean \"stdout\"?");
        assert_int_equal(parse("stdout,keep=3"), BH_E_USAGE);
        assert_string_equal(err.text, "output stdout: keep means nothing to this kind of output");
        assert_int_equal(parse("file:/x,size=lots"), BH_E_USAGE);
        assert_int_equal(parse("file:"), BH_E_USAGE);
        assert_int_equal(parse("syslog:udp://h,facility=locale3"), BH_E_USAGE);
        assert_string_equal(err.text, "output syslog:udp://h: facility: there is no facility \"locale3\"; did you mean \"local3\"?");
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(a_target_says_what_kind_it_is, a_condition_takes_all_that_follows, a_password_in_a_url_is_never_shown,
             a_typo_is_named_with_the_nearest_word)
