/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/outbox.h"

#include "base/limits.h"
#include "rule/rules.h"

enum { LOOK_AT = 1000 }; /* rows in one turn: a filter that lets little through must not hold a reader for long */

/* ---- alerts ---- */

/* More waits than may: the oldest go, and are counted. An id that went down again means that all were deleted. */
static int bound(struct bh_db *db, const char *newest_sql, const char *count_sql, int64_t *mark, uint64_t *dropped, struct bh_err *err) {
        int64_t newest = 0, n = 0;
        int r = bh_db_number(db, newest_sql, BH_NO_ARGS, &newest, err);

        if (r < 0)
                return r;
        if (newest < *mark)
                *mark = 0;
        if (newest - *mark <= (int64_t) BH_LIMIT_OUTBOX)
                return 0;
        r = bh_db_number(db, count_sql, BH_ARGS(bh_arg_int(*mark), bh_arg_int(newest - (int64_t) BH_LIMIT_OUTBOX)), &n, err);
        if (r < 0)
                return r;
        *dropped += (uint64_t) n;
        *mark = newest - (int64_t) BH_LIMIT_OUTBOX;
        return 0;
}

static bool lets_through(const struct bh_outbox *o, const struct bh_stored_alert *a) {
        return a->level <= o->what->least_level && (!o->when || bh_condition_holds(o->when, a));
}

static int read_alerts(struct bh_db *db, struct bh_outbox *o, size_t max, struct bh_outbox_batch *b, struct bh_err *err) {
        static const char sql[] = "SELECT " BH_ALERT_COLUMNS " FROM " BH_ALERT_FROM " WHERE a.id > ?1 AND a.suppressed IS NULL ORDER BY a.id LIMIT ?2";
        struct bh_rows *rows = NULL;
        int r = bound(db, "SELECT COALESCE(MAX(id), 0) FROM alert", "SELECT COUNT(*) FROM alert WHERE id > ?1 AND id <= ?2 AND suppressed IS NULL",
                      &b->alert_to, &b->dropped, err);

        r = r < 0 ? r : bh_db_ask(db, sql, BH_ARGS(bh_arg_int(b->alert_to), bh_arg_int(LOOK_AT)), &rows, err);
        while (r >= 0 && b->news.len < max && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_stored_alert *a = bh_arena_make(b->arena, struct bh_stored_alert);

                bh_alert_of_row(b->arena, rows, a);
                b->alert_to = a->id;
                if (!lets_through(o, a))
                        continue;
                *bh_vec_add(b->arena, &b->news) = (struct bh_news){ .alert = a };
                *bh_vec_add(b->arena, &b->alert_ids) = a->id;
                *bh_vec_add(b->arena, &b->finding_ids) = 0;
        }
        bh_rows_done(&rows);
        return r < 0 ? r : 0;
}

/* ---- findings ---- */

static void read_finding(const struct bh_rows *rows, struct bh_arena *arena, struct bh_stored_finding *f) {
        struct bh_str *const texts[] = { &f->subject, &f->image, &f->kind, &f->vuln_id, &f->rule, &f->title, &f->path, &f->package, &f->version, &f->eco, &f->fix };

        f->id = bh_rows_int(rows, 0);
        f->first_ms = bh_rows_int(rows, 1);
        f->severity = (int) bh_rows_int(rows, 2);
        f->risk = bh_rows_real(rows, 3);
        f->cvss = bh_rows_real(rows, 4);
        for (size_t i = 0; i < BH_LEN(texts); i++)
                *texts[i] = bh_rows_copy(rows, (int) (5 + i), arena);
}

