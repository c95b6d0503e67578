/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_REPORTS_ROW_H
#define BH_MANAGE_REPORTS_ROW_H
/* The rows of manage/reports.c: what is due, what was made, what waits to be mailed. */
#include "manage/document.h"
#include "manage/reports.h"

struct bh_report_row {
        int64_t id, schedule_id, integration_id, due_ms; /* id: of a report; due_ms: as the schedule had it, 0: it rests */
        struct bh_str name, scope_name, recipients, asked_by;
        struct bh_document document;
        struct bh_schedule schedule;
        int64_t bytes, tries;
        struct bh_str sha256;
};

/* 1: there is a schedule that is due or asked for; 0: none is. */
int bh_report_row_due(struct bh_db *db, int64_t now_ms, struct bh_arena *arena, struct bh_report_row *ret, struct bh_err *err) BH_MUST_CHECK;
/* 1: there is a report whose mail is to be tried; 0: none is. */
int bh_report_row_waiting(struct bh_db *db, int64_t now_ms, struct bh_arena *arena, struct bh_report_row *ret, struct bh_err *err) BH_MUST_CHECK;

/* What the mail says; file: the name of what is attached, empty when it was too large. */
struct bh_str bh_report_row_text(const struct bh_report_row *row, struct bh_str file, struct bh_arena *arena);

/* Both inside of a write. `why`: empty, it was made, or sent. */
int bh_report_row_made(struct bh_db *db, const struct bh_report_row *row, struct bh_str why, struct bh_err *err) BH_MUST_CHECK;
/* said: what the receiver answered; next_ms: when to try again, 0: never. */
int bh_report_row_mailed(struct bh_db *db, const struct bh_report_row *row, struct bh_str said, struct bh_str why, int64_t now_ms, int64_t next_ms, struct bh_err *err)
        BH_MUST_CHECK;

#endif
