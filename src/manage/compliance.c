/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs of agents, taken in part by part. A run that came whole ends what no
 * part of it named; of one that lacks a part (its agent had to drop it) nothing
 * is ended, and the next whole run puts it right.
 */
#include "manage/compliance.h"

#include "fmt/json_put.h"
#include "manage/intake.h"

enum { ID_MAX = 200, TEXT_MAX = 64 * 1024 };

struct taking {
        struct bh_db *db;
        const struct bh_sender *from;
        const struct bh_doc *body;
        struct bh_arena *arena;
        int64_t run, part;
        bool whole, complete, first; /* first: no run of this host was complete before */
};

struct told {
        struct bh_str check, key, stamp, category;
        enum bh_comply_state state;
        int64_t severity, weight;
        const struct bh_doc *doc;
};

/* ---- what could lie ---- */

static int64_t severity_of(struct bh_str word) {
        int64_t s = 0;

        while (s < _BH_COMPLY_SEVERITY_MAX && !bh_str_is(word, bh_comply_severity_str((enum bh_comply_severity) s)))
                s++;
        return s;
}

static bool is_category(struct bh_str word) {
        int c = 0;

        while (c < _BH_COMPLY_CATEGORY_MAX && !bh_str_is(word, bh_comply_category_str((enum bh_comply_category) c)))
                c++;
        return c < _BH_COMPLY_CATEGORY_MAX;
}

static int check_common(const struct bh_doc *d, struct bh_str id, struct bh_err *err) {
        if (id.len == 0 || id.len > ID_MAX)
                return bh_fail(err, BH_E_FORMAT, "a check without an id");
        if (severity_of(bh_doc_get_text(d, "severity")) == _BH_COMPLY_SEVERITY_MAX || !is_category(bh_doc_get_text(d, "category")))
                return bh_fail(err, BH_E_FORMAT, "check %s: no known severity, or no known category", BH_QUOTE(id));
        if (bh_doc_int(bh_doc_get(d, "weight"), -1) < 0 || bh_doc_int(bh_doc_get(d, "weight"), 0) > 1000)
                return bh_fail(err, BH_E_FORMAT, "check %s: its weight is from 0 to 1000", BH_QUOTE(id));
        return 0;
}

static int read_told(const struct bh_doc *d, struct told *ret, struct bh_err *err) {
        struct told t = { .doc = d, .check = bh_doc_get_text(d, "check"), .key = bh_doc_get_text(d, "key"), .stamp = bh_doc_get_text(d, "stamp"),
                          .category = bh_doc_get_text(d, "category"), .weight = bh_doc_int(bh_doc_get(d, "weight"), 0),
                          .severity = severity_of(bh_doc_get_text(d, "severity")) };
        int r = check_common(d, t.check, err);

        if (r >= 0 && !bh_comply_state_of(bh_doc_get_text(d, "state"), &t.state))
                return bh_fail(err, BH_E_FORMAT, "check %s: no known state", BH_QUOTE(t.check));
        if (r >= 0 && (t.key.len > TEXT_MAX || t.stamp.len != 16))
                return bh_fail(err, BH_E_FORMAT, "check %s: a result without a stamp, or with too long a key", BH_QUOTE(t.check));
        *ret = t;
        return r;
}

/* All of it before anything is written. */
static int check_body(const struct bh_doc *body, struct bh_err *err) {
        struct told t;
        int r = 0;

        if (bh_doc_int(bh_doc_get(body, "run"), 0) <= 0 || bh_doc_int(bh_doc_get(body, "part"), 0) <= 0)
                return bh_fail(err, BH_E_FORMAT, "a part of a run without its numbers");
        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(body, "checks")); d && r >= 0; d = d->next)
                r = check_common(d, bh_doc_get_text(d, "id"), err);
        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(body, "results")); d && r >= 0; d = d->next)
                r = read_told(d, &t, err);
        return r;
}

/* ---- the run ---- */