static int read_findings(struct bh_db *db, struct bh_outbox *o, size_t max, struct bh_outbox_batch *b, struct bh_err *err) {
        static const char sql[] = "SELECT f.id, f.first_ms, f.severity, f.risk, v.cvss, f.subject, i.name, f.kind, f.vuln_id, f.rule, f.title, f.path, p.name, p.version, "
                                  "p.eco, f.fix FROM finding f LEFT JOIN vuln v ON v.id = f.vuln_id LEFT JOIN package p ON p.id = f.package_id "
                                  "LEFT JOIN image i ON i.id = f.subject WHERE f.id > ?1 ORDER BY f.id LIMIT ?2";
        struct bh_rows *rows = NULL;
        int r = bound(db, "SELECT COALESCE(MAX(id), 0) FROM finding", "SELECT COUNT(*) FROM finding WHERE id > ?1 AND id <= ?2", &b->finding_to, &b->dropped, err);

        r = r < 0 ? r : bh_db_ask(db, sql, BH_ARGS(bh_arg_int(b->finding_to), bh_arg_int(LOOK_AT)), &rows, err);
        while (r >= 0 && b->news.len < max && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_stored_finding *f = bh_arena_make(b->arena, struct bh_stored_finding);

                read_finding(rows, b->arena, f);
                b->finding_to = f->id;
                if (f->severity < o->what->findings)
                        continue;
                *bh_vec_add(b->arena, &b->news) = (struct bh_news){ .finding = f };
                *bh_vec_add(b->arena, &b->alert_ids) = 0;
                *bh_vec_add(b->arena, &b->finding_ids) = f->id;
        }
        bh_rows_done(&rows);
        return r < 0 ? r : 0;
}

int bh_outbox_read(struct bh_db *db, struct bh_outbox *o, size_t max, struct bh_outbox_batch *batch, struct bh_err *err) {
        int r = 0;

        batch->alert_to = o->alert_mark;
        batch->finding_to = o->finding_mark;
        if (o->what->alerts)
                r = read_alerts(db, o, max, batch, err);
        if (r >= 0 && o->what->findings > 0)
                r = read_findings(db, o, max, batch, err);
        return r < 0 ? r : batch->news.len > 0 || batch->alert_to != o->alert_mark || batch->finding_to != o->finding_mark;
}

/* ---- what came of it ---- */

struct note {
        const struct bh_outbox *o;
        const struct bh_outbox_batch *batch;
        int64_t alert_mark, finding_mark, now_ms;
        size_t done, refused;
        struct bh_str error;
};

static int note_fn(struct bh_db *db, void *user, struct bh_err *err) {
        static const char moved[] = "UPDATE integration SET alert_mark = ?2, finding_mark = ?3, n_sent = n_sent + ?4, n_refused = n_refused + ?5, "
                                    "n_dropped = n_dropped + ?6 WHERE id = ?1";
        static const char sent[] = "UPDATE integration SET last_sent_ms = ?2 WHERE id = ?1";
        static const char failed[] = "UPDATE integration SET last_error = ?2, last_error_ms = ?3, n_failures = n_failures + 1 WHERE id = ?1";
        const struct note *n = user;
        struct bh_arg id = bh_arg_int(n->o->integration);
        int r = bh_db_run(db, moved,
                          BH_ARGS(id, bh_arg_int(n->alert_mark), bh_arg_int(n->finding_mark), bh_arg_int((int64_t) (n->done - n->refused)),
                                  bh_arg_int((int64_t) n->refused), bh_arg_int((int64_t) n->batch->dropped)),
                          NULL, err);

        if (r >= 0 && n->done > n->refused)
                r = bh_db_run(db, sent, BH_ARGS(id, bh_arg_int(n->now_ms)), NULL, err);
        if (r >= 0 && n->error.len)
                r = bh_db_run(db, failed, BH_ARGS(id, bh_arg_text(n->error), bh_arg_int(n->now_ms)), NULL, err);
        else if (r >= 0 && n->done)
                r = bh_db_run(db, "UPDATE integration SET last_error = '' WHERE id = ?1", BH_ARGS(id), NULL, err);
        return r < 0 ? r : 0;
}

int bh_outbox_note(struct bh_store *store, struct bh_outbox *o, const struct bh_outbox_batch *batch, size_t done, size_t refused, struct bh_str error,
                   int64_t now_ms, struct bh_err *err) {
        struct note n = { o, batch, o->alert_mark, o->finding_mark, now_ms, done, refused, error };
        int r;

        for (size_t i = 0; i < done; i++) {
                n.alert_mark = BH_MAX(n.alert_mark, batch->alert_ids.at[i]);
                n.finding_mark = BH_MAX(n.finding_mark, batch->finding_ids.at[i]);
        }
        if (done == batch->news.len) {
                n.alert_mark = batch->alert_to;
                n.finding_mark = batch->finding_to;
        }
        r = bh_store_write(store, note_fn, &n, err);
        if (r >= 0) {
                o->alert_mark = n.alert_mark;
                o->finding_mark = n.finding_mark;
        }
        return r < 0 ? r : 0;
}
