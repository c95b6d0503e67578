/* SPDX-License-Identifier: Apache-2.0 */
/* How things stand, in one answer: from the tally and the hosts' sums, so that it costs the same for a thousand hosts. */
#include "manage/compliance.h"

#include "fmt/json_put.h"
#include "manage/teams.h"

enum { DAY_MS = 24 * 3600 * 1000, TREND_DAYS = 30, SOON_DAYS = 14 };

struct view {
        struct bh_db *db;
        struct bh_json_put *j;
        int64_t mine, now_ms;
};

/* Where rows of (check_id, state, severity, category, weight, excepted, is_new, n) come from: ?1 is the person, 0 for all. */
#define ALL "(SELECT * FROM compliance_tally WHERE n > 0 AND ?1 = ?1) t"
#define MINE                                                                                                                                        \
        "(SELECT r.check_id, r.kind, r.state, r.severity, r.category, r.weight, r.excepted, r.is_new, COUNT(*) AS n FROM compliance_result r WHERE "  \
        BH_COMPLIANCE_OF_IMAGES("r", BH_TEAMS_IMAGES) " GROUP BY r.check_id, r.kind, r.state, r.severity, r.category, r.weight, r.excepted, r.is_new) t"
#define SUMS                                                                                                                                         \
        "SUM(CASE WHEN t.state = 'pass' THEN n ELSE 0 END), SUM(CASE WHEN t.state = 'fail' THEN n ELSE 0 END), SUM(t.excepted * n), "                \
        "SUM(CASE WHEN t.state = 'manual' THEN n ELSE 0 END), SUM(CASE WHEN t.state = 'unknown' THEN n ELSE 0 END), "                                \
        "SUM(CASE WHEN t.state = 'not-applicable' THEN n ELSE 0 END), SUM(CASE WHEN t.state IN ('pass', 'fail') THEN n * t.weight ELSE 0 END), "      \
        "SUM(CASE WHEN t.state = 'fail' AND t.excepted = 0 THEN n * t.weight ELSE 0 END)"
enum { SUMS_COLUMNS = 8, DECIDED = 6, LOST = 7 };

/* The same question of all, or of what is somebody's. */
#define BOTH(before, after) { before ALL after, before MINE after }
#define ASK(v, both, rows, err) bh_db_ask((v)->db, (both)[(v)->mine != 0], BH_ARGS(bh_arg_int((v)->mine)), rows, err)

static void put_score(struct bh_json_put *j, const char *key, int64_t decided, int64_t lost) {
        if (decided)
                bh_json_put_double(j, key, 100.0 * (double) (decided - lost) / (double) decided, 1);
        else
                bh_json_put_null(j, key);
}

static void put_sums(struct view *v, const struct bh_rows *rows, int from) {
        static const char *const names[] = { "pass", "fail", "excepted", "manual", "unknown", "not_applicable" };

        put_score(v->j, "score", bh_rows_int(rows, from + DECIDED), bh_rows_int(rows, from + LOST));
        for (int i = 0; i < (int) BH_LEN(names); i++)
                bh_json_put_int(v->j, names[i], bh_rows_int(rows, from + i));
}

static void put_texts(struct view *v, const char *key, const struct bh_rows *rows, int en, int zh) {
        bh_json_put_open(v->j, key, '{');
        bh_json_put_str(v->j, "en", bh_rows_text(rows, en));
        bh_json_put_str(v->j, "zh", bh_rows_text(rows, zh));
        bh_json_put_close(v->j);
}

static void put_severity(struct view *v, int64_t s) {
        bh_json_put_cstr(v->j, "severity", bh_comply_severity_str((enum bh_comply_severity) BH_MIN(BH_MAX(s, 0), _BH_COMPLY_SEVERITY_MAX - 1)));
}

/* ---- totals ---- */

static int put_totals(struct view *v, struct bh_err *err) {
        static const char *const sql[] = BOTH("SELECT " SUMS ", SUM(t.is_new * n) FROM ", "");
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = ASK(v, sql, &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0) {
                put_sums(v, rows, 0);
                bh_json_put_int(v->j, "new", bh_rows_int(rows, SUMS_COLUMNS));
        }
        return r;
}

static int put_runs(struct view *v, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int64_t unchecked = 0;
        int r = bh_db_ask(v->db, "SELECT COUNT(*), MAX(done_ms), SUM(n_mended), SUM(decided_before), SUM(lost_before) FROM compliance_host WHERE done_ms > 0",
                          BH_NO_ARGS, &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r <= 0)
                return r;
        put_score(v->j, "score_before", bh_rows_int(rows, 3), bh_rows_int(rows, 4));
        bh_json_put_int(v->j, "hosts_checked", bh_rows_int(rows, 0));
        bh_json_put_int(v->j, "mended", bh_rows_int(rows, 2));
        if (bh_rows_int(rows, 1))
                bh_json_put_int(v->j, "last_run_ms", bh_rows_int(rows, 1));
        else
                bh_json_put_null(v->j, "last_run_ms");
        r = bh_db_number(v->db,
                         "SELECT COUNT(*) FROM host h WHERE h.gone_ms IS NULL AND EXISTS (SELECT 1 FROM agent a WHERE a.host_id = h.id AND a.revoked_ms IS NULL) "
                         "AND NOT EXISTS (SELECT 1 FROM compliance_host c WHERE c.host_id = h.id AND c.done_ms > 0)",
                         BH_NO_ARGS, &unchecked, err);
        bh_json_put_int(v->j, "hosts_unchecked", unchecked);
        return r;
}