static int begin_run(struct taking *t, struct bh_err *err) {
        int r = bh_db_run(t->db,
                          "INSERT INTO compliance_host(host_id, run, parts, run_ms, distribution) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(host_id) DO UPDATE SET "
                          "run = excluded.run, parts = excluded.parts, run_ms = excluded.run_ms, distribution = excluded.distribution, "
                          "decided_before = decided, lost_before = lost, n_gaps = 0, gaps = '[]'",
                          BH_ARGS(bh_arg_text(t->from->host_id), bh_arg_int(t->run), bh_arg_int(t->part == 1), bh_arg_int(t->from->now_ms),
                                  bh_arg_text(bh_doc_get_text(t->body, "distribution"))),
                          NULL, err);

        return r < 0 ? r
                     : bh_db_run(t->db, "UPDATE compliance_result SET is_new = 0 WHERE host_id = ?1 AND is_new = 1", BH_ARGS(bh_arg_text(t->from->host_id)), NULL, err);
}

static int join_run(struct taking *t, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int64_t run = 0, parts = 0;
        int r = bh_db_ask(t->db, "SELECT run, parts, done_ms FROM compliance_host WHERE host_id = ?1", BH_ARGS(bh_arg_text(t->from->host_id)), &rows, err);

        t->first = true;
        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0) {
                run = bh_rows_int(rows, 0);
                parts = bh_rows_int(rows, 1);
                t->first = bh_rows_int(rows, 2) == 0;
        }
        if (r < 0)
                return r;
        if (run != t->run) {
                t->complete = t->part == 1 && bh_doc_bool(bh_doc_get(t->body, "last"), false);
                return begin_run(t, err);
        }
        t->complete = t->part == parts + 1 && bh_doc_bool(bh_doc_get(t->body, "last"), false);
        return bh_db_run(t->db, "UPDATE compliance_host SET parts = parts + (parts + 1 = ?2) WHERE host_id = ?1",
                         BH_ARGS(bh_arg_text(t->from->host_id), bh_arg_int(t->part)), NULL, err);
}

/* ---- benchmarks and checks ---- */

static struct bh_str json_of(struct taking *t, const struct bh_doc *d, const char *otherwise) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        if (!d)
                return bh_str_of(otherwise);
        bh_json_put_doc(&j, NULL, d);
        return bh_arena_str(t->arena, bh_str_trim(bh_buf_str(&out)));
}

static int put_benchmark(struct taking *t, const struct bh_doc *d, struct bh_err *err) {
        const struct bh_doc *title = bh_doc_get(d, "title");

        if (bh_doc_get_text(d, "id").len == 0)
                return 0;
        return bh_db_run(t->db,
                         "INSERT INTO compliance_benchmark(id, version, title_en, title_zh) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(id) DO UPDATE SET "
                         "version = excluded.version, title_en = excluded.title_en, title_zh = excluded.title_zh",
                         BH_ARGS(bh_arg_text(bh_doc_get_text(d, "id")), bh_arg_text(bh_doc_get_text(d, "version")), bh_arg_text(bh_doc_get_text(title, "en")),
                                 bh_arg_text(bh_doc_get_text(title, "zh"))),
                         NULL, err);
}

static int put_refs(struct taking *t, struct bh_str check, const struct bh_doc *refs, struct bh_err *err) {
        int r = bh_db_run(t->db, "DELETE FROM compliance_ref WHERE check_id = ?1", BH_ARGS(bh_arg_text(check)), NULL, err);

        for (const struct bh_doc *d = bh_doc_first(refs); d && r >= 0; d = d->next)
                r = bh_db_run(t->db, "INSERT INTO compliance_ref(check_id, benchmark, item) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING",
                              BH_ARGS(bh_arg_text(check), bh_arg_text(d->key), bh_arg_text(bh_doc_str(d))), NULL, err);
        return r;
}

static struct bh_str keys_of(struct taking *t, const struct bh_doc *refs) {
        struct bh_str s = BH_STR("");

        for (const struct bh_doc *d = bh_doc_first(refs); d; d = d->next)
                s = bh_arena_printf(t->arena, "%.*s%s%.*s", BH_FMT(s), s.len ? "," : "", BH_FMT(d->key));
        return s;
}

