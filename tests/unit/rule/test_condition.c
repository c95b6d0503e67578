/* SPDX-License-Identifier: Apache-2.0 */
/* What conditions mean: each sentence is a property of the language that people's rules rely on. */
#include "../unit.h"

#include <string.h>

#include "base/buf.h"
#include "rule/names.h"
#include "small.h"

static bool holds(const char *condition, const char *event) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_source *source = bh_bag_source(arena, &small_source);
        struct bh_condition *c = NULL;
        struct bh_err err = BH_ERR_NONE;
        const struct bh_doc *doc;
        struct bh_bag *bag = NULL;
        bool yes;

        if (bh_condition_new(source, bh_str_of(condition), &c, &err) < 0 || bh_yaml_parse(arena, bh_str_of(event), &doc, &err) < 0 ||
            bh_bag_new(arena, source, doc, &bag, &err) < 0)
                fail_msg("%s | %s: %s", condition, event, err.text);
        yes = bh_condition_holds(c, bag);
        bh_condition_free(&c);
        bh_arena_free(&arena);
        return yes;
}

static void says(const char *condition, const char *text) {
        struct bh_condition *c = NULL;
        struct bh_err err = BH_ERR_NONE;

        if (bh_condition_new(&small_source, bh_str_of(condition), &c, &err) >= 0) {
                bh_condition_free(&c);
                fail_msg("%s: is fine", condition);
        }
        if (!strstr(err.text, text))
                fail_msg("%s: \"%s\" says no \"%s\"", condition, err.text, text);
}

#define yes(condition, event) \
        if (!holds((condition), "{ evt.type: open, " event " }")) \
        fail_msg("should hold: %s | %s", (condition), (event))
#define no(condition, event) \
        if (holds((condition), "{ evt.type: open, " event " }")) \
        fail_msg("should not hold: %s | %s", (condition), (event))

static void and_binds_closer_than_or(void **state) {
        (void) state;
        yes("proc.name=a or proc.name=b and proc.tty=1", "proc.name: a, proc.tty: 0");
        no("(proc.name=a or proc.name=b) and proc.tty=1", "proc.name: a, proc.tty: 0");
        yes("not proc.name=a and proc.tty=1", "proc.name: b, proc.tty: 1");
        yes("not not proc.name=a", "proc.name: a");
        yes("not(proc.name=b)", "proc.name: a");
        yes("proc.name=a and(proc.tty=1)", "proc.name: a, proc.tty: 1");
        no("not(proc.name=a)and(proc.tty=1)", "proc.name: a, proc.tty: 1");
}

static void a_missing_value_makes_any_check_false(void **state) {
        (void) state;
        no("proc.name = a", "proc.tty: 1");
        no("proc.name != a", "proc.tty: 1");
        yes("not proc.name = a", "proc.tty: 1");
        yes("not proc.name != a", "proc.tty: 1");
        no("proc.name exists", "proc.tty: 1");
        yes("proc.name exists", "proc.name: a");
        no("proc.name in (a, b)", "proc.tty: 1");
        no("proc.name startswith ''", "proc.tty: 1");
        no("not proc.name exists", "proc.name: ''");
}

static void texts_are_compared_in_many_ways(void **state) {
        (void) state;
        yes("proc.name == sh", "proc.name: sh");
        no("proc.name = sh", "proc.name: bash");
        yes("proc.cmdline contains -c", "proc.cmdline: sh -c x");
        yes("proc.cmdline icontains PASSWD", "proc.cmdline: cat /etc/passwd");
        no("proc.cmdline contains PASSWD", "proc.cmdline: cat /etc/passwd");
        yes("proc.cmdline startswith \"sh -c\"", "proc.cmdline: sh -c x");
        yes("proc.cmdline endswith ' x'", "proc.cmdline: sh -c x");
        yes("proc.name in (a, b, c, d, e, f)", "proc.name: f");
        no("proc.name in (a, b, c, d, e, f)", "proc.name: g");
        no("proc.name in ()", "proc.name: g");
        yes("proc.name < val(proc.pname)", "proc.name: abc, proc.pname: abd");
}

static void in_and_intersects_of_a_text_take_it_whole(void **state) {
        (void) state;
        no("proc.args intersects (\"-i\", \"-s\")", "proc.args: -i x");
        yes("proc.args intersects (\"-i\", \"-s\")", "proc.args: -i");
        yes("proc.argv in (a, b)", "proc.argv: [a, b, a]");
        no("proc.argv in (a, b)", "proc.argv: [a, c]");
        yes("proc.argv intersects (a, b)", "proc.argv: [x, b]");
        no("proc.argv intersects (a, b)", "proc.argv: [x]");
        no("proc.argv in (a)", "proc.argv: []");
}

