/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/text.h"
#include "manage/schedule.h"

static int64_t ms(const char *when) {
        int64_t s = 0;

        assert_true(bh_time_parse(bh_str_of(when), &s));
        return s * 1000;
}

static void is_due(struct bh_schedule s, const char *after, const char *due) {
        char is[21];

        assert_string_equal(bh_time_print(bh_schedule_next(&s, ms(after)) / 1000, is), due);
}

static void each_day_comes_once(void **state) {
        const struct bh_schedule s = { BH_EVERY_DAY, 1, 8 * 60 + 30, 0 };

        (void) state;
        is_due(s, "2026-11-30T08:29:59Z", "2026-11-30T08:30:00Z");
        is_due(s, "2026-11-30T08:30:00Z", "2026-12-01T08:30:00Z");
        is_due(s, "2026-12-31T09:00:00Z", "2027-01-01T08:30:00Z");
}

static void a_clock_ahead_of_utc_is_another_day_at_times(void **state) {
        (void) state;
        is_due((struct bh_schedule){ BH_EVERY_DAY, 1, 6 * 60, 8 * 60 }, "2026-11-30T12:00:00Z", "2026-11-30T22:00:00Z");
        is_due((struct bh_schedule){ BH_EVERY_WEEK, 1, 6 * 60, 8 * 60 }, "2026-11-25T00:00:00Z", "2026-11-29T22:00:00Z"); /* Monday there, Sunday here */
        is_due((struct bh_schedule){ BH_EVERY_WEEK, 1, 23 * 60, -5 * 60 }, "2026-11-25T00:00:00Z", "2026-12-01T04:00:00Z");
        is_due((struct bh_schedule){ BH_EVERY_MONTH, 1, 60, 330 }, "2026-11-25T00:00:00Z", "2026-11-30T19:30:00Z");
}

static void a_week_has_each_day_once(void **state) {
        (void) state; /* 2026-11-30 is a Monday */
        is_due((struct bh_schedule){ BH_EVERY_WEEK, 1, 0, 0 }, "2026-11-24T00:00:00Z", "2026-11-30T00:00:00Z");
        is_due((struct bh_schedule){ BH_EVERY_WEEK, 7, 0, 0 }, "2026-11-30T00:00:00Z", "2026-12-06T00:00:00Z");
        is_due((struct bh_schedule){ BH_EVERY_WEEK, 1, 0, 0 }, "2026-11-30T00:00:00Z", "2026-12-07T00:00:00Z");
}

static void a_day_that_a_month_lacks_is_its_last(void **state) {
        const struct bh_schedule s = { BH_EVERY_MONTH, 31, 0, 0 };

        (void) state;
        is_due(s, "2026-11-01T00:00:00Z", "2026-11-30T00:00:00Z");
        is_due(s, "2026-11-30T00:00:00Z", "2026-12-31T00:00:00Z");
        is_due(s, "2027-02-01T00:00:00Z", "2027-02-28T00:00:00Z");
        is_due(s, "2028-02-01T00:00:00Z", "2028-02-29T00:00:00Z");
        is_due((struct bh_schedule){ BH_EVERY_MONTH, 30, 0, 0 }, "2027-03-01T00:00:00Z", "2027-03-30T00:00:00Z");
        is_due((struct bh_schedule){ BH_EVERY_MONTH, 15, 0, 0 }, "2027-03-15T00:00:00Z", "2027-04-15T00:00:00Z");
}

static void its_words_are_its_own(void **state) {
        (void) state;
        for (int e = 0; e < _BH_EVERY_MAX; e++)
                assert_int_equal(bh_every_of(bh_every_str((enum bh_every) e)), e);
        assert_int_equal(bh_every_of("year"), _BH_EVERY_MAX);
}

BH_UNIT_MAIN(each_day_comes_once, a_clock_ahead_of_utc_is_another_day_at_times, a_week_has_each_day_once, a_day_that_a_month_lacks_is_its_last, its_words_are_its_own)