static int write_check(struct taking *t, const struct bh_doc *d, struct bh_str id, struct bh_err *err) {
        const struct bh_doc *title = bh_doc_get(d, "title"), *why = bh_doc_get(d, "why"), *ask = bh_doc_get(d, "ask"), *refs = bh_doc_get(d, "refs");

        return bh_db_run(
                t->db,
                "INSERT INTO compliance_check(id, kind, severity, category, level, weight, title_en, title_zh, why_en, why_zh, ask_en, ask_zh, refs, benchmarks, "
                "stamp) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT(id) DO UPDATE SET kind = excluded.kind, "
                "severity = excluded.severity, category = excluded.category, level = excluded.level, weight = excluded.weight, title_en = excluded.title_en, "
                "title_zh = excluded.title_zh, why_en = excluded.why_en, why_zh = excluded.why_zh, ask_en = excluded.ask_en, ask_zh = excluded.ask_zh, "
                "refs = excluded.refs, benchmarks = excluded.benchmarks, stamp = excluded.stamp",
                BH_ARGS(bh_arg_text(id), bh_arg_text(bh_doc_get_text(d, "kind")), bh_arg_int(severity_of(bh_doc_get_text(d, "severity"))),
                        bh_arg_text(bh_doc_get_text(d, "category")), bh_arg_int(bh_doc_int(bh_doc_get(d, "level"), 1)),
                        bh_arg_int(bh_doc_int(bh_doc_get(d, "weight"), 0)), bh_arg_text(bh_doc_get_text(title, "en")), bh_arg_text(bh_doc_get_text(title, "zh")),
                        bh_arg_text(bh_doc_get_text(why, "en")), bh_arg_text(bh_doc_get_text(why, "zh")), bh_arg_text(bh_doc_get_text(ask, "en")),
                        bh_arg_text(bh_doc_get_text(ask, "zh")), bh_arg_text(json_of(t, refs, "{}")), bh_arg_text(keys_of(t, refs)),
                        bh_arg_text(bh_doc_get_text(d, "stamp"))),
                NULL, err);
}

static int put_check(struct taking *t, const struct bh_doc *d, struct bh_err *err) {
        struct bh_str id = bh_doc_get_text(d, "id");
        int64_t same = 0;
        int r = bh_db_number(t->db, "SELECT 1 FROM compliance_check WHERE id = ?1 AND stamp = ?2",
                             BH_ARGS(bh_arg_text(id), bh_arg_text(bh_doc_get_text(d, "stamp"))), &same, err);

        if (r != 0)
                return r;
        r = write_check(t, d, id, err);
        return r < 0 ? r : put_refs(t, id, bh_doc_get(d, "refs"), err);
}

static int put_texts(struct taking *t, struct bh_err *err) {
        int r = 0;

        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(t->body, "benchmarks")); d && r >= 0; d = d->next)
                r = put_benchmark(t, d, err);
        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(t->body, "checks")); d && r >= 0; d = d->next)
                r = put_check(t, d, err);
        return r;
}

static int put_gaps(struct taking *t, struct bh_err *err) {
        const struct bh_doc *gaps = bh_doc_get(t->body, "gaps");

        if (!bh_doc_count(gaps))
                return 0;
        return bh_db_run(t->db, "UPDATE compliance_host SET gaps = ?2, n_gaps = ?3 WHERE host_id = ?1",
                         BH_ARGS(bh_arg_text(t->from->host_id), bh_arg_text(json_of(t, gaps, "[]")), bh_arg_int((int64_t) bh_doc_count(gaps))), NULL, err);
}

/* ---- results ---- */

static int note_change(struct taking *t, int64_t result, struct bh_str before, const char *after, struct bh_err *err) {
        return bh_db_run(t->db,
                         "INSERT INTO compliance_change(result_id, host_id, check_id, severity, kind, name, container_id, before, after, at_ms) "
                         "SELECT id, host_id, check_id, severity, kind, name, container_id, ?2, ?3, ?4 FROM compliance_result WHERE id = ?1",
                         BH_ARGS(bh_arg_int(result), bh_arg_text(before), bh_arg_text(bh_str_of(after)), bh_arg_int(t->from->now_ms)), NULL, err);
}

