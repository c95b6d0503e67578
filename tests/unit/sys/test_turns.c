/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/turns.h"

#include "sys/clock.h"
#include "unit.h"

struct counter {
        struct bh_turns turns;
        atomic_uint turned, asked;
        int64_t pause_ms;
};

static void *count(void *user) {
        struct counter *c = user;
        bool asked;

        while (bh_turns_wait(&c->turns, c->pause_ms, &asked)) {
                atomic_fetch_add(&c->asked, asked);
                atomic_fetch_add(&c->turned, 1);
        }
        return NULL;
}

static void until(const atomic_uint *n, unsigned least) {
        for (int i = 0; i < 5000 && atomic_load(n) < least; i++)
                (void) clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){ .tv_nsec = 1000000 }, NULL);
        assert_true(atomic_load(n) >= least);
}

static void a_turn_comes_by_itself_when_its_time_has_come(void **state) {
        struct counter c = { .pause_ms = 1 };

        (void) state;
        assert_int_equal(bh_turns_begin(&c.turns, count, &c, NULL), 0);
        until(&c.turned, 3);
        bh_turns_end(&c.turns);
        assert_int_equal(c.asked, 0);
}

static void who_sleeps_long_is_woken_and_ended_at_once(void **state) {
        struct counter c = { .pause_ms = 3600 * 1000 };
        int64_t from;

        (void) state;
        assert_int_equal(bh_turns_begin(&c.turns, count, &c, NULL), 0);
        bh_turns_wake(&c.turns);
        until(&c.asked, 1);
        bh_turns_wake(&c.turns);
        until(&c.asked, 2);
        from = bh_clock_ms(CLOCK_MONOTONIC);
        bh_turns_end(&c.turns);
        assert_true(bh_clock_ms(CLOCK_MONOTONIC) - from < 600 * 1000);
        assert_int_equal(c.turned, 2);
}

static void who_never_began_may_be_ended(void **state) {
        struct bh_turns t = { 0 };

        (void) state;
        bh_turns_end(&t);
        bh_turns_end(&t);
}

BH_UNIT_MAIN(a_turn_comes_by_itself_when_its_time_has_come, who_sleeps_long_is_woken_and_ended_at_once, who_never_began_may_be_ended)
