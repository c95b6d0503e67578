/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/suppress.h"

#include <stdlib.h>

#include "base/glob.h"
#include "base/limits.h"
#include "base/vec.h"
#include "manage/incidents.h"
#include "rule/rules.h"

int bh_suppression_open(struct bh_suppression *s, struct bh_err *err) {
        s->when = NULL;
        if (!s->condition.len && !s->rule.len && !s->image.len && !s->container.len && !s->namespace.len)
                return bh_fail(err, BH_E_FORMAT, "say which alerts: a condition, a rule, an image, a container or a namespace");
        if (s->condition.len && bh_condition_new(&bh_source_alert, s->condition, &s->when, err) < 0)
                return bh_wrap(err, BH_E_FORMAT, "condition");
        return 0;
}

void bh_suppression_close(struct bh_suppression *s) {
        if (s->when)
                bh_condition_free(&s->when);
}

static bool glob_fits(struct bh_str glob, struct bh_str text) {
        return !glob.len || bh_glob(glob, text);
}

/* By name, or by an id as people copy it: at least its first twelve digits. */
static bool container_fits(struct bh_str glob, const struct bh_stored_alert *a) {
        if (!glob.len)
                return true;
        if (!a->container_id.len)
                return bh_str_is(glob, "host");
        return bh_glob(glob, a->container_name) || (glob.len >= 12 && bh_str_starts(a->container_id, glob));
}

bool bh_suppression_hides(struct bh_suppression *s, const struct bh_stored_alert *a) {
        return glob_fits(s->rule, a->rule) && glob_fits(s->image, a->image) && container_fits(s->container, a) && glob_fits(s->namespace, a->namespace) &&
               (!s->when || bh_condition_holds(s->when, a));
}

/* ---- those in force ---- */

struct bh_suppressions {
        struct bh_arena *arena;
        BH_VEC(struct bh_suppression) all;
};

static void read_row(struct bh_arena *arena, const struct bh_rows *rows, struct bh_suppression *ret) {
        *ret = (struct bh_suppression){
                .id = bh_rows_int(rows, 0), .until_ms = bh_rows_int(rows, 1), .condition = bh_rows_copy(rows, 2, arena),
                .rule = bh_rows_copy(rows, 3, arena), .image = bh_rows_copy(rows, 4, arena), .container = bh_rows_copy(rows, 5, arena),
                .namespace = bh_rows_copy(rows, 6, arena),
        };
}

int bh_suppressions_load(struct bh_db *db, int64_t now_ms, struct bh_suppressions **ret, struct bh_err *err) {
        static const char sql[] = "SELECT id, until_ms, condition, rule, image, container, namespace FROM suppression "
                                  "WHERE ended_ms IS NULL AND until_ms > ?1 ORDER BY id LIMIT ?2";
        struct bh_suppressions *all = calloc(1, sizeof *all);
        struct bh_rows *rows = NULL;
        int r;

        if (!all)
                bh_nomem(sizeof *all);
        all->arena = bh_arena_new();
        r = bh_db_ask(db, sql, BH_ARGS(bh_arg_int(now_ms), bh_arg_int(BH_LIMIT_SUPPRESSIONS)), &rows, err);
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_suppression s;

                read_row(all->arena, rows, &s);
                if (bh_suppression_open(&s, NULL) >= 0) /* it was checked when it was made; a newer program may know other fields */
                        *bh_vec_add(all->arena, &all->all) = s;
        }
        bh_rows_done(&rows);
        if (r < 0)
                bh_suppressions_free(&all);
        else
                *ret = all;
        return r < 0 ? r : 0;
}

void bh_suppressions_free(struct bh_suppressions **all) {
        if (!*all)
                return;
        for (size_t i = 0; i < (*all)->all.len; i++)
                bh_suppression_close(&(*all)->all.at[i]);
        bh_arena_free(&(*all)->arena);
        free(*all);
        *all = NULL;
}

size_t bh_suppressions_count(const struct bh_suppressions *all) {
        return all->all.len;
}

int64_t bh_suppressions_find(struct bh_suppressions *all, const struct bh_stored_alert *a, int64_t now_ms) {
        for (size_t i = 0; i < all->all.len; i++)
                if (all->all.at[i].until_ms > now_ms && bh_suppression_hides(&all->all.at[i], a))
                        return all->all.at[i].id;
        return 0;
}

/* ---- what is there already ---- */

struct hit {
        int64_t alert, incident;
};
BH_VEC_OF(hits, struct hit);

