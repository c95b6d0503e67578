/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/text.h"

static void times_read_and_print(void **state) {
        char out[21];
        int64_t s;

        (void) state;
        assert_true(bh_time_parse(BH_STR("2024-03-29T16:00:00Z"), &s));
        assert_int_equal(s, 1711728000);
        assert_string_equal(bh_time_print(s, out), "2024-03-29T16:00:00Z");
        assert_true(bh_time_parse(BH_STR("2024-03-30T00:00:00.123456+08:00"), &s));
        assert_int_equal(s, 1711728000);
        assert_true(bh_time_parse(BH_STR("1969-12-31"), &s));
        assert_int_equal(s, -86400);
        assert_string_equal(bh_time_print(s, out), "1969-12-31T00:00:00Z");
        assert_string_equal(bh_time_print(951782400, out), "2000-02-29T00:00:00Z");
        assert_false(bh_time_parse(BH_STR("2024-13-01"), &s));
        assert_false(bh_time_parse(BH_STR("2024-03-29T25:00:00Z"), &s));
        assert_false(bh_time_parse(BH_STR("yesterday"), &s));
}

static void base64_goes_both_ways(void **state) {
        struct bh_arena *a = bh_arena_new();
        struct bh_str s;

        (void) state;
        assert_str(bh_base64_encode(a, BH_STR("a")), "YQ==");
        assert_str(bh_base64_encode(a, BH_STR("abc")), "YWJj");
        assert_true(bh_base64_decode(a, BH_STR("YQ=="), &s));
        assert_str(s, "a");
        assert_true(bh_base64_decode(a, BH_STR("YW\nJj"), &s));
        assert_str(s, "abc");
        assert_true(bh_base64_decode(a, BH_STR("_-8"), &s));
        assert_int_equal(s.len, 2);
        assert_false(bh_base64_decode(a, BH_STR("a*b"), &s));
        assert_false(bh_base64_decode(a, BH_STR("YWJjZ"), &s));
        bh_arena_free(&a);
}

static void hex_goes_both_ways(void **state) {
        unsigned char bytes[2];
        char out[5];

        (void) state;
        assert_true(bh_unhex(BH_STR("0aFf"), bytes, 2));
        assert_string_equal(bh_hex(bytes, 2, out), "0aff");
        assert_false(bh_unhex(BH_STR("0aF"), bytes, 2));
        assert_false(bh_unhex(BH_STR("0aFg"), bytes, 2));
}

BH_UNIT_MAIN(times_read_and_print, base64_goes_both_ways, hex_goes_both_ways)
