/* SPDX-License-Identifier: Apache-2.0 */
/* Schedules of reports: what there is and how the last one went, changes, one that is wanted now. */
#include "base/limits.h"
#include "manage/document.h"
#include "manage/integrations.h"
#include "manage/reports.h"
#include "serve/mine.h"
#include "serve/words.h"

enum { NAME_BYTES = 100, RECIPIENTS_BYTES = 4096 };

#define F BH_LIST_FILTER
#define FS (BH_LIST_FILTER | BH_LIST_SORT)
#define FF (BH_LIST_FILTER | BH_LIST_FACET)

static const struct bh_list_column schedule_columns[] = {
        { "id", "s.id", BH_LIST_INT, FS, NULL },
        { "name", "s.name", BH_LIST_TEXT, FS | BH_LIST_SEARCH, NULL },
        { "enabled", "s.enabled", BH_LIST_BOOL, FF, NULL },
        { "kind", "s.kind", BH_LIST_TEXT, FF, NULL },
        { "scope", "s.scope", BH_LIST_TEXT, FF, NULL },
        { "scope_id", "s.scope_id", BH_LIST_TEXT, F, NULL },
        { "scope_name",
          "CASE s.scope WHEN 'host' THEN (SELECT h.name FROM host h WHERE h.id = s.scope_id) WHEN 'image' THEN (SELECT i.name FROM image i WHERE i.id = s.scope_id) "
          "WHEN 'team' THEN (SELECT t.name FROM team t WHERE CAST(t.id AS TEXT) = s.scope_id) END",
          BH_LIST_TEXT, 0, NULL },
        { "format", "s.format", BH_LIST_TEXT, FF, NULL },
        { "lang", "s.lang", BH_LIST_TEXT, F, NULL },
        { "every", "s.every", BH_LIST_TEXT, FF, NULL },
        { "day", "s.day", BH_LIST_INT, F, NULL },
        { "hour", "s.minute / 60", BH_LIST_INT, F, NULL },
        { "minute", "s.minute%60", BH_LIST_INT, F, NULL },
        { "utc_offset", "s.utc_offset", BH_LIST_INT, F, NULL },
        { "integration_id", "s.integration_id", BH_LIST_INT, F, NULL },
        { "integration", "n.name", BH_LIST_TEXT, F, NULL },
        { "recipients", "s.recipients", BH_LIST_TEXT, F, NULL },
        { "asked", "(s.asked_by <> '')", BH_LIST_BOOL, F, NULL },
        { "next_ms", "s.next_ms", BH_LIST_TIME, FS, NULL },
        { "last_ms", "s.last_ms", BH_LIST_TIME, FS, NULL },
        { "last_report_id", "r.id", BH_LIST_INT, F, NULL },
        { "last_mail", "r.mail", BH_LIST_TEXT, F, NULL },
        { "last_mail_error", "r.mail_error", BH_LIST_TEXT, F, NULL },
        { "last_error", "s.last_error", BH_LIST_TEXT, F, NULL },
        { "last_error_ms", "s.last_error_ms", BH_LIST_TIME, F, NULL },
        { "made_ms", "s.made_ms", BH_LIST_TIME, FS, NULL },
        { "changed_ms", "s.changed_ms", BH_LIST_TIME, FS, NULL },
        { "changed_by", "s.changed_by", BH_LIST_TEXT, F, NULL },
        { 0 },
};
static const struct bh_list schedules = {
        .name = "report-schedules", .mine = BH_MINE_NOTHING, .key = "s.id", .key_type = BH_LIST_INT, .sort = "name", .columns = schedule_columns,
        .from = "report_schedule s LEFT JOIN report r ON r.id = s.last_report_id LEFT JOIN integration n ON n.id = s.integration_id",
};

/* ---- changes of schedules ---- */

struct saving {
        struct bh_call *call;
        int64_t id; /* 0: a new one */
        struct bh_str name, recipients, every;
        struct bh_document document;
        bool enabled;
        int64_t day, minute, utc_offset, integration_id;
        struct bh_str json; /* for the audit */
};

