/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/reports_row.h"

/* kind, scope, scope_id, format, lang: five columns from there on. */
static struct bh_document document_of(const struct bh_rows *rows, int from, int64_t now_ms, struct bh_arena *arena) {
        return (struct bh_document){ bh_rows_copy(rows, from, arena),     bh_rows_copy(rows, from + 1, arena), bh_rows_copy(rows, from + 2, arena),
                                     bh_rows_copy(rows, from + 3, arena), bh_rows_copy(rows, from + 4, arena), now_ms };
}

int bh_report_row_due(struct bh_db *db, int64_t now_ms, struct bh_arena *arena, struct bh_report_row *ret, struct bh_err *err) {
        static const char sql[] = "SELECT id, name, kind, scope, scope_id, format, lang, every, day, minute, utc_offset, integration_id, recipients, asked_by, "
                                  "COALESCE(next_ms, 0) FROM report_schedule WHERE next_ms <= ?1 OR asked_by <> '' ORDER BY COALESCE(next_ms, 0), id LIMIT 1";
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, BH_ARGS(bh_arg_int(now_ms)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0)
                *ret = (struct bh_report_row){
                        .schedule_id = bh_rows_int(rows, 0), .name = bh_rows_copy(rows, 1, arena), .document = document_of(rows, 2, now_ms, arena),
                        .schedule = bh_reports_schedule(bh_rows_text(rows, 7), bh_rows_int(rows, 8), bh_rows_int(rows, 9), bh_rows_int(rows, 10)),
                        .integration_id = bh_rows_int(rows, 11), .recipients = bh_rows_copy(rows, 12, arena), .asked_by = bh_rows_copy(rows, 13, arena),
                        .due_ms = bh_rows_int(rows, 14) };
        return r;
}

int bh_report_row_waiting(struct bh_db *db, int64_t now_ms, struct bh_arena *arena, struct bh_report_row *ret, struct bh_err *err) {
        static const char sql[] = "SELECT id, schedule_id, name, kind, scope, scope_id, format, lang, scope_name, bytes, made_ms, integration_id, recipients, tries "
                                  "FROM report WHERE mail = 'waiting' AND try_ms <= ?1 ORDER BY try_ms LIMIT 1";
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, BH_ARGS(bh_arg_int(now_ms)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0)
                *ret = (struct bh_report_row){
                        .id = bh_rows_int(rows, 0), .schedule_id = bh_rows_int(rows, 1), .name = bh_rows_copy(rows, 2, arena),
                        .document = document_of(rows, 3, bh_rows_int(rows, 10), arena), .scope_name = bh_rows_copy(rows, 8, arena), .bytes = bh_rows_int(rows, 9),
                        .integration_id = bh_rows_int(rows, 11), .recipients = bh_rows_copy(rows, 12, arena), .tries = bh_rows_int(rows, 13) };
        return r;
}

static int insert(struct bh_db *db, const struct bh_report_row *row, int64_t *ret_id, struct bh_err *err) {
        static const char sql[] = "INSERT INTO report(schedule_id, name, kind, scope, scope_id, scope_name, format, lang, bytes, sha256, made_ms, asked_by, mail, "
                                  "integration_id, recipients, try_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?11) RETURNING id";
        const struct bh_document *d = &row->document;

        return bh_db_number(db, sql,
                            BH_ARGS(bh_arg_int(row->schedule_id), bh_arg_text(row->name), bh_arg_text(d->kind), bh_arg_text(d->scope), bh_arg_text(d->scope_id),
                                    bh_arg_text(row->scope_name), bh_arg_text(d->format), bh_arg_text(d->lang), bh_arg_int(row->bytes), bh_arg_text(row->sha256),
                                    bh_arg_int(d->now_ms), bh_arg_text(row->asked_by), bh_arg_text(row->integration_id ? BH_STR("waiting") : BH_STR("")),
                                    bh_arg_int(row->integration_id), bh_arg_text(row->recipients)),
                            ret_id, err);
}

int bh_report_row_made(struct bh_db *db, const struct bh_report_row *row, struct bh_str why, struct bh_err *err) {
        static const char made_sql[] = "UPDATE report_schedule SET asked_by = '', next_ms = CASE WHEN next_ms = ?2 THEN ?3 ELSE next_ms END, last_ms = ?4, "
                                       "last_report_id = ?5, last_error = '' WHERE id = ?1";
        static const char failed_sql[] = "UPDATE report_schedule SET asked_by = '', next_ms = CASE WHEN next_ms = ?2 THEN ?3 ELSE next_ms END, last_error_ms = ?4, "
                                         "last_error = ?5 WHERE id = ?1";
        int64_t next = bh_schedule_next(&row->schedule, row->document.now_ms), id = 0;
        int r = why.len ? 0 : insert(db, row, &id, err);

        return r < 0 ? r
                     : bh_db_run(db, why.len ? failed_sql : made_sql,
                                 BH_ARGS(bh_arg_int(row->schedule_id), bh_arg_int(row->due_ms), bh_arg_int(next), bh_arg_int(row->document.now_ms),
                                         why.len ? bh_arg_text(why) : bh_arg_int(id)),
                                 NULL, err);
}

int bh_report_row_mailed(struct bh_db *db, const struct bh_report_row *row, struct bh_str said, struct bh_str why, int64_t now_ms, int64_t next_ms, struct bh_err *err) {
        static const char sql[] = "UPDATE report SET mail = ?2, tries = tries + 1, try_ms = ?3, sent_ms = ?4, mail_said = ?5, mail_error = ?6 WHERE id = ?1";

        return bh_db_run(db, sql,
                         BH_ARGS(bh_arg_int(row->id), bh_arg_text(!why.len ? BH_STR("sent") : next_ms ? BH_STR("waiting") : BH_STR("failed")), bh_arg_int(next_ms),
                                 why.len ? bh_arg_null() : bh_arg_int(now_ms), bh_arg_text(said), bh_arg_text(why)),
                         NULL, err);
}
