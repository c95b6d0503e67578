/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "http/head.h"

static void a_header_is_found_whatever_its_case(void **state) {
        struct bh_str head = BH_STR("HTTP/1.1 200 OK\r\ncontent-TYPE:  text/plain ; charset=x\r\nA: 1\r\na:2\r\n\r\n");

        (void) state;
        assert_str(bh_head_media_type(head), "text/plain");
        assert_str(bh_head_get(head, "a", 0), "1");
        assert_str(bh_head_get(head, "a", 1), "2");
        assert_str(bh_head_get(head, "a", 2), "");
        assert_str(bh_head_get(head, "HTTP/1.1 200 OK", 0), "");
}

static void a_part_says_where_it_begins(void **state) {
        uint64_t from = 7, total = 7;

        (void) state;
        assert_true(bh_head_range(BH_STR("Content-Range: bytes 100-199/200\r\n"), &from, &total));
        assert_int_equal(from, 100);
        assert_int_equal(total, 200);
        assert_true(bh_head_range(BH_STR("Content-Range: bytes 5-9/*\r\n"), &from, &total));
        assert_int_equal(from, 5);
        assert_int_equal(total, 0);
        assert_false(bh_head_range(BH_STR("Content-Range: bytes */200\r\n"), &from, &total));
        assert_false(bh_head_range(BH_STR("Content-Range: bytes -1-9/200\r\n"), &from, &total));
        assert_false(bh_head_range(BH_STR("Content-Range: bytes 99999999999999999999-1/2\r\n"), &from, &total));
        assert_false(bh_head_range(BH_STR(""), &from, &total));
}

static void an_origin_ends_where_the_path_begins(void **state) {
        (void) state;
        assert_str(bh_url_origin(BH_STR("https://a.io:5000/v2/?x=http://b.io/")), "https://a.io:5000");
        assert_str(bh_url_origin(BH_STR("https://a.io?x")), "https://a.io");
        assert_str(bh_url_origin(BH_STR("https://me@a.io#y")), "https://me@a.io");
        assert_str(bh_url_origin(BH_STR("a.io/b")), "a.io");
}

BH_UNIT_MAIN(a_header_is_found_whatever_its_case, a_part_says_where_it_begins, an_origin_ends_where_the_path_begins)