/* ---- by what ---- */

static int put_severities(struct view *v, struct bh_err *err) {
        static const char *const sql[] = BOTH("SELECT t.severity, SUM(n), SUM(t.excepted * n) FROM ", " WHERE t.state = 'fail' GROUP BY t.severity ORDER BY 1 DESC");
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = ASK(v, sql, &rows, err);

        bh_json_put_open(v->j, "severities", '[');
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bh_json_put_open(v->j, NULL, '{');
                put_severity(v, bh_rows_int(rows, 0));
                bh_json_put_int(v->j, "fail", bh_rows_int(rows, 1));
                bh_json_put_int(v->j, "excepted", bh_rows_int(rows, 2));
                bh_json_put_close(v->j);
        }
        bh_json_put_close(v->j);
        return r;
}

static int put_categories(struct view *v, struct bh_err *err) {
        static const char *const sql[] = BOTH("SELECT t.category, " SUMS " FROM ", " GROUP BY t.category ORDER BY t.category");
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = ASK(v, sql, &rows, err);

        bh_json_put_open(v->j, "categories", '[');
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bh_json_put_open(v->j, NULL, '{');
                bh_json_put_str(v->j, "category", bh_rows_text(rows, 0));
                put_sums(v, rows, 1);
                bh_json_put_close(v->j);
        }
        bh_json_put_close(v->j);
        return r;
}

static int put_benchmarks(struct view *v, struct bh_err *err) {
        static const char *const sql[] = BOTH("SELECT b.id, b.version, b.title_en, b.title_zh, COUNT(DISTINCT t.check_id), COUNT(DISTINCT CASE WHEN t.state = 'fail' "
                                              "AND t.excepted = 0 THEN t.check_id END), " SUMS " FROM compliance_benchmark b JOIN compliance_ref f ON f.benchmark = b.id JOIN ",
                                              " ON t.check_id = f.check_id GROUP BY b.id, b.version, b.title_en, b.title_zh ORDER BY b.id");
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = ASK(v, sql, &rows, err);

        bh_json_put_open(v->j, "benchmarks", '[');
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bh_json_put_open(v->j, NULL, '{');
                bh_json_put_str(v->j, "id", bh_rows_text(rows, 0));
                bh_json_put_str(v->j, "version", bh_rows_text(rows, 1));
                put_texts(v, "title", rows, 2, 3);
                bh_json_put_int(v->j, "checks", bh_rows_int(rows, 4));
                bh_json_put_int(v->j, "checks_failing", bh_rows_int(rows, 5));
                put_sums(v, rows, 6);
                bh_json_put_close(v->j);
        }
        bh_json_put_close(v->j);
        return r;
}

/* What most hangs on: by the weight that is lost. */
static int put_checks(struct view *v, struct bh_err *err) {
        static const char *const sql[] = BOTH("SELECT t.check_id, MAX(c.title_en), MAX(c.title_zh), MAX(t.severity), MAX(t.category), SUM(n), SUM(t.excepted * n) FROM ",
                                              " LEFT JOIN compliance_check c ON c.id = t.check_id WHERE t.state = 'fail' GROUP BY t.check_id "
                                              "ORDER BY SUM((1 - t.excepted) * n * t.weight) DESC, t.check_id LIMIT 20");
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = ASK(v, sql, &rows, err);

        bh_json_put_open(v->j, "checks", '[');
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bh_json_put_open(v->j, NULL, '{');
                bh_json_put_str(v->j, "check", bh_rows_text(rows, 0));
                put_texts(v, "title", rows, 1, 2);
                put_severity(v, bh_rows_int(rows, 3));
                bh_json_put_str(v->j, "category", bh_rows_text(rows, 4));
                bh_json_put_int(v->j, "fail", bh_rows_int(rows, 5));
                bh_json_put_int(v->j, "excepted", bh_rows_int(rows, 6));
                bh_json_put_close(v->j);
        }
        bh_json_put_close(v->j);
        return r;
}

