/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <string.h>

#include <stdlib.h>

#include "base/arena.h"
#include "base/vec.h"

static void what_it_hands_out_is_zeroed_and_aligned(void **state) {
        struct bh_arena *a = bh_arena_new();

        (void) state;
        for (size_t n = 1; n < 100000; n = n * 3 + 1) {
                unsigned char *p = bh_arena_alloc(a, n);

                assert_int_equal((uintptr_t) p % 16, 0);
                for (size_t i = 0; i < n; i++)
                        assert_int_equal(p[i], 0);
                memset(p, 0xff, n);
        }
        bh_arena_free(&a);
        assert_null(a);
}

static void a_reset_arena_is_used_again_and_zeroed_again(void **state) {
        struct bh_arena *a = bh_arena_new();
        char *first = bh_arena_alloc(a, 64);

        (void) state;
        memset(first, 'x', 64);
        bh_arena_reset(a);
        assert_int_equal(bh_arena_used(a), 0);
        assert_ptr_equal(bh_arena_alloc(a, 64), first);
        assert_int_equal(first[63], 0);
        bh_arena_free(&a);
}

static void a_vector_keeps_its_items_while_it_grows(void **state) {
        struct bh_arena *a = bh_arena_new();
        BH_VEC(int) v = { 0 };

        (void) state;
        for (int i = 0; i < 10000; i++) {
                *bh_vec_add(a, &v) = i;
                (void) bh_arena_alloc(a, 8);
        }
        for (int i = 0; i < 10000; i++)
                assert_int_equal(v.at[i], i);
        bh_arena_free(&a);
}

static void a_large_vector_keeps_its_items_too(void **state) {
        struct bh_arena *a = bh_arena_new();
        BH_VEC(uint64_t) v = { 0 };

        (void) state;
        for (uint64_t i = 0; i < 1000000; i++) {
                *bh_vec_add(a, &v) = i;
                if (i % 1000 == 0)
                        (void) bh_arena_alloc(a, 4096);
        }
        for (uint64_t i = 0; i < 1000000; i++)
                assert_int_equal(v.at[i], i);
        bh_arena_adopt(a, malloc(100));
        bh_arena_adopt(a, NULL);
        bh_arena_reset(a);
        bh_arena_adopt(a, malloc(100));
        bh_arena_free(&a);
}

static void printing_and_joining_close_with_a_nul(void **state) {
        struct bh_arena *a = bh_arena_new();
        struct bh_str s = bh_arena_printf(a, "%d-%s", 7, "x");

        (void) state;
        assert_string_equal(s.at, "7-x");
        assert_string_equal(bh_arena_cat(a, s, BH_STR("!")).at, "7-x!");
        bh_arena_free(&a);
}

BH_UNIT_MAIN(what_it_hands_out_is_zeroed_and_aligned, a_reset_arena_is_used_again_and_zeroed_again,
             a_vector_keeps_its_items_while_it_grows, a_large_vector_keeps_its_items_too, printing_and_joining_close_with_a_nul)