static int load(struct bh_call *call, struct saving *s, struct bh_err *err) {
        static const char sql[] = "SELECT name, enabled, kind, scope, scope_id, format, lang, every, day, minute, utc_offset, integration_id, recipients "
                                  "FROM report_schedule WHERE id = ?1";
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_call_id(call, "schedule of reports", &s->id, err);

        r = r < 0 ? r : bh_db_ask(call->db, sql, BH_ARGS(bh_arg_int(s->id)), &rows, err);
        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r == 0)
                return bh_fail(err, BH_E_NOTFOUND, "there is no schedule of reports %lld", (long long) s->id);
        if (r < 0)
                return r;
        s->name = bh_rows_copy(rows, 0, call->arena);
        s->enabled = bh_rows_int(rows, 1) != 0;
        s->document = (struct bh_document){ bh_rows_copy(rows, 2, call->arena), bh_rows_copy(rows, 3, call->arena), bh_rows_copy(rows, 4, call->arena),
                                            bh_rows_copy(rows, 5, call->arena), bh_rows_copy(rows, 6, call->arena), call->now_ms };
        s->every = bh_rows_copy(rows, 7, call->arena);
        s->day = bh_rows_int(rows, 8);
        s->minute = bh_rows_int(rows, 9);
        s->utc_offset = bh_rows_int(rows, 10);
        s->integration_id = bh_rows_int(rows, 11);
        s->recipients = bh_rows_copy(rows, 12, call->arena);
        return 0;
}

static int read_texts(struct saving *s, const struct bh_row_file *f, const struct bh_doc *body, struct bh_err *err) {
        struct {
                const char *key;
                size_t max;
                struct bh_str *to;
        } texts[] = { { "name", NAME_BYTES, &s->name },           { "kind", NAME_BYTES, &s->document.kind },         { "scope", NAME_BYTES, &s->document.scope },
                      { "scope_id", 200, &s->document.scope_id }, { "format", NAME_BYTES, &s->document.format },     { "lang", NAME_BYTES, &s->document.lang },
                      { "every", NAME_BYTES, &s->every },         { "recipients", RECIPIENTS_BYTES, &s->recipients } };
        int r = 0;

        for (size_t i = 0; i < BH_LEN(texts) && r >= 0; i++)
                if (bh_doc_get(body, texts[i].key))
                        r = bh_body_text(f, body, texts[i].key, texts[i].max, texts[i].to, err);
        return r;
}

static int read_times(struct saving *s, const struct bh_row_file *f, const struct bh_doc *body, struct bh_err *err) {
        int64_t hour = s->minute / 60, minute = s->minute % 60;
        int r = bh_body_int(f, body, "day", 1, 31, s->day, &s->day, err);

        r = r < 0 ? r : bh_body_int(f, body, "hour", 0, 23, hour, &hour, err);
        r = r < 0 ? r : bh_body_int(f, body, "minute", 0, 59, minute, &minute, err);
        r = r < 0 ? r : bh_body_int(f, body, "utc_offset", -720, 840, s->utc_offset, &s->utc_offset, err);
        s->minute = hour * 60 + minute;
        return r;
}

/* As they are kept: one line, each an address. */
static int tidy_recipients(struct saving *s, struct bh_err *err) {
        const char *each[BH_SINK_RECIPIENTS];
        struct bh_str all = BH_STR("");
        size_t n = 0;
        int r = bh_sink_addresses(s->call->arena, "recipients", s->recipients, each, BH_LEN(each), &n, err);

        for (size_t i = 0; i < n && r >= 0; i++)
                all = bh_arena_printf(s->call->arena, "%.*s%s%s", BH_FMT(all), i ? ", " : "", each[i]);
        s->recipients = all;
        return r;
}

static int check_receiver(const struct saving *s, struct bh_err *err) {
        struct bh_str kind = BH_STR("");
        const struct bh_sink_ops *ops;
        int r = s->integration_id ? bh_db_text(s->call->db, "SELECT kind FROM integration WHERE id = ?1", BH_ARGS(bh_arg_int(s->integration_id)), s->call->arena, &kind, err)
                                  : 0;

        if (r < 0 || !s->integration_id)
                return r < 0 ? r : s->recipients.len ? bh_fail(err, BH_E_FORMAT, "recipients need an integration that sends mail") : 0;
        if (r == 0)
                return bh_fail(err, BH_E_FORMAT, "there is no integration %lld", (long long) s->integration_id);
        ops = bh_sink_of(kind);
        return ops && ops->deliver ? 0 : bh_fail(err, BH_E_FORMAT, "an integration of the kind %s takes no documents: only mail does", BH_QUOTE(kind));
}

