/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/schedule.h"

#include <string.h>

#include "base/text.h"

#define MINUTE_MS 60000ll
#define DAY_MS 86400000ll

static const char *const words[] = { [BH_EVERY_DAY] = "day", [BH_EVERY_WEEK] = "week", [BH_EVERY_MONTH] = "month" };

const char *bh_every_str(enum bh_every every) {
        return words[every];
}

enum bh_every bh_every_of(const char *word) {
        int every = 0;

        while (every < _BH_EVERY_MAX && strcmp(words[every], word) != 0)
                every++;
        return (enum bh_every) every;
}

/* 1970 began on a Thursday. */
static int day_of_week(int64_t day) {
        return (int) ((day + 3) % 7) + 1;
}

static int day_of_month(int64_t day) {
        char date[21];

        (void) bh_time_print(day * (DAY_MS / 1000), date);
        return (date[8] - '0') * 10 + date[9] - '0';
}

static bool is_day(const struct bh_schedule *s, int64_t day) {
        int of_month;

        if (s->every == BH_EVERY_DAY)
                return true;
        if (s->every == BH_EVERY_WEEK)
                return day_of_week(day) == s->day;
        of_month = day_of_month(day);
        return of_month == s->day || (of_month < s->day && day_of_month(day + 1) == 1);
}

int64_t bh_schedule_next(const struct bh_schedule *s, int64_t after_ms) {
        int64_t shift = s->utc_offset * MINUTE_MS, day = (after_ms + shift) / DAY_MS, last = day + 62, due;

        do
                due = day * DAY_MS + s->minute * MINUTE_MS - shift;
        while ((due <= after_ms || !is_day(s, day)) && day++ < last); /* two months have every day */
        return due;
}
