/* SPDX-License-Identifier: Apache-2.0 */
/* How hosts are set up: results, hosts, workloads, checks, what changed, and one result with its evidence. */
#include "manage/compliance.h"
#include "serve/images.h"
#include "serve/mine.h"
#include "serve/words.h"

#define F BH_LIST_FILTER
#define FS (BH_LIST_FILTER | BH_LIST_SORT)
#define FQ (BH_LIST_FILTER | BH_LIST_SEARCH)
#define FF (BH_LIST_FILTER | BH_LIST_FACET)

#define MINE(r) BH_COMPLIANCE_OF_IMAGES(r, BH_TEAMS_IMAGES)

static const char *const severities[] = { "info", "low", "medium", "high", "critical", NULL };

/* ---- results ---- */

static const struct bh_list_column result_columns[] = {
        { "id", "r.id", BH_LIST_INT, FS, NULL },
        { "check", "r.check_id", BH_LIST_TEXT, FQ | BH_LIST_FACET, NULL },
        { "title", "c.title_en", BH_LIST_TEXT, FQ, NULL },
        { "title_zh", "c.title_zh", BH_LIST_TEXT, FQ, NULL },
        { "state", "r.state", BH_LIST_TEXT, FF, NULL },
        { "severity", "r.severity", BH_LIST_INT, FF, severities },
        { "category", "r.category", BH_LIST_TEXT, FF, NULL },
        { "level", "c.level", BH_LIST_INT, F, NULL },
        { "kind", "r.kind", BH_LIST_TEXT, FF, NULL },
        { "name", "r.name", BH_LIST_TEXT, FQ, NULL },
        { "host_id", "r.host_id", BH_LIST_TEXT, F, NULL },
        { "host", "h.name", BH_LIST_TEXT, FQ | BH_LIST_FACET, NULL },
        { "container_id", "r.container_id", BH_LIST_TEXT, F, NULL },
        { "container", "k.name", BH_LIST_TEXT, FQ, NULL },
        { "image_id", "k.image_id", BH_LIST_TEXT, F, NULL },
        { "namespace", "r.namespace", BH_LIST_TEXT, FQ | BH_LIST_FACET, NULL },
        { "workload", "r.workload", BH_LIST_TEXT, FQ | BH_LIST_FACET, NULL },
        { "cause", "r.cause", BH_LIST_TEXT, F, NULL },
        { "benchmarks", "c.benchmarks", BH_LIST_TEXT, F, NULL },
        { "refs", "c.refs", BH_LIST_JSON, 0, NULL },
        { "excepted", "r.excepted", BH_LIST_BOOL, FF, NULL },
        { "exception_id", "r.exception_id", BH_LIST_INT, F, NULL },
        { "exception_owner", "e.owner", BH_LIST_TEXT, F, NULL },
        { "exception_until_ms", "e.expires_ms", BH_LIST_TIME, F, NULL },
        { "new", "r.is_new", BH_LIST_BOOL, FF, NULL },
        { "before", "r.before", BH_LIST_TEXT, F, NULL },
        { "badness", "r.badness", BH_LIST_INT, FS | BH_LIST_HIDDEN, NULL },
        { "first_ms", "r.first_ms", BH_LIST_TIME, F, NULL },
        { "since_ms", "r.since_ms", BH_LIST_TIME, FS, NULL },
        { "seen_ms", "s.done_ms", BH_LIST_TIME, F, NULL },
        { "evidence", "r.evidence", BH_LIST_JSON, BH_LIST_HIDDEN, NULL },
        { "mend", "r.mend_en", BH_LIST_TEXT, BH_LIST_HIDDEN, NULL },
        { "mend_zh", "r.mend_zh", BH_LIST_TEXT, BH_LIST_HIDDEN, NULL },
        { 0 },
};
const struct bh_list bh_list_results = {
        .name = "compliance", .key = "r.id", .key_type = BH_LIST_INT, .sort = "-badness", .mine = MINE("r"), .columns = result_columns,
        .from = "compliance_result r LEFT JOIN compliance_check c ON c.id = r.check_id LEFT JOIN host h ON h.id = r.host_id "
                "LEFT JOIN container k ON k.id = r.container_id LEFT JOIN compliance_exception e ON e.id = r.exception_id "
                "LEFT JOIN compliance_host s ON s.host_id = r.host_id",
        .counts = &(const struct bh_list_counts){ "compliance_tally r", "check,state,severity,category,kind,excepted,new" },
};

/* ---- hosts and workloads ---- */

