/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <math.h>

#include "fmt/json.h"
#include "fmt/json_put.h"

static void members_and_elements_are_set_apart(void **state) {
        struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out };

        (void) state;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "a", "x");
        bh_json_put_some(&j, "nothing", BH_STR(""));
        bh_json_put_open(&j, "list", '[');
        bh_json_put_int(&j, NULL, -1);
        bh_json_put_double(&j, NULL, 0.97130, 5);
        bh_json_put_double(&j, NULL, 10, 0);
        bh_json_put_double(&j, NULL, NAN, 5);
        bh_json_put_close(&j);
        bh_json_put_open(&j, "empty", '{');
        bh_json_put_close(&j);
        bh_json_put_bool(&j, "b", true);
        bh_json_put_close(&j);
        assert_str(bh_buf_str(&out), "{\n  \"a\": \"x\",\n  \"list\": [\n    -1,\n    0.9713,\n    10,\n    null\n  ],\n  \"empty\": {},\n  \"b\": true\n}\n");
        bh_buf_done(&out);
}

static void any_bytes_come_out_as_text(void **state) {
        struct bh_str nasty = BH_STR("q\" b\\ n\n z\x01 d\x7f caf\xc3\xa9 bad\xff\xc3");
        struct bh_arena *arena = bh_arena_new();
        struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };
        const struct bh_doc *doc;

        (void) state;
        bh_json_put_open(&j, NULL, '[');
        bh_json_put_str(&j, NULL, nasty);
        bh_json_put_close(&j);
        assert_str(bh_buf_str(&out), "[\"q\\\" b\\\\ n\\n z\\u0001 d\\u007f caf\xc3\xa9 bad\xef\xbf\xbd\xef\xbf\xbd\"]\n");
        assert_int_equal(bh_json_parse(arena, bh_buf_str(&out), &doc, NULL), 0);
        assert_str(bh_doc_str(bh_doc_first(doc)), "q\" b\\ n\n z\x01 d\x7f caf\xc3\xa9 bad\xef\xbf\xbd\xef\xbf\xbd");
        bh_buf_done(&out);
        bh_arena_free(&arena);
}

static void a_tree_comes_out_as_it_was_read(void **state) {
        static const char text[] = "{\"a\":[1,-2.50e3,true,null,\"x\\n\"],\"b\":{},\"c\":[],\"d\":{\"\\u0001\":{\"e\":[[]]}}}";
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_arena *arena = bh_arena_new();
        struct bh_json_put j = { .out = &out, .compact = true };
        const struct bh_doc *root = NULL;

        (void) state;
        assert_int_equal(bh_json_parse(arena, bh_str_of(text), &root, NULL), 0);
        bh_json_put_doc(&j, NULL, root);
        out.len--; /* the newline of the last one */
        assert_str(bh_buf_str(&out), text);
        bh_buf_clear(&out);
        j = (struct bh_json_put){ .out = &out };
        bh_json_put_open(&j, NULL, '[');
        bh_json_put_doc(&j, NULL, bh_doc_get(root, "d"));
        bh_json_put_raw(&j, NULL, BH_STR("7"));
        bh_json_put_doc(&j, NULL, NULL);
        bh_json_put_close(&j);
        assert_str(bh_buf_str(&out), "[\n  {\n    \"\\u0001\": {\n      \"e\": [\n        []\n      ]\n    }\n  },\n  7,\n  null\n]\n");
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(a_tree_comes_out_as_it_was_read, members_and_elements_are_set_apart, any_bytes_come_out_as_text)
