/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of one host: kept, so that lists and scores of a thousand of them need not count. */
#include "manage/compliance.h"

enum { DAY_MS = 24 * 3600 * 1000 };

struct sums {
        int64_t by_state[_BH_COMPLY_STATE_MAX], excepted, critical, high, fresh, mended, decided, lost;
};

int64_t bh_compliance_badness(enum bh_comply_state state, bool excepted, int64_t severity) {
        static const int64_t ranks[] = { [BH_COMPLY_FAIL] = 50, [BH_COMPLY_UNKNOWN] = 40, [BH_COMPLY_MANUAL] = 30, [BH_COMPLY_PASS] = 10,
                                         [BH_COMPLY_NOT_APPLICABLE] = 0 };
        static const int64_t borne = 20;

        return (state == BH_COMPLY_FAIL && excepted ? borne : ranks[state]) + severity;
}

static void add(struct sums *s, enum bh_comply_state state, bool excepted, int64_t severity, int64_t n, int64_t weight, int64_t n_new) {
        bool lost = state == BH_COMPLY_FAIL && !excepted;

        s->by_state[state] += n;
        s->excepted += excepted ? n : 0;
        s->fresh += n_new;
        if (state == BH_COMPLY_PASS || state == BH_COMPLY_FAIL)
                s->decided += weight;
        if (!lost)
                return;
        s->lost += weight;
        s->critical += severity == BH_COMPLY_CRITICAL ? n : 0;
        s->high += severity == BH_COMPLY_HIGH ? n : 0;
}

static int sum_host(struct bh_db *db, struct bh_str host_id, struct sums *ret, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db,
                          "SELECT state, excepted, severity, COUNT(*), SUM(weight), SUM(is_new) FROM compliance_result WHERE host_id = ?1 "
                          "GROUP BY state, excepted, severity",
                          BH_ARGS(bh_arg_text(host_id)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                enum bh_comply_state state;

                if (bh_comply_state_of(bh_rows_text(rows, 0), &state))
                        add(ret, state, bh_rows_int(rows, 1) != 0, bh_rows_int(rows, 2), bh_rows_int(rows, 3), bh_rows_int(rows, 4), bh_rows_int(rows, 5));
        }
        return r < 0 ? r
                     : bh_db_number(db,
                                    "SELECT COUNT(*) FROM compliance_change c JOIN compliance_host h ON h.host_id = c.host_id WHERE c.host_id = ?1 "
                                    "AND c.at_ms >= h.run_ms AND c.before = 'fail'",
                                    BH_ARGS(bh_arg_text(host_id)), &ret->mended, err);
}

static struct bh_arg score_of(const struct sums *s) {
        return s->decided ? bh_arg_real(100.0 * (double) (s->decided - s->lost) / (double) s->decided) : bh_arg_null();
}

static int put_sums(struct bh_db *db, struct bh_str host_id, const struct sums *s, struct bh_err *err) {
        return bh_db_run(db,
                         "UPDATE compliance_host SET n_pass = ?2, n_fail = ?3, n_excepted = ?4, n_manual = ?5, n_unknown = ?6, n_not_applicable = ?7, "
                         "n_critical = ?8, n_high = ?9, n_new = ?10, n_mended = ?11, decided = ?12, lost = ?13, score = ?14 WHERE host_id = ?1",
                         BH_ARGS(bh_arg_text(host_id), bh_arg_int(s->by_state[BH_COMPLY_PASS]), bh_arg_int(s->by_state[BH_COMPLY_FAIL]), bh_arg_int(s->excepted),
                                 bh_arg_int(s->by_state[BH_COMPLY_MANUAL]), bh_arg_int(s->by_state[BH_COMPLY_UNKNOWN]),
                                 bh_arg_int(s->by_state[BH_COMPLY_NOT_APPLICABLE]), bh_arg_int(s->critical), bh_arg_int(s->high), bh_arg_int(s->fresh),
                                 bh_arg_int(s->mended), bh_arg_int(s->decided), bh_arg_int(s->lost), score_of(s)),
                         NULL, err);
}

static int put_workloads(struct bh_db *db, struct bh_str host_id, struct bh_err *err) {
        int r = bh_db_run(db, "DELETE FROM compliance_workload WHERE host_id = ?1", BH_ARGS(bh_arg_text(host_id)), NULL, err);

        return r < 0 ? r
                     : bh_db_run(db,
                                 "INSERT INTO compliance_workload SELECT host_id, container_id, namespace, workload, SUM(CASE WHEN state = 'pass' THEN 1 ELSE 0 END), "
                                 "SUM(CASE WHEN state = 'fail' THEN 1 ELSE 0 END), SUM(excepted), SUM(CASE WHEN state = 'fail' AND excepted = 0 AND severity = ?2 "
                                 "THEN 1 ELSE 0 END), SUM(CASE WHEN state = 'fail' AND excepted = 0 AND severity = ?3 THEN 1 ELSE 0 END), "
                                 "SUM(CASE WHEN state = 'fail' AND excepted = 0 THEN weight ELSE 0 END) FROM compliance_result WHERE host_id = ?1 AND "
                                 "(container_id <> '' OR workload <> '') GROUP BY host_id, container_id, namespace, workload",
                                 BH_ARGS(bh_arg_text(host_id), bh_arg_int(BH_COMPLY_CRITICAL), bh_arg_int(BH_COMPLY_HIGH)), NULL, err);
}

int bh_compliance_count(struct bh_db *db, struct bh_str host_id, int64_t now_ms, struct bh_err *err) {
        struct sums s = { 0 };
        int r = sum_host(db, host_id, &s, err);

        r = r < 0 ? r : put_sums(db, host_id, &s, err);
        r = r < 0 ? r : put_workloads(db, host_id, err);
        return r < 0 ? r
                     : bh_db_run(db,
                                 "INSERT INTO compliance_day(host_id, day, score, n_fail) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(host_id, day) DO UPDATE SET "
                                 "score = excluded.score, n_fail = excluded.n_fail",
                                 BH_ARGS(bh_arg_text(host_id), bh_arg_int(now_ms / DAY_MS), score_of(&s), bh_arg_int(s.by_state[BH_COMPLY_FAIL])), NULL, err);
}