static const struct bh_list_column host_columns[] = {
        { "host_id", "c.host_id", BH_LIST_TEXT, F, NULL },
        { "host", "h.name", BH_LIST_TEXT, FQ | BH_LIST_SORT, NULL },
        { "score", "c.score", BH_LIST_REAL, FS, NULL },
        { "score_before", "CASE WHEN c.decided_before > 0 THEN 100.0 * (c.decided_before - c.lost_before) / c.decided_before END", BH_LIST_REAL, 0, NULL },
        { "pass", "c.n_pass", BH_LIST_INT, FS, NULL },
        { "fail", "c.n_fail", BH_LIST_INT, FS, NULL },
        { "excepted", "c.n_excepted", BH_LIST_INT, FS, NULL },
        { "manual", "c.n_manual", BH_LIST_INT, FS, NULL },
        { "unknown", "c.n_unknown", BH_LIST_INT, FS, NULL },
        { "not_applicable", "c.n_not_applicable", BH_LIST_INT, FS, NULL },
        { "critical", "c.n_critical", BH_LIST_INT, FS, NULL },
        { "high", "c.n_high", BH_LIST_INT, FS, NULL },
        { "new", "c.n_new", BH_LIST_INT, FS, NULL },
        { "mended", "c.n_mended", BH_LIST_INT, FS, NULL },
        { "distribution", "c.distribution", BH_LIST_TEXT, FF, NULL },
        { "run_ms", "c.done_ms", BH_LIST_TIME, FS, NULL },
        { "n_gaps", "c.n_gaps", BH_LIST_INT, FS, NULL },
        { "gaps", "c.gaps", BH_LIST_JSON, BH_LIST_HIDDEN, NULL },
        { 0 },
};
static const struct bh_list hosts = {
        .name = "compliance-hosts", .from = "compliance_host c LEFT JOIN host h ON h.id = c.host_id", .where = "c.done_ms > 0", .key = "c.host_id",
        .key_type = BH_LIST_TEXT, .sort = "score", .mine = BH_MINE_NOTHING, .columns = host_columns,
};

#define WORKLOAD_KEY "w.host_id || '|' || w.container_id || '|' || w.namespace || '|' || w.workload"
static const struct bh_list_column workload_columns[] = {
        { "id", WORKLOAD_KEY, BH_LIST_TEXT, 0, NULL },
        { "host_id", "w.host_id", BH_LIST_TEXT, F, NULL },
        { "host", "h.name", BH_LIST_TEXT, FQ | BH_LIST_FACET, NULL },
        { "kind", "CASE WHEN w.container_id <> '' THEN 'container' ELSE 'workload' END", BH_LIST_TEXT, FF, NULL },
        { "container_id", "w.container_id", BH_LIST_TEXT, F, NULL },
        { "container", "k.name", BH_LIST_TEXT, FQ, NULL },
        { "namespace", "w.namespace", BH_LIST_TEXT, FQ | BH_LIST_FACET, NULL },
        { "workload", "w.workload", BH_LIST_TEXT, FQ, NULL },
        { "pass", "w.n_pass", BH_LIST_INT, FS, NULL },
        { "fail", "w.n_fail", BH_LIST_INT, FS, NULL },
        { "excepted", "w.n_excepted", BH_LIST_INT, FS, NULL },
        { "critical", "w.n_critical", BH_LIST_INT, FS, NULL },
        { "high", "w.n_high", BH_LIST_INT, FS, NULL },
        { "weight_lost", "w.lost", BH_LIST_INT, FS, NULL },
        { 0 },
};
static const struct bh_list workloads = {
        .name = "compliance-workloads", .from = "compliance_workload w LEFT JOIN host h ON h.id = w.host_id LEFT JOIN container k ON k.id = w.container_id",
        .key = WORKLOAD_KEY, .key_type = BH_LIST_TEXT, .sort = "-weight_lost", .mine = BH_MINE_CONTAINER("w.container_id"), .columns = workload_columns,
};

/* ---- what changed ---- */

static const struct bh_list_column change_columns[] = {
        { "id", "x.id", BH_LIST_INT, FS, NULL },
        { "at_ms", "x.at_ms", BH_LIST_TIME, FS, NULL },
        { "check", "x.check_id", BH_LIST_TEXT, FQ | BH_LIST_FACET, NULL },
        { "title", "c.title_en", BH_LIST_TEXT, FQ, NULL },
        { "title_zh", "c.title_zh", BH_LIST_TEXT, FQ, NULL },
        { "severity", "x.severity", BH_LIST_INT, FF, severities },
        { "before", "x.before", BH_LIST_TEXT, FF, NULL },
        { "after", "x.after", BH_LIST_TEXT, FF, NULL },
        { "kind", "x.kind", BH_LIST_TEXT, FF, NULL },
        { "name", "x.name", BH_LIST_TEXT, FQ, NULL },
        { "host_id", "x.host_id", BH_LIST_TEXT, F, NULL },
        { "host", "h.name", BH_LIST_TEXT, FQ | BH_LIST_FACET, NULL },
        { "container_id", "x.container_id", BH_LIST_TEXT, F, NULL },
        { "result_id", "x.result_id", BH_LIST_INT, F, NULL },
        { 0 },
};
static const struct bh_list changes = {
        .name = "compliance-changes", .from = "compliance_change x LEFT JOIN compliance_check c ON c.id = x.check_id LEFT JOIN host h ON h.id = x.host_id",
        .key = "x.id", .key_type = BH_LIST_INT, .sort = "-at_ms", .mine = BH_MINE_CONTAINER("x.container_id"), .columns = change_columns,
};

