/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt/tarout.h"

static struct bh_str name_of(size_t n) {
        static char text[400];

        memset(text, 'n', sizeof text);
        return (struct bh_str){ text, n };
}

/* The first pax record of an entry that has one: does its length count itself? */
static void check_record(struct bh_str out) {
        char *end;
        unsigned long length = strtoul(out.at + BH_TAR_BLOCK, &end, 10);

        assert_int_equal(out.at[156], 'x');
        assert_int_equal(*end, ' ');
        assert_int_equal(out.at[BH_TAR_BLOCK + length - 1], '\n');
}

static void a_record_counts_its_own_length(void **state) {
        struct stat st = { .st_mode = S_IFREG | 0644 };

        (void) state;
        for (size_t n = 80; n < 400; n++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
                struct bh_tarout e = { .path = name_of(n), .st = &st };

                assert_true(bh_tarout_header(&out, &e));
                assert_int_equal(out.len % BH_TAR_BLOCK, 0);
                assert_int_equal(out.len, n <= 100 ? BH_TAR_BLOCK : 3 * BH_TAR_BLOCK);
                if (n > 100)
                        check_record(bh_buf_str(&out));
        }
}

static void what_does_not_fit_an_octal_field_is_said_in_a_record(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct stat st = { .st_mode = S_IFREG, .st_size = 8589934592, .st_uid = 2097152, .st_gid = 2097151 };
        struct bh_tarout e = { .path = BH_STR("a"), .st = &st };

        (void) state;
        assert_true(bh_tarout_header(&out, &e));
        assert_true(bh_str_find(bh_buf_str(&out), BH_STR("19 size=8589934592\n")) > 0);
        assert_true(bh_str_find(bh_buf_str(&out), BH_STR("15 uid=2097152\n")) > 0);
        assert_int_equal(bh_str_find(bh_buf_str(&out), BH_STR("gid=")), -1);
}

static void a_socket_has_no_place_in_a_tar(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct stat st = { .st_mode = S_IFSOCK };
        struct bh_tarout e = { .path = BH_STR("s"), .st = &st };

        (void) state;
        assert_false(bh_tarout_header(&out, &e));
        assert_int_equal(out.len, 0);
}

static void data_is_filled_up_to_whole_blocks(void **state) {
        (void) state;
        assert_int_equal(bh_tarout_padding(0), 0);
        assert_int_equal(bh_tarout_padding(1), 511);
        assert_int_equal(bh_tarout_padding(512), 0);
        assert_int_equal(bh_tarout_padding(8589934593), 511);
}

BH_UNIT_MAIN(a_record_counts_its_own_length, what_does_not_fit_an_octal_field_is_said_in_a_record,
             a_socket_has_no_place_in_a_tar, data_is_filled_up_to_whole_blocks)
