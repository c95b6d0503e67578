/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <string.h>

#include "sense/ends.h"

static bool left; /* what /proc would say */
static unsigned asked;

static bool goes_on(uint32_t pid) {
        (void) pid;
        asked++;
        return left;
}

static bool ended(struct bh_ends *e, uint32_t pid, uint32_t tid, bool others) {
        left = others;
        return bh_ends_is_last(e, pid, tid, goes_on);
}

static void one_thread_is_the_process(void **state) {
        struct bh_ends e = { 0 };

        (void) state;
        assert_true(ended(&e, 10, 10, false));
        assert_int_equal(e.n, 0);
}

static void others_that_end_first_are_nobodys_end(void **state) {
        struct bh_ends e = { 0 };

        (void) state;
        asked = 0;
        assert_false(ended(&e, 10, 11, true));
        assert_false(ended(&e, 10, 12, true));
        assert_int_equal(asked, 0); /* while the first lives, nobody has to look */
        assert_true(ended(&e, 10, 10, false));
}

static void the_last_ends_it_when_the_first_went_before(void **state) {
        struct bh_ends e = { 0 };

        (void) state;
        assert_false(ended(&e, 10, 10, true));
        assert_false(ended(&e, 10, 11, true));
        assert_false(ended(&e, 20, 21, true)); /* of another */
        assert_true(ended(&e, 10, 12, false));
        assert_false(ended(&e, 10, 13, false)); /* told late: its end is told already */
        assert_int_equal(e.n, 0);
}

/* All were gone when we looked, at the first of them. */
static void an_end_is_told_once(void **state) {
        struct bh_ends e = { 0 };

        (void) state;
        assert_true(ended(&e, 10, 10, false));
        assert_false(ended(&e, 10, 11, false));
        assert_false(ended(&e, 10, 12, false));
}

/* Another thread executes a program: the kernel ends the first, and gives that one its number. */
static void an_exec_by_another_thread_is_no_end(void **state) {
        struct bh_ends e = { 0 };

        (void) state;
        assert_false(ended(&e, 10, 10, true));
        assert_false(ended(&e, 10, 11, true));
        assert_true(ended(&e, 10, 10, false));
}

static void too_many_are_forgotten_and_not_told_twice(void **state) {
        struct bh_ends e = { 0 };

        (void) state;
        for (uint32_t pid = 1; pid <= BH_LIMIT_FIRST_GONE + 1; pid++)
                assert_false(ended(&e, pid, pid, true));
        assert_int_equal(e.n, BH_LIMIT_FIRST_GONE);
        assert_false(ended(&e, 1, 5000, false));
        assert_true(ended(&e, BH_LIMIT_FIRST_GONE + 1, 5001, false));
        assert_true(ended(&e, 2, 5002, false));
}

BH_UNIT_MAIN(one_thread_is_the_process, others_that_end_first_are_nobodys_end, the_last_ends_it_when_the_first_went_before, an_end_is_told_once,
             an_exec_by_another_thread_is_no_end, too_many_are_forgotten_and_not_told_twice)