static void pmatch_goes_by_whole_parts_of_a_path(void **state) {
        (void) state;
        yes("fd.name pmatch (/etc)", "fd.name: /etc");
        yes("fd.name pmatch (/etc)", "fd.name: /etc/x/y");
        no("fd.name pmatch (/etc)", "fd.name: /etcx");
        yes("fd.name pmatch (/etc/)", "fd.name: /etc/x");
        yes("fd.name pmatch (/users/*/.ssh)", "fd.name: /users/me/.ssh/id");
        no("fd.name pmatch (/users/*/.ssh)", "fd.name: /users/me/x/.ssh/id");
        yes("fd.name pmatch (/)", "fd.name: /x");
        no("fd.name pmatch (/a/b, /c)", "fd.name: /a/c");
        yes("fd.name pmatch (/a/b, /c)", "fd.name: /c/d");
}

static void globs_cross_slashes(void **state) {
        (void) state;
        yes("fd.name glob /etc/*.conf", "fd.name: /etc/a/b.conf");
        no("fd.name glob /ETC/*", "fd.name: /etc/a");
        yes("fd.name iglob /ETC/*", "fd.name: /etc/a");
        yes("fd.name glob '/proc/[0-9]*/mem'", "fd.name: /proc/12/mem");
        no("fd.name glob '/proc/[!0-9]*'", "fd.name: /proc/12/mem");
}

static void a_regex_must_match_from_end_to_end(void **state) {
        (void) state;
        yes("proc.name regex 'ba+sh'", "proc.name: baash");
        no("proc.name regex 'ba+sh'", "proc.name: xbaash");
        no("proc.name regex 'ba+sh'", "proc.name: baashx");
        yes("proc.name regex '(?i)BASH|zsh'", "proc.name: bash");
        no("proc.name regex 'a.b'", "proc.name: \"a\\nb\"");
        no("proc.name regex 'ab$'", "proc.name: \"ab\\n\"");
        says("proc.name regex '(a)\\\\1'", "back reference");
        says("proc.name regex 'a(?=b)'", "looks around");
        says("proc.name regex '(a'", "regex");
        says("proc.name regex 'a*+'", "quantifiers");
}

