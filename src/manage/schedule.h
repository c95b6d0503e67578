/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_SCHEDULE_H
#define BH_MANAGE_SCHEDULE_H
/*
 * When something is due that comes every day, week or month at a time of the
 * day. Its clock is UTC moved by a fixed number of minutes: it knows no summer
 * time, so that no hour is missing or there twice.
 */
#include <stdint.h>

enum bh_every { BH_EVERY_DAY, BH_EVERY_WEEK, BH_EVERY_MONTH, _BH_EVERY_MAX };

struct bh_schedule {
        enum bh_every every;
        int day;        /* of the week: 1 Monday to 7; of the month: 1 to 31, beyond its end the last one */
        int minute;     /* of the day: 0 to 1439 */
        int utc_offset; /* minutes that its clock is ahead of UTC: -720 to 840 */
};

/* The first moment after this one at which it is due; ms since 1970. */
int64_t bh_schedule_next(const struct bh_schedule *s, int64_t after_ms);
/* "day", "week", "month"; _BH_EVERY_MAX for any other word. */
const char *bh_every_str(enum bh_every every);
enum bh_every bh_every_of(const char *word);

#endif