static int find_hits(struct bh_db *db, struct bh_suppression *s, struct bh_arena *arena, struct hits *ret, size_t *ret_looked_at, struct bh_err *err) {
        static const char sql[] = "SELECT " BH_ALERT_COLUMNS " FROM " BH_ALERT_FROM " JOIN incident i ON i.id = a.incident_id "
                                  "WHERE i.status IN ('open', 'working') AND a.suppressed IS NULL ORDER BY a.id DESC LIMIT ?1";
        struct bh_arena *scratch = bh_arena_new();
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, BH_ARGS(bh_arg_int(BH_LIMIT_SUPPRESS_BACK)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_stored_alert a;

                bh_arena_reset(scratch);
                bh_alert_of_row(scratch, rows, &a);
                (*ret_looked_at)++;
                if (bh_suppression_hides(s, &a))
                        *bh_vec_add(arena, ret) = (struct hit){ a.id, a.incident_id };
        }
        bh_rows_done(&rows);
        bh_arena_free(&scratch);
        return r < 0 ? r : 0;
}

static int by_incident(const void *x, const void *y) {
        const struct hit *a = x, *b = y;

        return a->incident < b->incident ? -1 : a->incident > b->incident;
}

/* What is left of an incident, after some of its alerts went. */
static int shrink(struct bh_db *db, int64_t incident, int64_t now_ms, struct bh_suppressed_back *sum, struct bh_err *err) {
        static const char count[] = "UPDATE incident SET updated_ms = ?2, n_alerts = (SELECT COUNT(*) FROM alert a WHERE a.incident_id = ?1), "
                                    "level = COALESCE((SELECT MIN(a.level) FROM alert a WHERE a.incident_id = ?1), level) WHERE id = ?1";
        int64_t left = 0;
        int r = bh_db_run(db, count, BH_ARGS(bh_arg_int(incident), bh_arg_int(now_ms)), NULL, err);

        r = r < 0 ? r : bh_db_number(db, "SELECT n_alerts FROM incident WHERE id = ?1", BH_ARGS(bh_arg_int(incident)), &left, err);
        sum->incidents++;
        if (r >= 0 && left > 0)
                r = bh_incident_recount(db, incident, err);
        if (r < 0 || left > 0)
                return r;
        sum->closed++;
        r = bh_incident_note(db, incident, (struct bh_str){ 0 }, BH_STR("Closed: all of its alerts are suppressed."), now_ms, NULL, err);
        return r < 0 ? r : bh_incident_set_status(db, incident, BH_INCIDENT_CLOSED, now_ms, err);
}

static int hide(struct bh_db *db, const struct bh_suppression *s, struct hits *hits, int64_t now_ms, struct bh_suppressed_back *sum, struct bh_err *err) {
        int r = 0;

        if (hits->len)
                qsort(hits->at, hits->len, sizeof *hits->at, by_incident);
        for (size_t i = 0; r >= 0 && i < hits->len; i++) {
                r = bh_db_run(db, "UPDATE alert SET suppressed = ?2, incident_id = NULL WHERE id = ?1",
                              BH_ARGS(bh_arg_int(hits->at[i].alert), bh_arg_int(s->id)), NULL, err);
                if (r >= 0 && (i + 1 == hits->len || hits->at[i + 1].incident != hits->at[i].incident))
                        r = shrink(db, hits->at[i].incident, now_ms, sum, err);
        }
        return r < 0 ? r : 0;
}

int bh_suppression_apply_back(struct bh_db *db, struct bh_suppression *s, int64_t now_ms, struct bh_suppressed_back *ret, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_suppressed_back sum = { 0 };
        struct hits hits = { 0 };
        int r = find_hits(db, s, arena, &hits, &sum.looked_at, err);

        sum.hidden = hits.len;
        r = r < 0 ? r : hide(db, s, &hits, now_ms, &sum, err);
        if (r >= 0 && sum.hidden)
                r = bh_db_run(db, "UPDATE suppression SET n_hidden = n_hidden + ?2, last_ms = ?3 WHERE id = ?1",
                              BH_ARGS(bh_arg_int(s->id), bh_arg_int((int64_t) sum.hidden), bh_arg_int(now_ms)), NULL, err);
        bh_arena_free(&arena);
        if (r < 0)
                return r;
        *ret = sum;
        return 0;
}

int bh_suppressions_expire(struct bh_db *db, int64_t now_ms, uint64_t *ret, struct bh_err *err) {
        return bh_db_run(db, "UPDATE suppression SET ended_ms = until_ms WHERE ended_ms IS NULL AND until_ms <= ?1", BH_ARGS(bh_arg_int(now_ms)), ret, err);
}
