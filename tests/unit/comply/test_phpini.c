/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "comply/read/phpini.h"
#include "comply/read/xmlconf.h"

static void a_value_is_as_php_reads_it(void **state) {
        struct bh_cur c = bh_cur_of(BH_STR("; note\n[PHP]\na = On ; note\nb=\"x; \\\"y\\\"\"\nno value\n[HOST=h]\nc = none\n"));
        struct bh_arena *arena = bh_arena_new();
        struct bh_phpini_row row = { 0 };

        (void) state;
        assert_int_equal(bh_phpini_next(arena, &c, &row), 1);
        assert_str(row.section, "PHP");
        assert_str(row.value, "1");
        assert_int_equal(row.line, 3);
        assert_int_equal(bh_phpini_next(arena, &c, &row), 1);
        assert_str(row.value, "x; \"y\"");
        assert_int_equal(bh_phpini_next(arena, &c, &row), 1);
        assert_str(row.section, "HOST=h");
        assert_str(row.value, "");
        assert_int_equal(bh_phpini_next(arena, &c, &row), 0);
        bh_arena_free(&arena);
}

static void sizes_have_units(void **state) {
        int64_t n;

        (void) state;
        assert_true(bh_phpini_bytes(BH_STR("128M"), &n));
        assert_int_equal(n, 128 << 20);
        assert_true(bh_phpini_bytes(BH_STR("-1"), &n));
        assert_int_equal(n, -1);
        assert_false(bh_phpini_bytes(BH_STR("9223372036854775807G"), &n));
        assert_false(bh_phpini_bytes(BH_STR("M"), &n));
        assert_false(bh_phpini_bytes(BH_STR(""), &n));
        assert_true(bh_phpini_true(BH_STR("yes")));
        assert_false(bh_phpini_true(BH_STR("0")));
        assert_false(bh_phpini_true(BH_STR("Off")));
}

static void an_element_has_attributes_text_and_a_line(void **state) {
        struct bh_budget budget = { "test", 1 << 20, 1000, 8 };
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        const struct bh_conf *port;
        struct bh_conf *root;

        (void) state;
        assert_int_equal(bh_xmlconf_parse(arena, BH_STR("f"), BH_STR("<?xml version='1.0'?>\n<S a='1'>\n<port b=\"x&lt;y\"> 80\n</port></S>"), &budget, &root, &err), 0);
        port = bh_conf_get(root->first, "port");
        assert_str(bh_xmlconf_attr(arena, port, "b"), "x<y");
        assert_str(bh_xmlconf_attr(arena, port, "c"), "");
        assert_str(bh_xmlconf_text(port), "80");
        assert_int_equal(port->line, 3);
        assert_true(bh_xmlconf_parse(arena, BH_STR("f"), BH_STR("<S><a></S>"), &budget, &root, &err) < 0);
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(a_value_is_as_php_reads_it, sizes_have_units, an_element_has_attributes_text_and_a_line)
