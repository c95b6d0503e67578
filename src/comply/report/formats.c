/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/report/writers.h"

#include "base/text.h"

const struct bh_comply_format bh_comply_formats[] = {
        { "table", bh_comply_write_table },
        { "json", bh_comply_write_json },
        { "lines", bh_comply_write_lines },
        { NULL, NULL },
};

struct bh_str bh_comply_time(struct bh_arena *arena, int64_t when_s) {
        char text[21];

        return bh_arena_str(arena, bh_str_of(bh_time_print(when_s, text)));
}
