/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/sort.h"

static void numbers_of_every_spread_come_out_in_order(void **state) {
        static const uint64_t masks[] = { UINT64_MAX, 0xff, 0xff00000000000000, 0x0101010101010101, 0 };
        static uint64_t v[20000];

        (void) state;
        for (size_t m = 0; m < BH_LEN(masks); m++) {
                uint64_t sum = 0, after = 0;

                for (size_t i = 0; i < BH_LEN(v); i++)
                        sum += v[i] = bh_hash64((struct bh_str){ (const char *) &i, sizeof i }) & masks[m];
                bh_sort_u64(v, BH_LEN(v));
                for (size_t i = 0; i < BH_LEN(v); i++) {
                        after += v[i];
                        assert_true(i == 0 || v[i - 1] <= v[i]);
                }
                assert_true(sum == after);
        }
}

static void repeated_numbers_are_dropped_and_the_rest_is_found(void **state) {
        uint64_t v[] = { 1, 1, 2, 5, 5, 5, 9 };
        size_t n = bh_unique_u64(v, BH_LEN(v));

        (void) state;
        assert_int_equal(n, 4);
        assert_true(bh_has_u64(v, n, 1) && bh_has_u64(v, n, 5) && bh_has_u64(v, n, 9));
        assert_false(bh_has_u64(v, n, 0) || bh_has_u64(v, n, 3) || bh_has_u64(v, n, 10));
        assert_false(bh_has_u64(v, 0, 1));
}

BH_UNIT_MAIN(numbers_of_every_spread_come_out_in_order, repeated_numbers_are_dropped_and_the_rest_is_found)
