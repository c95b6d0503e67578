/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/when.h"

#include <stdio.h>
#include <time.h>

#define SECOND 1000000000

struct bh_str bh_when_text(struct bh_arena *arena, int64_t time_ns, enum bh_when form) {
        bool iso = form == BH_WHEN_ISO, date = form >= BH_WHEN_ISO, whole = form == BH_WHEN_TIME_S || form == BH_WHEN_DATETIME_S;
        int64_t ns = (time_ns % SECOND + SECOND) % SECOND;
        time_t s = (time_t) ((time_ns - ns) / SECOND);
        char day[32] = "", fraction[16] = "";
        struct tm tm;

        if (!(iso ? gmtime_r(&s, &tm) : localtime_r(&s, &tm)))
                return (struct bh_str){ 0 };
        if (date && !strftime(day, sizeof day, "%Y-%m-%d", &tm))
                return (struct bh_str){ 0 };
        if (!whole)
                (void) snprintf(fraction, sizeof fraction, ".%09lld", (long long) ns);
        return bh_arena_printf(arena, "%s%s%02d:%02d:%02d%s%s", day, iso ? "T" : date ? " " : "", tm.tm_hour, tm.tm_min, tm.tm_sec, fraction,
                               iso ? "+0000" : "");
}
