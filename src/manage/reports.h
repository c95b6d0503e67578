/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_REPORTS_H
#define BH_MANAGE_REPORTS_H
/*
 * Reports by the clock (report_schedule): each is made when it is due, or when
 * somebody asks for it now, kept as a file of the state folder's reports/, and
 * mailed by an integration where one is named. What was due while the server
 * was away is made once when it is back. A mail that fails is tried again after
 * 1, 5, 15, 60 and 240 minutes, and then given up. A crash sends a mail twice
 * rather than never. A file that no row tells of any more is taken away.
 */
#include "manage/manage.h"
#include "manage/schedule.h"

struct bh_schedule bh_reports_schedule(struct bh_str every, int64_t day, int64_t minute, int64_t utc_offset);
/* A schedule was made, changed or asked for, or a report was taken away: it looks at once. */
void bh_reports_wake(const struct bh_manage *m);
/* Where the document of a report lies. */
const char *bh_reports_path(const struct bh_manage *m, struct bh_arena *arena, int64_t schedule_id, int64_t made_ms);

extern const struct bh_manage_part bh_part_reports;

#endif