static int check(struct saving *s, struct bh_err *err) {
        enum bh_every every = bh_every_of(bh_arena_cstr(s->call->arena, s->every));
        struct bh_str scope_name = BH_STR("");
        int r;

        if (!s->name.len)
                return bh_fail(err, BH_E_FORMAT, "this needs a name");
        if (every == _BH_EVERY_MAX)
                return bh_fail(err, BH_E_FORMAT, "every is day, week or month, not %s", BH_QUOTE(s->every));
        if (every == BH_EVERY_WEEK && s->day > 7)
                return bh_fail(err, BH_E_FORMAT, "a day of the week is from 1, Monday, to 7");
        r = bh_document_check(s->call->db, &s->document, s->call->arena, &scope_name, err);
        if (r == BH_E_NOTFOUND) /* the path is right, what the body names is not there */
                r = bh_wrap(err, BH_E_FORMAT, "scope_id");
        r = r < 0 ? r : tidy_recipients(s, err);
        return r < 0 ? r : check_receiver(s, err);
}

static int read_saving(struct saving *s, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "name", false },   { "enabled", false }, { "kind", false },   { "scope", false },      { "scope_id", false },
                                                  { "format", false }, { "lang", false },    { "every", false },  { "day", false },        { "hour", false },
                                                  { "minute", false }, { "utc_offset", false }, { "integration_id", false }, { "recipients", false } };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int r = bh_call_object(s->call, keys, BH_LEN(keys), &body, &f, err);

        r = r < 0 ? r : read_texts(s, &f, body, err);
        r = r < 0 ? r : read_times(s, &f, body, err);
        r = r < 0 ? r : bh_body_bool(&f, body, "enabled", s->enabled, &s->enabled, err);
        r = r < 0 ? r : bh_body_int(&f, body, "integration_id", 0, INT64_MAX, s->integration_id, &s->integration_id, err);
        s->json = s->call->body;
        return r < 0 ? r : check(s, err);
}

static int put_row(struct bh_db *db, struct saving *s, struct bh_err *err) {
        static const char make_sql[] = "INSERT INTO report_schedule(name, enabled, kind, scope, scope_id, format, lang, every, day, minute, utc_offset, integration_id, "
                                       "recipients, next_ms, made_ms, changed_ms, changed_by) "
                                       "VALUES(?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?16, ?17) RETURNING id";
        static const char change_sql[] = "UPDATE report_schedule SET name = ?2, enabled = ?3, kind = ?4, scope = ?5, scope_id = ?6, format = ?7, lang = ?8, every = ?9, day = ?10, "
                                         "minute = ?11, utc_offset = ?12, integration_id = ?13, recipients = ?14, next_ms = ?15, changed_ms = ?16, changed_by = ?17, "
                                         "last_error = '' WHERE id = ?1 RETURNING id";
        const struct bh_schedule when = bh_reports_schedule(s->every, s->day, s->minute, s->utc_offset);
        const struct bh_document *d = &s->document;
        int r = bh_db_number(db, s->id ? change_sql : make_sql,
                             BH_ARGS(bh_arg_int(s->id), bh_arg_text(s->name), bh_arg_int(s->enabled), bh_arg_text(d->kind), bh_arg_text(d->scope), bh_arg_text(d->scope_id),
                                     bh_arg_text(d->format), bh_arg_text(d->lang), bh_arg_text(s->every), bh_arg_int(s->day), bh_arg_int(s->minute),
                                     bh_arg_int(s->utc_offset), bh_arg_int(s->integration_id), bh_arg_text(s->recipients),
                                     s->enabled ? bh_arg_int(bh_schedule_next(&when, s->call->now_ms)) : bh_arg_null(), bh_arg_int(s->call->now_ms),
                                     bh_arg_text(s->call->who.name)),
                             &s->id, err);

        return r == 0 ? bh_fail(err, BH_E_NOTFOUND, "there is no schedule of reports %lld", (long long) s->id) : r;
}

static int audit(struct bh_db *db, const struct saving *s, const char *action, struct bh_str after, struct bh_err *err) {
        return bh_call_audit(db, s->call, action, bh_arena_printf(s->call->arena, "schedule of reports %.*s", BH_FMT(s->name)), (struct bh_str){ 0 }, after, err);
}