static int insert_result(struct taking *t, const struct told *x, int64_t *ret_id, struct bh_err *err) {
        const struct bh_doc *subject = bh_doc_get(x->doc, "subject"), *mend = bh_doc_get(x->doc, "mend");

        return bh_db_number(
                t->db,
                "INSERT INTO compliance_result(host_id, check_id, key, kind, name, container_id, namespace, workload, state, severity, category, weight, badness, "
                "cause, evidence, mend_en, mend_zh, stamp, run, first_ms, since_ms, is_new) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
                "?15, ?16, ?17, ?18, ?19, ?20, ?20, ?21) RETURNING id",
                BH_ARGS(bh_arg_text(t->from->host_id), bh_arg_text(x->check), bh_arg_text(x->key), bh_arg_text(bh_doc_get_text(subject, "kind")),
                        bh_arg_text(bh_doc_get_text(subject, "name")), bh_arg_text(bh_doc_get_text(subject, "container")),
                        bh_arg_text(bh_doc_get_text(subject, "namespace")), bh_arg_text(bh_doc_get_text(subject, "workload")),
                        bh_arg_text(bh_str_of(bh_comply_state_str(x->state))), bh_arg_int(x->severity), bh_arg_text(x->category), bh_arg_int(x->weight),
                        bh_arg_int(bh_compliance_badness(x->state, false, x->severity)), bh_arg_text(bh_doc_get_text(x->doc, "cause")),
                        bh_arg_text(json_of(t, bh_doc_get(x->doc, "evidence"), "[]")), bh_arg_text(bh_doc_get_text(mend, "en")),
                        bh_arg_text(bh_doc_get_text(mend, "zh")), bh_arg_text(x->stamp), bh_arg_int(t->run), bh_arg_int(t->from->now_ms),
                        bh_arg_int(x->state == BH_COMPLY_FAIL && !t->first)),
                ret_id, err);
}

/* What passes or does not apply from the first is no news. */
static int add_result(struct taking *t, const struct told *x, struct bh_err *err) {
        int64_t id = 0;
        int r = insert_result(t, x, &id, err);

        return r < 0 || t->first || x->state != BH_COMPLY_FAIL ? r : note_change(t, id, BH_STR(""), "fail", err);
}

/* What is excepted stays so until bh_compliance_settle_host has looked, unless it fails no more. */
static int update_result(struct taking *t, const struct told *x, int64_t id, struct bh_err *err) {
        const struct bh_doc *subject = bh_doc_get(x->doc, "subject"), *mend = bh_doc_get(x->doc, "mend");

        return bh_db_run(
                t->db,
                "UPDATE compliance_result SET kind = ?2, name = ?3, container_id = ?4, namespace = ?5, workload = ?6, state = ?7, severity = ?8, category = ?9, "
                "weight = ?10, cause = ?11, evidence = ?12, mend_en = ?13, mend_zh = ?14, stamp = ?15, run = ?16, "
                "excepted = CASE WHEN ?7 = 'fail' THEN excepted ELSE 0 END, exception_id = CASE WHEN ?7 = 'fail' THEN exception_id ELSE NULL END, "
                "badness = CASE WHEN ?7 = 'fail' AND excepted = 1 THEN ?18 ELSE ?17 END WHERE id = ?1",
                BH_ARGS(bh_arg_int(id), bh_arg_text(bh_doc_get_text(subject, "kind")), bh_arg_text(bh_doc_get_text(subject, "name")),
                        bh_arg_text(bh_doc_get_text(subject, "container")), bh_arg_text(bh_doc_get_text(subject, "namespace")),
                        bh_arg_text(bh_doc_get_text(subject, "workload")), bh_arg_text(bh_str_of(bh_comply_state_str(x->state))), bh_arg_int(x->severity),
                        bh_arg_text(x->category), bh_arg_int(x->weight), bh_arg_text(bh_doc_get_text(x->doc, "cause")),
                        bh_arg_text(json_of(t, bh_doc_get(x->doc, "evidence"), "[]")), bh_arg_text(bh_doc_get_text(mend, "en")),
                        bh_arg_text(bh_doc_get_text(mend, "zh")), bh_arg_text(x->stamp), bh_arg_int(t->run),
                        bh_arg_int(bh_compliance_badness(x->state, false, x->severity)), bh_arg_int(bh_compliance_badness(x->state, true, x->severity))),
                NULL, err);
}

