/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/map.h"

static void what_was_set_is_found_and_the_rest_is_not(void **state) {
        struct bh_arena *a = bh_arena_new();
        struct bh_map m = bh_map_in(a);

        (void) state;
        for (uintptr_t i = 1; i <= 5000; i++)
                assert_null(bh_map_set(&m, bh_arena_printf(a, "key %d", (int) i), (void *) i));
        for (uintptr_t i = 1; i <= 5000; i++)
                assert_ptr_equal(bh_map_get(&m, bh_arena_printf(a, "key %d", (int) i)), (void *) i);
        assert_null(bh_map_get(&m, BH_STR("key 5001")));
        assert_false(bh_map_has(&m, BH_STR("")));
        bh_arena_free(&a);
}

static void items_come_in_the_order_they_were_added(void **state) {
        struct bh_arena *a = bh_arena_new();
        struct bh_map m = bh_map_in(a);
        int one, two;

        (void) state;
        bh_map_set(&m, BH_STR("z"), &one);
        bh_map_set(&m, BH_STR("a"), &two);
        assert_ptr_equal(bh_map_set(&m, BH_STR("z"), &two), &one);
        assert_int_equal(m.len, 2);
        assert_str(m.items[0].key, "z");
        assert_str(m.items[1].key, "a");
        bh_arena_free(&a);
}

BH_UNIT_MAIN(what_was_set_is_found_and_the_rest_is_not, items_come_in_the_order_they_were_added)
