/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/hash.h"
#include "base/str.h"

static void quoting_never_lets_a_hostile_byte_through(void **state) {
        char buf[64];

        (void) state;
        assert_string_equal(bh_str_quote(BH_STR("a\x1b[2J\xff\n"), buf, sizeof buf), "a\\x1b[2J\\xff\\x0a");
        assert_string_equal(bh_str_quote(BH_STR("h\xc3\xa9"), buf, sizeof buf), "h\xc3\xa9");
        assert_string_equal(bh_str_quote(BH_STR("0123456789"), buf, 10), "012345...");
}

static void numbers_must_fill_the_slice_and_fit(void **state) {
        uint64_t v = 5;

        (void) state;
        assert_true(bh_str_u64(BH_STR("18446744073709551615"), &v));
        assert_true(v == UINT64_MAX);
        assert_false(bh_str_u64(BH_STR("18446744073709551616"), &v));
        assert_false(bh_str_u64(BH_STR("12x"), &v));
        assert_false(bh_str_u64(BH_STR(""), &v));
        assert_true(bh_str_hex64(BH_STR("fF"), &v));
        assert_int_equal(v, 255);
        assert_true(bh_str_oct64(BH_STR("755"), &v));
        assert_int_equal(v, 0755);
        assert_false(bh_str_oct64(BH_STR("8"), &v));
}

static void fields_words_and_cuts(void **state) {
        struct bh_str rest = BH_STR("a,,b"), f, left, right;

        (void) state;
        assert_true(bh_str_split(&rest, ',', &f));
        assert_str(f, "a");
        assert_true(bh_str_split(&rest, ',', &f));
        assert_str(f, "");
        assert_true(bh_str_split(&rest, ',', &f));
        assert_str(f, "b");
        assert_false(bh_str_split(&rest, ',', &f));
        rest = BH_STR("  one\ttwo ");
        assert_true(bh_str_word(&rest, &f));
        assert_str(f, "one");
        assert_true(bh_str_word(&rest, &f));
        assert_str(f, "two");
        assert_false(bh_str_word(&rest, &f));
        assert_true(bh_str_cut(BH_STR("k=v=w"), '=', &left, &right));
        assert_str(left, "k");
        assert_str(right, "v=w");
        assert_false(bh_str_cut(BH_STR("k"), '=', &left, &right));
        assert_str(right, "");
}

static void a_word_is_among_others_whole_or_not_at_all(void **state) {
        static const char *const words[] = { "yes", "on", "" };

        (void) state;
        assert_true(bh_str_among(BH_STR("on"), words, BH_LEN(words)));
        assert_true(bh_str_among((struct bh_str){ NULL, 0 }, words, BH_LEN(words)));
        assert_false(bh_str_among(BH_STR("o"), words, BH_LEN(words)));
        assert_false(bh_str_among(BH_STR("ON"), words, BH_LEN(words)));
        assert_false(bh_str_among(BH_STR("yes"), words, 0));
}

static void paths_come_apart(void **state) {
        (void) state;
        assert_str(bh_str_basename(BH_STR("a/b/c")), "c");
        assert_str(bh_str_basename(BH_STR("c")), "c");
        assert_str(bh_str_dirname(BH_STR("a/b/c")), "a/b");
        assert_str(bh_str_dirname(BH_STR("c")), "");
}

static void finding_without_case_needs_only_ascii(void **state) {
        (void) state;
        assert_int_equal(bh_str_find_nocase(BH_STR("xxApi_KEY"), BH_STR("api_key")), 2);
        assert_int_equal(bh_str_find_nocase(BH_STR("xx"), BH_STR("api")), -1);
        assert_int_equal(bh_str_find(BH_STR(""), BH_STR("a")), -1);
}

static void utf8_is_judged_strictly(void **state) {
        (void) state;
        assert_true(bh_str_is_text(BH_STR("caf\xc3\xa9 \xf0\x9f\x98\x80\n")));
        assert_false(bh_str_is_text(BH_STR("\xc0\xaf")));     /* overlong */
        assert_false(bh_str_is_text(BH_STR("\xed\xa0\x80"))); /* surrogate */
        assert_false(bh_str_is_text(BH_STR("\x1b[0m")));
        assert_int_equal(bh_utf8_len(BH_STR("\xf4\x90\x80\x80")), 0);
}

/* A few letters, so that beginnings and ends fit often; the bytes behind the text are no part of it. */
static void a_needle_is_found_where_it_first_lies(void **state) {
        char text[80];
        uint32_t dice = 1;

        (void) state;
        for (unsigned round = 0; round < 20000; round++) {
                size_t n = round % 70, from = (round / 70) % (n + 1), len = BH_MIN((size_t) round % 19, sizeof text - from);
                struct bh_str s = { text, n }, needle = { text + from, len };
                ptrdiff_t want = -1;

                for (size_t i = 0; i < sizeof text; i++)
                        text[i] = (char) ('a' + ((dice = dice * 1664525 + 1013904223) >> 24) % 3);
                for (size_t i = 0; i + len <= n && want < 0; i++)
                        if (memcmp(text + i, needle.at, len) == 0)
                                want = (ptrdiff_t) i;
                assert_int_equal(bh_str_find(s, needle), want);
        }
}

static void a_stored_hash_must_never_change(void **state) {
        (void) state;
        assert_true(bh_hash64(BH_STR("")) == bh_hash64(BH_STR("")));
        assert_true(bh_hash64(BH_STR("usr/bin/env")) != bh_hash64(BH_STR("usr/bin/enw")));
        assert_true(bh_hash64(BH_STR("12345678")) != bh_hash64(BH_STR("123456780")));
}

BH_UNIT_MAIN(quoting_never_lets_a_hostile_byte_through, numbers_must_fill_the_slice_and_fit, fields_words_and_cuts, a_word_is_among_others_whole_or_not_at_all,
             paths_come_apart, finding_without_case_needs_only_ascii, utf8_is_judged_strictly,
             a_needle_is_found_where_it_first_lies, a_stored_hash_must_never_change)
