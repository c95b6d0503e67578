/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_REPORT_WRITERS_H
#define BH_COMPLY_REPORT_WRITERS_H
/* One line a format: in the order of the alphabet. */
#include "comply/report.h"

bh_comply_writer bh_comply_write_csv, bh_comply_write_html, bh_comply_write_json, bh_comply_write_junit, bh_comply_write_lines, bh_comply_write_oscal,
        bh_comply_write_table;

/* Shared by writers: "2026-11-29T22:10:03Z". */
struct bh_str bh_comply_time(struct bh_arena *arena, int64_t when_s);

#endif