static int save_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct saving *s = user;
        bool is_new = s->id == 0;
        int64_t n = 0, same = 0;
        int r = bh_db_number(db, "SELECT COUNT(*) FROM report_schedule", BH_NO_ARGS, &n, err);

        r = r < 0 ? r : bh_db_number(db, "SELECT COUNT(*) FROM report_schedule WHERE name = ?1 AND id <> ?2", BH_ARGS(bh_arg_text(s->name), bh_arg_int(s->id)), &same, err);
        if (r >= 0 && is_new && n >= (int64_t) BH_LIMIT_REPORT_SCHEDULES)
                return bh_fail(err, BH_E_LIMIT, "there are %lld schedules of reports already, which is as many as may be", (long long) n);
        if (r >= 0 && same)
                return bh_fail(err, BH_E_FORMAT, "there is a schedule of reports of that name already");
        r = r < 0 ? r : put_row(db, s, err);
        return r < 0 ? r : audit(db, s, is_new ? "report-schedule.make" : "report-schedule.change", s->json, err);
}

static int show(struct bh_call *call, int64_t id, struct bh_err *err) {
        return bh_list_one(call, &schedules, "s.id = ?", bh_arg_int(id), "schedule of reports", err);
}

static int saved(struct saving *s, int status, struct bh_err *err) {
        struct bh_call *call = s->call;
        int r = read_saving(s, err);

        r = r < 0 ? r : bh_store_write(call->store, save_fn, s, err);
        if (r < 0)
                return r;
        bh_reports_wake(call->user);
        r = bh_store_refresh(call->db, err);
        call->status = status;
        return r < 0 ? r : show(call, s->id, err);
}

static int post_schedule(struct bh_call *call, struct bh_err *err) {
        struct saving s = { .call = call, .enabled = true, .every = BH_STR("week"), .day = 1, .minute = 8 * 60,
                            .document = { BH_STR("inspection"), BH_STR("all"), BH_STR(""), BH_STR("html"), BH_STR("en"), call->now_ms } };

        return saved(&s, 201, err);
}

static int patch_schedule(struct bh_call *call, struct bh_err *err) {
        struct saving s = { .call = call };
        int r = load(call, &s, err);

        return r < 0 ? r : saved(&s, 200, err);
}

static int get_schedule(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = bh_call_id(call, "schedule of reports", &id, err);

        return r < 0 ? r : show(call, id, err);
}

static int remove_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct saving *s = user;
        int r = bh_db_run(db, "DELETE FROM report_schedule WHERE id = ?1", BH_ARGS(bh_arg_int(s->id)), NULL, err);

        return r < 0 ? r : audit(db, s, "report-schedule.remove", (struct bh_str){ 0 }, err);
}

static int run_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct saving *s = user;
        int r = bh_db_run(db, "UPDATE report_schedule SET asked_by = ?2 WHERE id = ?1", BH_ARGS(bh_arg_int(s->id), bh_arg_text(s->call->who.name)), NULL, err);

        return r < 0 ? r : audit(db, s, "report-schedule.run", (struct bh_str){ 0 }, err);
}

static int with_schedule(struct bh_call *call, bh_store_fn *fn, int status, struct bh_err *err) {
        struct saving s = { .call = call };
        int r = load(call, &s, err);

        r = r < 0 ? r : bh_store_write(call->store, fn, &s, err);
        if (r < 0)
                return r;
        bh_reports_wake(call->user);
        call->status = status;
        return 0;
}

static int delete_schedule(struct bh_call *call, struct bh_err *err) {
        return with_schedule(call, remove_fn, 204, err);
}

static int post_run(struct bh_call *call, struct bh_err *err) {
        int r = with_schedule(call, run_fn, 202, err);

        return r < 0 ? r : bh_call_json(call, 202, BH_STR("{}"));
}

const struct bh_route bh_routes_report_schedules[] = {
        { "GET", "/api/v1/report-schedules", "listReportSchedules", BH_MAY_READ, NULL, &schedules, 0 },
        { "POST", "/api/v1/report-schedules", "makeReportSchedule", BH_MAY_INTEGRATIONS_WRITE, post_schedule, NULL, 0 },
        { "GET", "/api/v1/report-schedules/{id}", "getReportSchedule", BH_MAY_READ, get_schedule, NULL, 0 },
        { "PATCH", "/api/v1/report-schedules/{id}", "changeReportSchedule", BH_MAY_INTEGRATIONS_WRITE, patch_schedule, NULL, 0 },
        { "DELETE", "/api/v1/report-schedules/{id}", "removeReportSchedule", BH_MAY_INTEGRATIONS_WRITE, delete_schedule, NULL, 0 },
        { "POST", "/api/v1/report-schedules/{id}/run", "runReportSchedule", BH_MAY_INTEGRATIONS_WRITE, post_run, NULL, 0 },
        { 0 },
};