static int change_state(struct taking *t, const struct told *x, int64_t id, struct bh_str before, struct bh_err *err) {
        int r = bh_db_run(t->db, "UPDATE compliance_result SET before = ?2, since_ms = ?3, is_new = ?4 WHERE id = ?1",
                          BH_ARGS(bh_arg_int(id), bh_arg_text(before), bh_arg_int(t->from->now_ms), bh_arg_int(x->state == BH_COMPLY_FAIL)), NULL, err);

        return r < 0 ? r : note_change(t, id, before, bh_comply_state_str(x->state), err);
}

static int put_result(struct taking *t, const struct told *x, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        struct bh_str before;
        int64_t id;
        int r = bh_db_ask(t->db, "SELECT id, state, stamp FROM compliance_result WHERE host_id = ?1 AND check_id = ?2 AND key = ?3",
                          BH_ARGS(bh_arg_text(t->from->host_id), bh_arg_text(x->check), bh_arg_text(x->key)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r <= 0)
                return r < 0 ? r : add_result(t, x, err);
        id = bh_rows_int(rows, 0);
        if (bh_str_eq(bh_rows_text(rows, 2), x->stamp))
                return bh_db_run(t->db, "UPDATE compliance_result SET run = ?2 WHERE id = ?1", BH_ARGS(bh_arg_int(id), bh_arg_int(t->run)), NULL, err);
        before = bh_rows_copy(rows, 1, t->arena);
        r = update_result(t, x, id, err);
        return r < 0 || bh_str_is(before, bh_comply_state_str(x->state)) ? r : change_state(t, x, id, before, err);
}

static int put_results(struct taking *t, struct bh_err *err) {
        int r = 0;

        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(t->body, "results")); d && r >= 0; d = d->next) {
                struct told x;

                r = read_told(d, &x, err);
                r = r < 0 ? r : put_result(t, &x, err);
        }
        return r;
}

/* ---- the end of a run ---- */

static int end_result(struct taking *t, struct bh_str check, struct bh_str key, struct bh_err *err) {
        struct bh_args a = BH_ARGS(bh_arg_text(t->from->host_id), bh_arg_text(check), bh_arg_text(key), bh_arg_int(t->from->now_ms));
        int r = bh_db_run(t->db,
                          "INSERT INTO compliance_change(result_id, host_id, check_id, severity, kind, name, container_id, before, after, at_ms) "
                          "SELECT id, host_id, check_id, severity, kind, name, container_id, state, 'gone', ?4 FROM compliance_result "
                          "WHERE host_id = ?1 AND check_id = ?2 AND key = ?3 AND state IN ('fail', 'unknown', 'manual')",
                          a, NULL, err);

        return r < 0 ? r
                     : bh_db_run(t->db, "DELETE FROM compliance_result WHERE host_id = ?1 AND check_id = ?2 AND key = ?3", (struct bh_args){ a.at, 3 }, NULL, err);
}

static int end_named(struct taking *t, struct bh_err *err) {
        int r = 0;

        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(t->body, "gone")); d && r >= 0; d = d->next)
                r = end_result(t, bh_doc_get_text(d, "check"), bh_doc_get_text(d, "key"), err);
        return r;
}

/* A check of other content that nobody asks any more, and sums of nothing. */
static int drop_unused(struct taking *t, struct bh_err *err) {
        static const char *const sql[] = {
                "DELETE FROM compliance_ref WHERE NOT EXISTS (SELECT 1 FROM compliance_result r WHERE r.check_id = compliance_ref.check_id)",
                "DELETE FROM compliance_check WHERE NOT EXISTS (SELECT 1 FROM compliance_result r WHERE r.check_id = compliance_check.id)",
                "DELETE FROM compliance_tally WHERE n <= 0",
        };
        int r = 0;

        for (size_t i = 0; i < BH_LEN(sql) && r >= 0; i++)
                r = bh_db_run(t->db, sql[i], BH_NO_ARGS, NULL, err);
        return r;
}

