/* SPDX-License-Identifier: Apache-2.0 */
/* Reports that were made by the clock, and their documents. A person of teams sees those of their teams and of their images. */
#include "base/limits.h"
#include "manage/document.h"
#include "manage/reports.h"
#include "serve/mine.h"
#include "serve/words.h"
#include "sys/fd.h"

#define F BH_LIST_FILTER
#define FS (BH_LIST_FILTER | BH_LIST_SORT)
#define FF (BH_LIST_FILTER | BH_LIST_FACET)

static const struct bh_list_column report_columns[] = {
        { "id", "r.id", BH_LIST_INT, FS, NULL },
        { "schedule_id", "r.schedule_id", BH_LIST_INT, F, NULL },
        { "name", "r.name", BH_LIST_TEXT, FS | BH_LIST_SEARCH, NULL },
        { "kind", "r.kind", BH_LIST_TEXT, FF, NULL },
        { "scope", "r.scope", BH_LIST_TEXT, FF, NULL },
        { "scope_id", "r.scope_id", BH_LIST_TEXT, F, NULL },
        { "scope_name", "r.scope_name", BH_LIST_TEXT, F | BH_LIST_SEARCH, NULL },
        { "format", "r.format", BH_LIST_TEXT, FF, NULL },
        { "lang", "r.lang", BH_LIST_TEXT, F, NULL },
        { "bytes", "r.bytes", BH_LIST_INT, FS, NULL },
        { "sha256", "r.sha256", BH_LIST_TEXT, F, NULL },
        { "made_ms", "r.made_ms", BH_LIST_TIME, FS, NULL },
        { "asked_by", "r.asked_by", BH_LIST_TEXT, F, NULL },
        { "mail", "r.mail", BH_LIST_TEXT, FF, NULL },
        { "integration_id", "r.integration_id", BH_LIST_INT, F, NULL },
        { "recipients", "r.recipients", BH_LIST_TEXT, F, NULL },
        { "tries", "r.tries", BH_LIST_INT, F, NULL },
        { "sent_ms", "r.sent_ms", BH_LIST_TIME, FS, NULL },
        { "mail_said", "r.mail_said", BH_LIST_TEXT, F, NULL },
        { "mail_error", "r.mail_error", BH_LIST_TEXT, F, NULL },
        { 0 },
};
static const struct bh_list reports = {
        .name = "reports", .from = "report r", .key = "r.id", .key_type = BH_LIST_INT, .sort = "-made_ms", .columns = report_columns,
        .mine = "((r.scope = 'image' AND " BH_MINE_IMAGE("r.scope_id") ") OR (r.scope = 'team' AND r.scope_id IN "
                "(SELECT CAST(tm.team_id AS TEXT) FROM team_member tm WHERE tm.person_id = ?1)))",
};

struct made {
        struct bh_call *call;
        int64_t id, schedule_id;
        struct bh_str name;
        struct bh_document document; /* its now_ms: when it was made */
};

static int load_made(struct bh_call *call, struct made *ret, struct bh_err *err) {
        static const char sql[] = "SELECT schedule_id, made_ms, kind, format, name FROM report WHERE id = ?1";
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_call_id(call, "report", &ret->id, err);

        ret->call = call;
        r = r < 0 ? r : bh_list_may(call, &reports, "r.id = ?", bh_arg_int(ret->id), "report", err);
        r = r < 0 ? r : bh_db_ask(call->db, sql, BH_ARGS(bh_arg_int(ret->id)), &rows, err);
        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0) {
                ret->schedule_id = bh_rows_int(rows, 0);
                ret->document = (struct bh_document){ .now_ms = bh_rows_int(rows, 1), .kind = bh_rows_copy(rows, 2, call->arena), .format = bh_rows_copy(rows, 3, call->arena) };
                ret->name = bh_rows_copy(rows, 4, call->arena);
        }
        return r < 0 ? r : 0;
}

static int get_report(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = bh_call_id(call, "report", &id, err);

        return r < 0 ? r : bh_list_one(call, &reports, "r.id = ?", bh_arg_int(id), "report", err);
}

static int get_file(struct bh_call *call, struct bh_err *err) {
        struct made m = { 0 };
        struct bh_str bytes;
        const char *suffix;
        int r = load_made(call, &m, err);

        r = r < 0 ? r : bh_fd_read_file(call->arena, bh_reports_path(call->user, call->arena, m.schedule_id, m.document.now_ms), BH_LIMIT_COMPLIANCE_REPORT, &bytes, err);
        if (r == BH_E_NOTFOUND)
                return bh_fail(err, BH_E_NOTFOUND, "the document of report %lld is not there any more", (long long) m.id);
        if (r < 0)
                return r;
        bh_buf_add(&call->out, bytes);
        call->type = bh_document_type(m.document.kind, m.document.format, &suffix);
        bh_call_reply_header(call, "Content-Disposition", "attachment; filename=\"%.*s\"", BH_FMT(bh_document_file(&m.document, call->arena)));
        bh_call_reply_header(call, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
        call->status = 200;
        return 0;
}

static int remove_report_fn(struct bh_db *db, void *user, struct bh_err *err) {
        const struct made *m = user;
        struct bh_str object = bh_arena_printf(m->call->arena, "report %lld of %.*s", (long long) m->id, BH_FMT(m->name));
        int r = bh_db_run(db, "DELETE FROM report WHERE id = ?1", BH_ARGS(bh_arg_int(m->id)), NULL, err);

        return r < 0 ? r : bh_call_audit(db, m->call, "report.remove", object, (struct bh_str){ 0 }, (struct bh_str){ 0 }, err);
}

static int delete_report(struct bh_call *call, struct bh_err *err) {
        struct made m = { 0 };
        int r = load_made(call, &m, err);

        r = r < 0 ? r : bh_store_write(call->store, remove_report_fn, &m, err);
        if (r < 0)
                return r;
        bh_reports_wake(call->user);
        call->status = 204;
        return 0;
}

const struct bh_route bh_routes_reports[] = {
        { "GET", "/api/v1/reports", "listReports", BH_MAY_READ, NULL, &reports, 0 },
        { "GET", "/api/v1/reports/{id}", "getReport", BH_MAY_READ, get_report, NULL, 0 },
        { "GET", "/api/v1/reports/{id}/document", "getReportDocument", BH_MAY_READ, get_file, NULL, 0 },
        { "DELETE", "/api/v1/reports/{id}", "removeReport", BH_MAY_INTEGRATIONS_WRITE, delete_report, NULL, 0 },
        { 0 },
};