static void a_slow_regex_ends(void **state) {
        (void) state;
        no("proc.cmdline regex '(a|a)*(a|a)*(a|a)*b'", "proc.cmdline: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static void numbers_are_decimal_or_hexadecimal(void **state) {
        (void) state;
        yes("proc.tty = 0x10", "proc.tty: 16");
        yes("proc.tty >= 16", "proc.tty: 16");
        no("proc.tty > 16", "proc.tty: 16");
        yes("evt.rawres < 0", "evt.rawres: -2");
        yes("evt.rawres in (-2, 3)", "evt.rawres: -2");
        yes("proc.duration <= 5000000000", "proc.duration: 5000000000");
        yes("proc.load > 1.5", "proc.load: 1.75");
        yes("proc.tty = 18446744073709551615", "proc.tty: 18446744073709551615");
        says("proc.tty = abc", "is no number");
        says("proc.tty contains 1", "cannot be asked with 'contains'");
        says("proc.tty > abc", "expected a number");
}

static void words_are_numbers_too(void **state) {
        (void) state;
        yes("evt.arg.cmd = 5", "evt.arg.cmd: 5");
        yes("evt.arg.cmd = BPF_PROG_LOAD", "evt.arg.cmd: BPF_PROG_LOAD");
        yes("evt.arg.flags contains O_CREAT", "evt.arg.flags: O_RDWR|O_CREAT");
        yes("evt.arg[flags] contains O_CREAT", "evt.arg.flags: O_RDWR|O_CREAT");
        yes("evt.arg[1] = x", "'evt.arg[1]': x");
}

static void bools_are_true_or_false(void **state) {
        (void) state;
        yes("proc.is_exe_upper_layer = true", "proc.is_exe_upper_layer: true");
        no("proc.is_exe_upper_layer = true", "proc.is_exe_upper_layer: false");
        yes("proc.is_exe_upper_layer != true", "proc.is_exe_upper_layer: false");
        says("proc.is_exe_upper_layer = 1", "neither true nor false");
}

static void bytes_are_searched_by_hex(void **state) {
        (void) state;
        yes("evt.buffer bcontains 6865", "evt.buffer: the heat");
        no("evt.buffer bstartswith 6865", "evt.buffer: the heat");
        yes("evt.buffer bstartswith 746865", "evt.buffer: the heat");
        yes("evt.buffer contains hea", "evt.buffer: the heat");
        says("evt.buffer bcontains xyz", "hex digits");
}

static void either_end_counts(void **state) {
        (void) state;
        yes("fd.ip = 10.0.0.1", "fd.ip: [10.0.0.1, 8.8.8.8]");
        yes("fd.ip = 8.8.8.8", "fd.ip: [10.0.0.1, 8.8.8.8]");
        no("fd.ip != 8.8.8.8", "fd.ip: [10.0.0.1, 8.8.8.8]");
        yes("fd.ip != 8.8.4.4", "fd.ip: [10.0.0.1, 8.8.8.8]");
        yes("fd.port in (53, 80)", "fd.port: [4242, 53]");
        yes("fd.net = 127.0.0.0/8", "fd.net: [127.0.0.1, 1.2.3.4]");
        no("fd.net != 127.0.0.0/8", "fd.net: [127.0.0.1, 1.2.3.4]");
        no("fd.ip != 1.1.1.1", "proc.tty: 1");
        yes("fd.ip = ::1", "fd.ip: ['::1']");
        yes("fd.sip = 10.0.0.0/8", "fd.sip: 10.2.3.4");
        says("fd.ip = somewhere", "no address");
        says("fd.ip > 3", "cannot be asked with '>'");
        says("proc.name = val(fd.ip)", "cannot stand on the right");
}

static void ancestors_are_any_or_one(void **state) {
        (void) state;
        yes("proc.aname = sshd", "proc.aname: [bash, sshd, systemd]");
        no("proc.aname = nginx", "proc.aname: [bash, sshd]");
        yes("proc.aname in (nginx, sshd)", "proc.aname: [bash, sshd]");
        yes("proc.aname[2] = sshd", "proc.aname: [bash, sshd]");
        no("proc.aname[1] = sshd", "proc.aname: [bash, sshd]");
        yes("proc.aname[2] startswith ss", "'proc.aname[2]': sshd");
        yes("proc.aname startswith ss", "'proc.aname[2]': sshd");
        yes("proc.aname != sshd", "proc.aname: [bash, sshd]");
        no("proc.aname[3] exists", "proc.aname: [bash, sshd]");
}

static void modifiers_count_the_constants(void **state) {
        (void) state;
        yes("proc.name startswith anyof (a, b)", "proc.name: bx");
        yes("proc.cmdline contains allof (a, b)", "proc.cmdline: b a");
        no("proc.cmdline contains allof (a, b)", "proc.cmdline: a");
        yes("proc.cmdline contains oneof (a, b)", "proc.cmdline: a");
        no("proc.cmdline contains oneof (a, b)", "proc.cmdline: a b");
        yes("proc.name != allof (a, b)", "proc.name: c");
        no("proc.name != allof (a, b)", "proc.name: a");
        yes("proc.name regex anyof ('a+', 'b+')", "proc.name: bb");
        yes("proc.name = anyof", "proc.name: anyof");
}

static void calls_change_values(void **state) {
        (void) state;
        yes("tolower(proc.name) = sh", "proc.name: SH");
        yes("toupper(proc.name) = SH", "proc.name: sh");
        yes("basename(proc.exepath) = sh", "proc.exepath: /bin/sh");
        yes("basename(tolower(proc.exepath)) = sh", "proc.exepath: /bin/SH");
        yes("b64(proc.args) contains secret", "proc.args: YSBzZWNyZXQ=");
        no("b64(proc.args) exists", "proc.args: '!!'");
        yes("len(proc.name) = 2", "proc.name: sh");
        yes("len(proc.argv) > 2", "proc.argv: [a, b, c]");
        yes("join('-', proc.argv) = a-b", "proc.argv: [a, b]");
        yes("concat(proc.name, ':', proc.pid) = 'sh:7'", "proc.name: sh, proc.pid: 7");
        no("concat(proc.name, proc.pname) exists", "proc.name: sh");
        yes("proc.name = tolower(proc.pname)", "proc.name: sh, proc.pname: SH");
        yes("basename(proc.exepath) != val(proc.name)", "proc.exepath: /tmp/x, proc.name: sshd");
        says("len(proc.tty) = 1", "len() wants");
        says("tolower(fd.sip) = a", "tolower() wants a text");
}

static void getopt_finds_an_option(void **state) {
        (void) state;
        yes("getopt(proc.argv, 'a:b')[a] = x", "proc.argv: [tool, -a, x]");
        yes("getopt(proc.argv, 'a:b')[a] = x", "proc.argv: [tool, -bax]");
        yes("getopt(proc.argv, 'a:b')[b] exists", "proc.argv: [tool, y, -b]");
        no("getopt(proc.argv, 'a:b')[b] exists", "proc.argv: [tool, --, -b]");
        no("getopt(proc.argv, 'a:b')[b] exists", "proc.argv: [tool, -a, -b]");
}

static void two_values_are_compared_by_val(void **state) {
        (void) state;
        yes("proc.name = val(proc.pname)", "proc.name: a, proc.pname: a");
        no("proc.name = val(proc.pname)", "proc.name: a");
        yes("proc.cmdline contains val(proc.name)", "proc.cmdline: a b, proc.name: b");
        yes("proc.name in val(proc.argv)", "proc.name: a, proc.argv: [b, a]");
        says("proc.name = val(proc.tty)", "cannot be compared");
        says("proc.name regex val(proc.pname)", "wants constants");
        says("val(proc.name) = a", "before \"(proc.name)");
}

static void quotes_have_escapes(void **state) {
        (void) state;
        yes("proc.name = \"a\\\"b\"", "proc.name: 'a\"b'");
        yes("proc.name = 'a b'", "proc.name: a b");
        yes("proc.name = \"\\x41\\n\"", "proc.name: \"A\\n\"");
        yes("proc.name = 'a\\ b'", "proc.name: 'a\\b'");
        yes("proc.name = ''", "proc.name: ''");
        says("proc.name = 'a\\q'", "escape");
        says("proc.name = 'a\\\"'", "inside '...'");
        says("proc.name = \"a\\'\"", "inside \"...\"");
        says("proc.name = 'a", "not closed");
}

static void never_and_always_are_known_beforehand(void **state) {
        (void) state;
        no("evt.num = 0", "proc.name: a");
        no("(evt.num=0) and proc.name = a", "proc.name: a");
        yes("not evt.num = 0", "proc.name: a");
        yes("evt.dir = <", "proc.name: a");
        no("evt.dir = >", "proc.name: a");
        yes("evt.dir != >", "proc.name: a");
}

static void mistakes_are_told_with_the_nearest_name(void **state) {
        (void) state;
        says("proc.nmae = a", "no field 'proc.nmae' in source syscall; did you mean 'proc.name'?");
        says("proc.name a", "expected an operator");
        says("proc.name = a b", "expected \"or\" or \"and\" before \"b\"");
        says("proc.name = ", "expected a text at the end");
        says("", "expected a check");
        says("spawned_process", "there are no macros here");
        says("proc.name in (a, b", "\")\"");
        says("proc.name in shells", "'shells' is no list");
        says("proc.aname[x] = a", "not a number");
        says("proc.name[1] = a", "takes no argument");
        says("evt.arg = a", "wants an argument");
        says("proc.argv = a", "cannot be asked with '='");
        says("proc.name = a orproc.name = b", "expected \"or\"");
}

static void depth_is_bounded(void **state) {
        char text[3000];
        size_t n = 0;

        (void) state;
        for (; n < 200; n++)
                text[n] = '(';
        strcpy(text + n, "proc.name = a");
        for (n = strlen(text), text[n] = '\0'; n < 413;)
                text[n++] = ')';
        text[n] = '\0';
        says(text, "nested deeper than 100");
}

static void a_name_is_an_address_once_it_is_known(void **state) {
        struct bh_names *names = bh_names_new();
        struct bh_named *name = bh_names_add(names, BH_STR("example.com"));
        struct bh_ip ip = { .at = { 10, 0, 0, 1 } }, other = { .at = { 10, 0, 0, 2 } };

        (void) state;
        assert_false(bh_named_is(name, &ip));
        bh_named_answer(name, &ip, 1);
        assert_true(bh_named_is(name, &ip));
        assert_false(bh_named_is(name, &other));
        assert_ptr_equal(bh_names_add(names, BH_STR("example.com")), name);
        assert_string_equal(bh_names_of(names, &ip), "example.com");
        bh_names_unref(&names);
        yes("fd.sip.name in (pool.example, other.example)", "fd.sip.name: pool.example"); /* as proofs give it */
        no("fd.sip.name in (pool.example, other.example)", "fd.sip.name: 10.0.0.1");
        no("fd.sip.name = pool.example", "fd.sip: 10.0.0.1");
}

BH_UNIT_MAIN(and_binds_closer_than_or, a_missing_value_makes_any_check_false, texts_are_compared_in_many_ways,
             in_and_intersects_of_a_text_take_it_whole, pmatch_goes_by_whole_parts_of_a_path, globs_cross_slashes,
             a_regex_must_match_from_end_to_end, a_slow_regex_ends, numbers_are_decimal_or_hexadecimal, words_are_numbers_too,
             bools_are_true_or_false, bytes_are_searched_by_hex, either_end_counts, ancestors_are_any_or_one, modifiers_count_the_constants,
             calls_change_values, getopt_finds_an_option, two_values_are_compared_by_val, quotes_have_escapes,
             never_and_always_are_known_beforehand, mistakes_are_told_with_the_nearest_name, depth_is_bounded,
             a_name_is_an_address_once_it_is_known)
