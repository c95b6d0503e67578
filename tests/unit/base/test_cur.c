/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/cur.h"

static void a_read_past_the_end_gives_zero_and_is_bad_for_good(void **state) {
        struct bh_cur c = bh_cur_of(BH_STR("\x01\x02\x03"));

        (void) state;
        assert_int_equal(bh_cur_be16(&c), 0x0102);
        assert_int_equal(bh_cur_le32(&c), 0);
        assert_true(c.bad);
        assert_int_equal(bh_cur_u8(&c), 0);
        assert_int_equal(bh_cur_rest(&c).len, 0);
}

static void numbers_have_the_byte_order_of_their_name(void **state) {
        struct bh_cur c = bh_cur_of(BH_STR("\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08"));

        (void) state;
        assert_int_equal(bh_cur_be64(&c), 0x0102030405060708);
        assert_int_equal(bh_cur_le64(&c), 0x0807060504030201);
        assert_false(c.bad);
}

static void lines_end_in_lf_or_crlf_and_the_last_needs_none(void **state) {
        struct bh_cur c = bh_cur_of(BH_STR("a\r\n\nb"));
        struct bh_str line;

        (void) state;
        assert_true(bh_cur_line(&c, &line));
        assert_str(line, "a");
        assert_true(bh_cur_line(&c, &line));
        assert_str(line, "");
        assert_true(bh_cur_line(&c, &line));
        assert_str(line, "b");
        assert_false(bh_cur_line(&c, &line));
        assert_int_equal(c.line, 3);
}

static void a_varint_of_more_than_64_bits_is_bad(void **state) {
        struct bh_cur good = bh_cur_of(BH_STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
        struct bh_cur bad = bh_cur_of(BH_STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"));

        (void) state;
        assert_true(bh_cur_uvarint(&good) == UINT64_MAX);
        assert_false(good.bad);
        (void) bh_cur_uvarint(&bad);
        assert_true(bad.bad);
}

static void a_window_outside_the_bytes_is_bad(void **state) {
        struct bh_cur c = bh_cur_at(BH_STR("abcdef"), 2, 3);

        (void) state;
        assert_str(bh_cur_rest(&c), "cde");
        assert_true(bh_cur_at(BH_STR("abc"), 2, 2).bad);
        assert_true(bh_cur_at(BH_STR("abc"), UINT64_MAX, 1).bad);
}

BH_UNIT_MAIN(a_read_past_the_end_gives_zero_and_is_bad_for_good, numbers_have_the_byte_order_of_their_name,
             lines_end_in_lf_or_crlf_and_the_last_needs_none, a_varint_of_more_than_64_bits_is_bad,
             a_window_outside_the_bytes_is_bad)