static int put_hosts(struct view *v, struct bh_err *err) {
        static const char *const names[] = { "pass", "fail", "excepted", "manual", "unknown", "not_applicable", "critical", "high", "new", "mended", "run_ms", "n_gaps" };
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(v->db,
                          "SELECT c.host_id, COALESCE(h.name, ''), c.distribution, c.decided, c.lost, c.decided_before, c.lost_before, c.n_pass, c.n_fail, c.n_excepted, "
                          "c.n_manual, c.n_unknown, c.n_not_applicable, c.n_critical, c.n_high, c.n_new, c.n_mended, c.done_ms, c.n_gaps FROM compliance_host c "
                          "LEFT JOIN host h ON h.id = c.host_id WHERE c.done_ms > 0 AND c.score IS NOT NULL ORDER BY c.score, c.host_id LIMIT 20",
                          BH_NO_ARGS, &rows, err);

        bh_json_put_open(v->j, "hosts", '[');
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bh_json_put_open(v->j, NULL, '{');
                bh_json_put_str(v->j, "host_id", bh_rows_text(rows, 0));
                bh_json_put_str(v->j, "host", bh_rows_text(rows, 1));
                bh_json_put_str(v->j, "distribution", bh_rows_text(rows, 2));
                put_score(v->j, "score", bh_rows_int(rows, 3), bh_rows_int(rows, 4));
                put_score(v->j, "score_before", bh_rows_int(rows, 5), bh_rows_int(rows, 6));
                for (int i = 0; i < (int) BH_LEN(names); i++)
                        bh_json_put_int(v->j, names[i], bh_rows_int(rows, 7 + i));
                bh_json_put_close(v->j);
        }
        bh_json_put_close(v->j);
        return r;
}

/* ---- how it went ---- */

struct day {
        int64_t day, fail;
        double score;
        bool has_score, has_fail;
};

static void put_day(struct view *v, const struct day *d) {
        if (!d->has_score && !d->has_fail)
                return;
        bh_json_put_open(v->j, NULL, '{');
        bh_json_put_int(v->j, "day_ms", d->day * DAY_MS);
        if (d->has_score)
                bh_json_put_double(v->j, "score", d->score, 1);
        else
                bh_json_put_null(v->j, "score");
        if (d->has_fail)
                bh_json_put_int(v->j, "fail", d->fail);
        else
                bh_json_put_null(v->j, "fail");
        bh_json_put_close(v->j);
}

/* The days that were noted, and today as it is now. */
static int put_trend(struct view *v, struct bh_err *err) {
        static const char sql[] = "SELECT day, name, value FROM trend WHERE day > ?1 AND day < ?2 AND name IN ('compliance.score', 'compliance.fail') UNION ALL "
                                  "SELECT ?2, 'compliance.score', 100.0 * (SUM(decided) - SUM(lost)) / SUM(decided) FROM compliance_host HAVING SUM(decided) > 0 "
                                  "UNION ALL SELECT ?2, 'compliance.fail', SUM(n_fail) FROM compliance_host HAVING COUNT(*) > 0 ORDER BY 1";
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int64_t today = v->now_ms / DAY_MS;
        struct day d = { 0 };
        int r = bh_db_ask(v->db, sql, BH_ARGS(bh_arg_int(today - TREND_DAYS), bh_arg_int(today)), &rows, err);

        bh_json_put_open(v->j, "trend", '[');
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                if (bh_rows_int(rows, 0) != d.day) {
                        put_day(v, &d);
                        d = (struct day){ .day = bh_rows_int(rows, 0) };
                }
                if (bh_str_is(bh_rows_text(rows, 1), "compliance.score")) {
                        d.score = bh_rows_real(rows, 2);
                        d.has_score = true;
                } else {
                        d.fail = bh_rows_int(rows, 2);
                        d.has_fail = true;
                }
        }
        put_day(v, &d);
        bh_json_put_close(v->j);
        return r;
}

static int put_exceptions(struct view *v, struct bh_err *err) {
        int64_t active = 0, soon = 0;
        int r = bh_db_number(v->db, "SELECT COUNT(*) FROM compliance_exception WHERE ended_ms IS NULL", BH_NO_ARGS, &active, err);

        r = r < 0 ? r
                  : bh_db_number(v->db, "SELECT COUNT(*) FROM compliance_exception WHERE ended_ms IS NULL AND expires_ms < ?1",
                                 BH_ARGS(bh_arg_int(v->now_ms + (int64_t) SOON_DAYS * DAY_MS)), &soon, err);
        bh_json_put_open(v->j, "exceptions", '{');
        bh_json_put_int(v->j, "active", active);
        bh_json_put_int(v->j, "ending_soon", soon);
        bh_json_put_close(v->j);
        return r;
}

int bh_compliance_sum(struct bh_db *db, int64_t mine, int64_t now_ms, struct bh_buf *out, struct bh_err *err) {
        static int (*const parts[])(struct view *, struct bh_err *) = { put_totals, put_severities, put_categories, put_benchmarks, put_checks };
        static int (*const of_all[])(struct view *, struct bh_err *) = { put_runs, put_hosts, put_trend, put_exceptions };
        struct bh_json_put j = { .out = out, .compact = true };
        struct view v = { db, &j, mine, now_ms };
        int r = 0;

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "time_ms", now_ms);
        for (size_t i = 0; i < BH_LEN(parts) && r >= 0; i++)
                r = parts[i](&v, err);
        for (size_t i = 0; i < BH_LEN(of_all) && r >= 0 && !mine; i++)
                r = of_all[i](&v, err);
        bh_json_put_close(&j);
        return r < 0 ? r : 0;
}
