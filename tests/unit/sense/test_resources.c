/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "sense/resources.h"

static uint64_t number(const char *text, const char *word) {
        return bh_resources_number(bh_str_of(text), word);
}

static void a_number_stands_behind_its_word(void **state) {
        const char *events = "low 0\nhigh 3\nmax 41\noom 2\noom_kill 1\noom_group_kill 0\n";

        (void) state;
        assert_int_equal(number(events, "max"), 41);
        assert_int_equal(number(events, "oom"), 2); /* and not that of oom_kill */
        assert_int_equal(number(events, "oom_kill"), 1);
        assert_int_equal(number("oom_kill_disable 0\nunder_oom 0\noom_kill 7\n", "oom_kill"), 7);
}

static void a_number_may_stand_alone(void **state) {
        (void) state;
        assert_int_equal(number("17\n", ""), 17);
}

static void what_is_no_number_is_none(void **state) {
        (void) state;
        assert_int_equal(number("", "max"), 0);
        assert_int_equal(number("", ""), 0);
        assert_int_equal(number("max\n", "max"), 0);
        assert_int_equal(number("max -1\n", "max"), 0);
        assert_int_equal(number("max 99999999999999999999999\n", "max"), 0);
        assert_int_equal(number("maximum 4\n", "max"), 0);
        assert_int_equal(number("max 12 x\n", "max"), 0);
        assert_int_equal(number("\n\n\nmax 5", "max"), 5);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_number_stands_behind_its_word),
                cmocka_unit_test(a_number_may_stand_alone),
                cmocka_unit_test(what_is_no_number_is_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