/* ---- checks ---- */

#define TALLY(what, condition) "(SELECT COALESCE(SUM(" what "), 0) FROM compliance_tally t WHERE t.check_id = c.id AND " condition ")"
#define MINE_TALLY(what, condition)                                                                                                       \
        "(SELECT COALESCE(SUM(" what "), 0) FROM (SELECT 1 AS n, t.excepted FROM compliance_result t WHERE t.check_id = c.id AND " condition \
        " AND " MINE("t") ") AS x)"
#define COUNTED(name, what, condition) { name, TALLY(what, condition), BH_LIST_INT, 0, NULL, MINE_TALLY(what, condition) }

static const struct bh_list_column check_columns[] = {
        { "id", "c.id", BH_LIST_TEXT, FQ | BH_LIST_SORT, NULL },
        { "title", "c.title_en", BH_LIST_TEXT, FQ, NULL },
        { "title_zh", "c.title_zh", BH_LIST_TEXT, FQ, NULL },
        { "kind", "c.kind", BH_LIST_TEXT, FF, NULL },
        { "severity", "c.severity", BH_LIST_INT, FF | BH_LIST_SORT, severities },
        { "category", "c.category", BH_LIST_TEXT, FF, NULL },
        { "level", "c.level", BH_LIST_INT, FF, NULL },
        { "weight", "c.weight", BH_LIST_INT, F, NULL },
        { "benchmarks", "c.benchmarks", BH_LIST_TEXT, F, NULL },
        { "refs", "c.refs", BH_LIST_JSON, 0, NULL },
        COUNTED("pass", "n", "t.state = 'pass'"),
        COUNTED("fail", "n", "t.state = 'fail'"),
        COUNTED("excepted", "n", "t.excepted = 1"),
        COUNTED("manual", "n", "t.state = 'manual'"),
        COUNTED("unknown", "n", "t.state = 'unknown'"),
        COUNTED("not_applicable", "n", "t.state = 'not-applicable'"),
        { "why", "c.why_en", BH_LIST_TEXT, BH_LIST_HIDDEN, NULL },
        { "why_zh", "c.why_zh", BH_LIST_TEXT, BH_LIST_HIDDEN, NULL },
        { "ask", "c.ask_en", BH_LIST_TEXT, BH_LIST_HIDDEN, NULL },
        { "ask_zh", "c.ask_zh", BH_LIST_TEXT, BH_LIST_HIDDEN, NULL },
        { 0 },
};
static const struct bh_list checks = { .name = "compliance-checks", .from = "compliance_check c", .key = "c.id", .key_type = BH_LIST_TEXT, .sort = "-severity",
                                       .columns = check_columns };

/* ---- one ---- */

static const char result_sql[] =
        "SELECT r.id, r.check_id, r.state, r.severity + 1, r.category, COALESCE(c.level, 1), r.weight, r.kind, r.name, r.key, r.host_id, COALESCE(h.name, ''), "
        "r.container_id, COALESCE(k.name, ''), r.namespace, r.workload, r.cause, r.evidence, COALESCE(c.refs, '{}'), r.is_new, r.before, r.first_ms, r.since_ms, "
        "COALESCE(s.done_ms, r.since_ms), c.title_en, c.title_zh, c.why_en, c.why_zh, r.mend_en, r.mend_zh, c.ask_en, c.ask_zh "
        "FROM compliance_result r LEFT JOIN compliance_check c ON c.id = r.check_id LEFT JOIN host h ON h.id = r.host_id LEFT JOIN container k ON k.id = r.container_id "
        "LEFT JOIN compliance_host s ON s.host_id = r.host_id WHERE r.id = ?1";
static const struct bh_show result_show[] = {
        { "id", BH_SHOW_INT }, { "check", BH_SHOW_TEXT }, { "state", BH_SHOW_TEXT }, { "severity", BH_SHOW_SEVERITY }, { "category", BH_SHOW_TEXT },
        { "level", BH_SHOW_INT }, { "weight", BH_SHOW_INT }, { "kind", BH_SHOW_TEXT }, { "name", BH_SHOW_TEXT }, { "key", BH_SHOW_TEXT },
        { "host_id", BH_SHOW_TEXT }, { "host", BH_SHOW_TEXT }, { "container_id", BH_SHOW_TEXT }, { "container", BH_SHOW_TEXT },
        { "namespace", BH_SHOW_TEXT }, { "workload", BH_SHOW_TEXT }, { "cause", BH_SHOW_TEXT }, { "evidence", BH_SHOW_RAW }, { "refs", BH_SHOW_RAW },
        { "new", BH_SHOW_BOOL }, { "before", BH_SHOW_TEXT }, { "first_ms", BH_SHOW_INT }, { "since_ms", BH_SHOW_INT }, { "seen_ms", BH_SHOW_INT }, { 0 } };
