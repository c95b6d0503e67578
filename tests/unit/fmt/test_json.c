/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "fmt/json.h"

static void a_lookup_is_safe_on_what_is_not_there(void **state) {
        struct bh_arena *a = bh_arena_new();
        const struct bh_doc *root;
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_json_parse(a, BH_STR("{\"a\":{\"b\":[7,\"x\"]},\"n\":1.5}"), &root, &err), 0);
        assert_int_equal(bh_doc_int(bh_doc_first(bh_doc_path(root, "a.b")), -1), 7);
        assert_int_equal(bh_doc_int(bh_doc_path(root, "a.b.c.d"), -1), -1);
        assert_str(bh_doc_get_text(NULL, "x"), "");
        assert_true(bh_doc_double(bh_doc_get(root, "n"), 0) == 1.5);
        assert_int_equal(bh_doc_int(bh_doc_get(root, "n"), -1), -1);
        assert_int_equal(bh_doc_count(bh_doc_path(root, "a.b")), 2);
        bh_arena_free(&a);
}

static void nesting_ends_in_a_sentence(void **state) {
        struct bh_arena *a = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        const struct bh_doc *root = NULL;
        char deep[5000];

        (void) state;
        for (size_t i = 0; i < sizeof deep; i++)
                deep[i] = '[';
        assert_int_equal(bh_json_parse(a, (struct bh_str){ deep, sizeof deep }, &root, &err), BH_E_LIMIT);
        assert_string_equal(err.text, "line 1: nested deeper than 64");
        assert_null(root);
        bh_arena_free(&a);
}

static void a_repeated_name_gives_the_last(void **state) {
        struct bh_arena *a = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        const struct bh_doc *root;

        (void) state;
        assert_int_equal(bh_json_parse(a, BH_STR("{\"a\":1,\"a\":2}"), &root, &err), 0);
        assert_int_equal(bh_doc_int(bh_doc_get(root, "a"), -1), 2);
        bh_arena_free(&a);
}

BH_UNIT_MAIN(a_lookup_is_safe_on_what_is_not_there, nesting_ends_in_a_sentence, a_repeated_name_gives_the_last)
