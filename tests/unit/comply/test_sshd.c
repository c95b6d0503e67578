/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "comply/read/sshd.h"
#include "comply/read/sshkey.h"

static struct bh_sshd_lines lines_of(struct bh_arena *arena, const char *text) {
        struct bh_cur c = bh_cur_of(bh_str_of(text));
        struct bh_sshd_lines lines = { 0 };
        struct bh_sshd_line l;
        unsigned match = 0;
        bool all = false;

        while (bh_sshd_next(arena, &c, &l)) {
                if (bh_str_is(l.keyword, "match")) {
                        match++;
                        all = bh_sshd_match_all(l.value);
                        continue;
                }
                l.match = match;
                l.all = all;
                *bh_vec_add(arena, &lines) = l;
        }
        return lines;
}

/* Values that may be met, set apart by "|". */
static struct bh_str met(struct bh_arena *arena, const char *text, const char *keyword) {
        struct bh_sshd_lines lines = lines_of(arena, text);
        struct bh_sshd_values values = { 0 };
        struct bh_str out = BH_STR("");

        bh_sshd_reach(arena, &lines, keyword, BH_STR("DEFAULT"), &values);
        for (size_t i = 0; i < values.len; i++)
                out = bh_arena_printf(arena, "%.*s%s%.*s", BH_FMT(out), i ? "|" : "", BH_FMT(values.at[i].value));
        return out;
}

static void the_first_value_wins(void **state) {
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        assert_str(met(arena, "PermitRootLogin no\npermitrootlogin yes\n", "permitrootlogin"), "no");
        assert_str(met(arena, "# PermitRootLogin yes\n", "permitrootlogin"), "DEFAULT");
        bh_arena_free(&arena);
}

static void a_match_block_is_one_more_value(void **state) {
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        assert_str(met(arena, "PermitRootLogin no\nMatch User x\nPermitRootLogin yes\nPermitRootLogin no\n", "permitrootlogin"), "yes|no");
        assert_str(met(arena, "Match Address 10.0.0.0/8\nPermitRootLogin yes\n", "permitrootlogin"), "yes|DEFAULT");
        bh_arena_free(&arena);
}

static void behind_match_all_there_is_no_other(void **state) {
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        assert_str(met(arena, "PermitRootLogin yes\nMatch User x\nPermitRootLogin forced-commands-only\nMatch all\nPermitRootLogin no\nMatch User y\nPermitRootLogin yes\n", "permitrootlogin"),
                   "forced-commands-only|no");
        bh_arena_free(&arena);
}

static void words_are_taken_as_sshd_takes_them(void **state) {
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        assert_str(met(arena, "HostKey=\"/a b\"  # note\n", "hostkey"), "/a b");
        assert_str(met(arena, "  AllowUsers  a   b\tc#d\n", "allowusers"), "a b c#d");
        assert_str(met(arena, "Banner = /etc/issue\r\n", "banner"), "/etc/issue");
        bh_arena_free(&arena);
}

static void lists_of_algorithms_change_the_defaults(void **state) {
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        assert_str(bh_sshd_algorithms(arena, BH_STR("a,b"), BH_STR("x,y")), "a,b");
        assert_str(bh_sshd_algorithms(arena, BH_STR("+a"), BH_STR("x,y")), "x,y,a");
        assert_str(bh_sshd_algorithms(arena, BH_STR("-x*,z"), BH_STR("x1,y,x2")), "y");
        assert_str(bh_sshd_algorithms(arena, BH_STR("^y"), BH_STR("x,y,z")), "y,x,z");
        bh_arena_free(&arena);
}

static void times_have_units(void **state) {
        uint64_t s;

        (void) state;
        assert_true(bh_sshd_time(BH_STR("1h30m"), &s));
        assert_int_equal(s, 5400);
        assert_true(bh_sshd_time(BH_STR("45"), &s));
        assert_int_equal(s, 45);
        assert_false(bh_sshd_time(BH_STR("none"), &s));
        assert_false(bh_sshd_time(BH_STR("99999999999999999999w"), &s));
        assert_false(bh_sshd_time(BH_STR("9999999999999999999w"), &s));
}

static void a_key_has_its_strength_in_it(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_cur c = bh_cur_of(BH_STR("# note\nfrom=\"10.0.0.1\",command=\"echo \\\"a b\\\"\" ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDRt/PxiK7Q+WX+zphFHXdtS4M+QWPLBMCMXh3fPYZlgtTycm4pSdGyj1fymYPkbzjUWg+qeS3TmyIDcROm/yOlcmTY0lMTczX1b1dfG3c6q57u3k2GHzz0z2iYUZyTAWKJlBi5JbI89P1HTSNWXVHu0MYy9FqEMtP/xXbvet9Faw== x\nssh-ed25519 AAAA y\nssh-rsa AAAA\nnonsense\n"));
        struct bh_sshkey k;

        (void) state;
        assert_true(bh_sshkey_next(arena, &c, &k));
        assert_str(k.type, "ssh-rsa");
        assert_int_equal(k.bits, 1024);
        assert_str(k.options, "from=\"10.0.0.1\",command=\"echo \\\"a b\\\"\"");
        assert_true(bh_sshkey_next(arena, &c, &k));
        assert_int_equal(k.bits, 256);
        assert_true(bh_sshkey_next(arena, &c, &k));
        assert_int_equal(k.bits, 0);
        assert_false(bh_sshkey_next(arena, &c, &k));
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(the_first_value_wins, a_match_block_is_one_more_value, behind_match_all_there_is_no_other, words_are_taken_as_sshd_takes_them,
             lists_of_algorithms_change_the_defaults, times_have_units, a_key_has_its_strength_in_it)
