/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/guesses.h"

#include <stdio.h>

#include "serve/buckets.h"
#include "unit.h"

static void the_sixth_try_waits_and_each_further_one_longer(void **state) {
        struct bh_guesses *g = bh_guesses_new();
        struct bh_str name = BH_STR("alice"), at = BH_STR("192.0.2.1");
        int64_t now = 1000000;
        unsigned last = 0;

        (void) state;
        for (int i = 0; i < 5; i++) {
                assert_int_equal(bh_guesses_wait(g, name, at, now), 0);
                bh_guesses_wrong(g, name, at, now);
        }
        for (int i = 0; i < 12; i++) {
                unsigned wait = bh_guesses_wait(g, name, at, now);

                assert_true(wait >= last && wait <= 3600 && wait >= 15);
                last = wait;
                now += wait * 1000ll;
                assert_int_equal(bh_guesses_wait(g, name, at, now), 0);
                bh_guesses_wrong(g, name, at, now);
        }
        assert_int_equal(last, 3600);
        bh_guesses_free(&g);
}

static void who_is_elsewhere_is_not_locked_out(void **state) {
        struct bh_guesses *g = bh_guesses_new();

        (void) state;
        for (int i = 0; i < 10; i++)
                bh_guesses_wrong(g, BH_STR("alice"), BH_STR("203.0.113.9"), 1000);
        assert_true(bh_guesses_wait(g, BH_STR("alice"), BH_STR("203.0.113.9"), 1000) > 0);
        assert_int_equal(bh_guesses_wait(g, BH_STR("alice"), BH_STR("192.0.2.1"), 1000), 0);
        bh_guesses_free(&g);
}

static void many_names_from_one_address_are_one_attacker(void **state) {
        struct bh_guesses *g = bh_guesses_new();
        char name[16];

        (void) state;
        for (int i = 0; i < 20; i++) {
                (void) snprintf(name, sizeof name, "user%d", i);
                bh_guesses_wrong(g, bh_str_of(name), BH_STR("203.0.113.9"), 1000);
        }
        assert_true(bh_guesses_wait(g, BH_STR("somebody-else"), BH_STR("203.0.113.9"), 1000) > 0);
        bh_guesses_free(&g);
}

static void the_right_password_starts_anew(void **state) {
        struct bh_guesses *g = bh_guesses_new();

        (void) state;
        for (int i = 0; i < 4; i++)
                bh_guesses_wrong(g, BH_STR("alice"), BH_STR("192.0.2.1"), 1000);
        bh_guesses_right(g, BH_STR("alice"), BH_STR("192.0.2.1"));
        bh_guesses_wrong(g, BH_STR("alice"), BH_STR("192.0.2.1"), 1000);
        assert_int_equal(bh_guesses_wait(g, BH_STR("alice"), BH_STR("192.0.2.1"), 1000), 0);
        bh_guesses_free(&g);
}

static void a_bucket_fills_again(void **state) {
        struct bh_buckets *b = bh_buckets_new(10, 5);

        (void) state;
        for (int i = 0; i < 5; i++)
                assert_int_equal(bh_buckets_take(b, BH_STR("x"), 1000), 0);
        assert_int_equal(bh_buckets_take(b, BH_STR("x"), 1000), 1);
        assert_int_equal(bh_buckets_take(b, BH_STR("y"), 1000), 0); /* another's is full */
        assert_int_equal(bh_buckets_take(b, BH_STR("x"), 1100), 0);
        assert_int_equal(bh_buckets_take(b, BH_STR("x"), 1100), 1);
        bh_buckets_free(&b);
}

static void a_hundred_thousand_names_do_not_refill_one(void **state) {
        struct bh_buckets *b = bh_buckets_new(1, 3);
        char name[16];

        (void) state;
        for (int i = 0; i < 3; i++)
                (void) bh_buckets_take(b, BH_STR("attacker"), 1000);
        for (int i = 0; i < 100000; i++) {
                (void) snprintf(name, sizeof name, "n%d", i);
                (void) bh_buckets_take(b, bh_str_of(name), 1000);
        }
        assert_true(bh_buckets_take(b, BH_STR("attacker"), 1000) > 0);
        bh_buckets_free(&b);
}

BH_UNIT_MAIN(the_sixth_try_waits_and_each_further_one_longer, who_is_elsewhere_is_not_locked_out, many_names_from_one_address_are_one_attacker,
             the_right_password_starts_anew, a_bucket_fills_again, a_hundred_thousand_names_do_not_refill_one)
