/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/report/writers.h"

#include <time.h>

const struct bh_comply_format bh_comply_formats[] = {
        { "table", bh_comply_write_table },
        { "json", bh_comply_write_json },
        { NULL, NULL },
};

struct bh_str bh_comply_time(struct bh_arena *arena, int64_t when_s) {
        time_t t = (time_t) when_s;
        char text[32];
        struct tm tm;

        (void) gmtime_r(&t, &tm);
        (void) strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
        return bh_arena_str(arena, bh_str_of(text));
}