/* What a whole run did not meet is there no more; that it failed is remembered. */
static int end_missing(struct taking *t, struct bh_err *err) {
        struct bh_args a = BH_ARGS(bh_arg_text(t->from->host_id), bh_arg_int(t->run), bh_arg_int(t->from->now_ms));
        int r = bh_db_run(t->db,
                          "INSERT INTO compliance_change(result_id, host_id, check_id, severity, kind, name, container_id, before, after, at_ms) "
                          "SELECT id, host_id, check_id, severity, kind, name, container_id, state, 'gone', ?3 FROM compliance_result "
                          "WHERE host_id = ?1 AND run <> ?2 AND state IN ('fail', 'unknown', 'manual')",
                          a, NULL, err);

        return r < 0 ? r : bh_db_run(t->db, "DELETE FROM compliance_result WHERE host_id = ?1 AND run <> ?2", (struct bh_args){ a.at, 2 }, NULL, err);
}

static int tell(struct taking *t, struct bh_err *err) {
        static const char *const names[] = { "fail", "critical", "high", "new", "mended" };
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };
        int r = bh_db_ask(t->db,
                          "SELECT c.n_fail, c.n_critical, c.n_high, c.n_new, c.n_mended, c.score, COALESCE(h.name, '') FROM compliance_host c "
                          "LEFT JOIN host h ON h.id = c.host_id WHERE c.host_id = ?1",
                          BH_ARGS(bh_arg_text(t->from->host_id)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r <= 0)
                return r;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "host_id", t->from->host_id);
        bh_json_put_str(&j, "host", bh_rows_text(rows, 6));
        for (int i = 0; i < (int) BH_LEN(names); i++)
                bh_json_put_int(&j, names[i], bh_rows_int(rows, i));
        if (!bh_rows_null(rows, 5))
                bh_json_put_double(&j, "score", bh_rows_real(rows, 5), 1);
        bh_json_put_int(&j, "at_ms", t->from->now_ms);
        bh_json_put_close(&j);
        if (t->from->manage)
                bh_manage_live(t->from->manage, "compliance", bh_str_trim(bh_buf_str(&out)));
        return 0;
}

static int end_run(struct taking *t, struct bh_err *err) {
        int r = t->whole ? end_missing(t, err) : 0;

        r = r < 0 || !t->whole ? r : drop_unused(t, err);
        r = r < 0 ? r
                  : bh_db_run(t->db, "UPDATE compliance_host SET done_ms = ?2 WHERE host_id = ?1", BH_ARGS(bh_arg_text(t->from->host_id), bh_arg_int(t->from->now_ms)),
                              NULL, err);
        r = r < 0 ? r : bh_compliance_settle_host(t->db, t->from->host_id, t->from->now_ms, err);
        r = r < 0 ? r : bh_compliance_count(t->db, t->from->host_id, t->from->now_ms, err);
        return r < 0 ? r : tell(t, err);
}

int bh_intake_compliance(struct bh_db *db, const struct bh_sender *from, const struct bh_item *item, struct bh_arena *arena, struct bh_err *err) {
        struct taking t = { .db = db, .from = from, .body = item->body, .arena = arena };
        int r = check_body(t.body, err);

        if (r < 0)
                return r;
        t.run = bh_doc_int(bh_doc_get(t.body, "run"), 0);
        t.part = bh_doc_int(bh_doc_get(t.body, "part"), 0);
        t.whole = bh_doc_bool(bh_doc_get(t.body, "whole"), false);
        r = join_run(&t, err);
        r = r < 0 ? r : put_texts(&t, err);
        r = r < 0 ? r : put_results(&t, err);
        r = r < 0 ? r : end_named(&t, err);
        r = r < 0 ? r : put_gaps(&t, err);
        return r < 0 || !t.complete ? r : end_run(&t, err);
}
