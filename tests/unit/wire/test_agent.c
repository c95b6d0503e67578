/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "wire/agent.h"

static void an_item_comes_back_as_it_was_put(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf line = { 0 };
        struct bh_arena *arena = bh_arena_new();
        struct bh_item item;

        (void) state;
        for (int kind = 0; kind < _BH_ITEM_MAX; kind++) {
                bh_buf_clear(&line);
                bh_item_put(&line, 17, (enum bh_item_kind) kind, 1764439200123, BH_STR("{\"a\": [1, 2]}"));
                assert_int_equal(bh_item_parse(arena, bh_buf_str(&line), &item, NULL), 0);
                assert_int_equal(item.seq, 17);
                assert_int_equal(item.kind, kind);
                assert_int_equal(item.at_ms, 1764439200123);
                assert_str(item.text, "{\"a\": [1, 2]}");
                assert_int_equal(bh_doc_count(bh_doc_get(item.body, "a")), 2);
        }
        bh_arena_free(&arena);
}

static void what_is_no_item_is_refused_with_a_sentence(void **state) {
        static const struct {
                const char *line, *says;
        } rows[] = {
                { "", "an item begins with no {\"seq\":N" },
                { "{\"seq\":18446744073709551616,", "an item begins with no {\"seq\":N" },
                { "{\"seq\":3,\"kind\":\"poem\",\"at\":1,\"body\":{}}", "item 3: no kind that is known" },
                { "{\"seq\":3,\"kind\":\"alert\",\"at\":-1,\"body\":{}}", "item 3: no time" },
                { "{\"seq\":3,\"kind\":\"alert\",\"at\":1}", "item 3: no body" },
                { "{\"seq\":3,\"kind\":\"alert\",\"at\":1,\"body\":[]}", "item 3: its body is no object" },
                { "{\"seq\":3,\"kind\":\"alert\",\"at\":1,\"body\":{\"a\":}}", "item 3: line 1, column 6: no value here" },
        };
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct bh_item item = { .seq = 99 };
                struct bh_err err = BH_ERR_NONE;

                assert_int_equal(bh_item_parse(arena, bh_str_of(rows[i].line), &item, &err), BH_E_FORMAT);
                if (i + 1 < BH_LEN(rows)) /* the last sentence is JSON's own */
                        assert_string_equal(err.text, rows[i].says);
                assert_int_equal(item.seq, 99);
        }
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(an_item_comes_back_as_it_was_put, what_is_no_item_is_refused_with_a_sentence)