enum { TEXTS = sizeof result_show / sizeof *result_show - 1 };

static void put_texts(struct bh_json_put *j, const struct bh_rows *rows) {
        static const char *const names[] = { "title", "why", "mend", "ask" };

        for (int i = 0; i < (int) BH_LEN(names); i++) {
                bh_json_put_open(j, names[i], '{');
                bh_json_put_str(j, "en", bh_rows_text(rows, TEXTS + 2 * i));
                bh_json_put_str(j, "zh", bh_rows_text(rows, TEXTS + 2 * i + 1));
                bh_json_put_close(j);
        }
}

static int put_exception(struct bh_call *call, struct bh_json_put *j, struct bh_args id, struct bh_err *err) {
        static const char sql[] = "SELECT e.id, e.check_glob, e.subject, e.host_id, e.owner, e.reason, e.expires_ms, e.made_by, e.made_ms FROM compliance_exception e "
                                  "JOIN compliance_result r ON r.exception_id = e.id WHERE r.id = ?1";
        static const struct bh_show show[] = { { "id", BH_SHOW_INT }, { "check", BH_SHOW_TEXT }, { "subject", BH_SHOW_TEXT }, { "host_id", BH_SHOW_TEXT },
                                               { "owner", BH_SHOW_TEXT }, { "reason", BH_SHOW_TEXT }, { "expires_ms", BH_SHOW_INT }, { "made_by", BH_SHOW_TEXT },
                                               { "made_ms", BH_SHOW_INT }, { 0 } };
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(call->db, sql, id, &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r == 0)
                bh_json_put_null(j, "exception");
        if (r <= 0)
                return r;
        bh_json_put_open(j, "exception", '{');
        bh_show_row(j, rows, show);
        bh_json_put_close(j);
        return 0;
}

static int put_result(struct bh_call *call, int64_t id, struct bh_err *err) {
        static const struct bh_show step_show[] = { { "at_ms", BH_SHOW_INT }, { "before", BH_SHOW_TEXT }, { "after", BH_SHOW_TEXT }, { 0 } };
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct bh_args a = BH_ARGS(bh_arg_int(id));
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(call->db, result_sql, a, &rows, err);

        bh_json_put_open(&j, NULL, '{');
        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0) {
                bh_show_row(&j, rows, result_show);
                put_texts(&j, rows);
        }
        bh_rows_done(&rows);
        r = r < 0 ? r : bh_show_list(&j, "history", call->db, "SELECT at_ms, before, after FROM compliance_change WHERE result_id = ?1 ORDER BY id DESC LIMIT 100", a,
                                     step_show, err);
        r = r < 0 ? r : put_exception(call, &j, a, err);
        bh_json_put_close(&j);
        return r;
}

static int get_result(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = bh_call_id(call, "result", &id, err);

        r = r < 0 ? r : bh_list_may(call, &bh_list_results, "r.id = ?", bh_arg_int(id), "result", err);
        return r < 0 ? r : put_result(call, id, err);
}

static int get_summary(struct bh_call *call, struct bh_err *err) {
        return bh_compliance_sum(call->db, call->who.scoped ? call->who.user_id : 0, call->now_ms, &call->out, err);
}

const struct bh_route bh_routes_compliance[] = {
        { "GET", "/api/v1/compliance/summary", "getComplianceSummary", BH_MAY_READ, get_summary, NULL, 0 },
        { "GET", "/api/v1/compliance/results", "listComplianceResults", BH_MAY_READ, NULL, &bh_list_results, 0 },
        { "GET", "/api/v1/compliance/results/{id}", "getComplianceResult", BH_MAY_READ, get_result, NULL, 0 },
        { "GET", "/api/v1/compliance/hosts", "listComplianceHosts", BH_MAY_READ, NULL, &hosts, 0 },
        { "GET", "/api/v1/compliance/workloads", "listComplianceWorkloads", BH_MAY_READ, NULL, &workloads, 0 },
        { "GET", "/api/v1/compliance/changes", "listComplianceChanges", BH_MAY_READ, NULL, &changes, 0 },
        { "GET", "/api/v1/compliance/checks", "listComplianceChecks", BH_MAY_READ, NULL, &checks, 0 },
        { 0 },
};
