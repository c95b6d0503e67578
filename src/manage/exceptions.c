/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/exceptions.h"

#include "base/arena.h"
#include "base/vec.h"
#include "manage/risk.h"

/* An image without a name is known by its digest alone, under the empty one. */
static const char names_of[] =
        "SELECT DISTINCT registry, repository FROM image_ref WHERE image_id = ?1 AND gone_ms IS NULL "
        "UNION SELECT '', '' WHERE NOT EXISTS (SELECT 1 FROM image_ref WHERE image_id = ?1 AND gone_ms IS NULL)";

/* 1: decided for every name; 0: for some or none. */
static const char covered[] =
        "SELECT NOT EXISTS (SELECT 1 FROM (SELECT DISTINCT registry, repository FROM image_ref WHERE image_id = ?1 AND gone_ms IS NULL "
        "UNION SELECT '', '' WHERE NOT EXISTS (SELECT 1 FROM image_ref WHERE image_id = ?1 AND gone_ms IS NULL)) AS n WHERE NOT EXISTS "
        "(SELECT 1 FROM finding_exception e WHERE e.finding_id = ?2 AND e.registry = n.registry AND e.repository = n.repository))";

static int settle(struct bh_db *db, struct bh_str subject, int64_t finding, struct bh_err *err) {
        int64_t all = 0;
        int r = bh_db_number(db, covered, BH_ARGS(bh_arg_text(subject), bh_arg_int(finding)), &all, err);

        if (r < 0)
                return r;
        if (!all)
                return bh_db_run(db,
                                 "UPDATE finding SET state = 'open', state_why = '', state_by = '', state_until_ms = NULL WHERE id = ?1 AND state IN "
                                 "('accepted', 'not-affected')",
                                 BH_ARGS(bh_arg_int(finding)), NULL, err);
        return bh_db_run(db,
                         "UPDATE finding SET state = CASE WHEN EXISTS (SELECT 1 FROM finding_exception e WHERE e.finding_id = ?1 AND e.state = 'accepted') "
                         "THEN 'accepted' ELSE 'not-affected' END, "
                         "state_why = (SELECT reason FROM finding_exception e WHERE e.finding_id = ?1 ORDER BY made_ms DESC, id DESC LIMIT 1), "
                         "state_by = (SELECT who FROM finding_exception e WHERE e.finding_id = ?1 ORDER BY made_ms DESC, id DESC LIMIT 1), "
                         "state_until_ms = (SELECT MIN(until_ms) FROM finding_exception e WHERE e.finding_id = ?1) WHERE id = ?1 AND state <> 'fixed'",
                         BH_ARGS(bh_arg_int(finding)), NULL, err);
}

struct name {
        struct bh_str registry, repository;
};
BH_VEC_OF(names, struct name);

static int choose_names(struct bh_db *db, const struct bh_exception_in *in, struct bh_str subject, struct bh_arena *arena, struct names *ret,
                        struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, names_of, BH_ARGS(bh_arg_text(subject)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                if (in->everywhere || (bh_str_eq(bh_rows_text(rows, 0), in->registry) && bh_str_eq(bh_rows_text(rows, 1), in->repository)))
                        *bh_vec_add(arena, ret) = (struct name){ bh_rows_copy(rows, 0, arena), bh_rows_copy(rows, 1, arena) };
        bh_rows_done(&rows);
        if (r >= 0 && !ret->len)
                return bh_fail(err, BH_E_FORMAT, "the image goes by no such name: %s/%s", BH_QUOTE(in->registry), BH_QUOTE(in->repository));
        return r;
}

static int set_name(struct bh_db *db, const struct bh_exception_in *in, struct bh_str subject, const struct name *n, struct bh_err *err) {
        if (bh_str_is(in->state, "open"))
                return bh_db_run(db, "DELETE FROM finding_exception WHERE finding_id = ?1 AND registry = ?2 AND repository = ?3",
                                 BH_ARGS(bh_arg_int(in->finding_id), bh_arg_text(n->registry), bh_arg_text(n->repository)), NULL, err);
        return bh_db_run(db,
                         "INSERT INTO finding_exception(finding_id, subject, registry, repository, state, reason, who, made_ms, until_ms) "
                         "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT(finding_id, registry, repository) DO UPDATE SET state = excluded.state, "
                         "reason = excluded.reason, who = excluded.who, made_ms = excluded.made_ms, until_ms = excluded.until_ms",
                         BH_ARGS(bh_arg_int(in->finding_id), bh_arg_text(subject), bh_arg_text(n->registry), bh_arg_text(n->repository),
                                 bh_arg_text(in->state), bh_arg_text(in->reason), bh_arg_text(in->who), bh_arg_int(in->now_ms),
                                 in->until_ms ? bh_arg_int(in->until_ms) : bh_arg_null()),
                         NULL, err);
}

static int mark_vuln(struct bh_db *db, int64_t finding, struct bh_err *err) {
        return bh_db_run(db, "INSERT INTO vuln_dirty(id) SELECT vuln_id FROM finding WHERE id = ?1 AND vuln_id <> '' ON CONFLICT DO NOTHING",
                         BH_ARGS(bh_arg_int(finding)), NULL, err);
}

int bh_exception_set(struct bh_db *db, const struct bh_exception_in *in, uint32_t *ret_names, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str subject = BH_STR("");
        struct names names = { 0 };
        int r = bh_db_text(db, "SELECT subject FROM finding WHERE id = ?1 AND fixed_ms IS NULL", BH_ARGS(bh_arg_int(in->finding_id)), arena, &subject, err);

        if (r == 0)
                return bh_fail(err, BH_E_NOTFOUND, "there is no open finding %lld", (long long) in->finding_id);
        r = r < 0 ? r : choose_names(db, in, subject, arena, &names, err);
        for (size_t i = 0; i < names.len && r >= 0; i++)
                r = set_name(db, in, subject, &names.at[i], err);
        r = r < 0 ? r : settle(db, subject, in->finding_id, err);
        r = r < 0 ? r : mark_vuln(db, in->finding_id, err);
        r = r < 0 ? r : bh_risk_count(db, subject, err);
        if (r >= 0)
                *ret_names = (uint32_t) names.len;
        return r;
}

int bh_exceptions_settle(struct bh_db *db, struct bh_str subject, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_VEC(int64_t) ids = { 0 };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT DISTINCT finding_id FROM finding_exception WHERE subject = ?1", BH_ARGS(bh_arg_text(subject)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *bh_vec_add(arena, &ids) = bh_rows_int(rows, 0);
        bh_rows_done(&rows);
        for (size_t i = 0; i < ids.len && r >= 0; i++)
                r = settle(db, subject, ids.at[i], err);
        return r;
}

/* ---- what has run out ---- */

struct expiring {
        int64_t now_ms;
        size_t n; /* findings of this turn */
};
enum { AT_ONCE = 100 }; /* others need the writer too */

static int take_back(struct bh_db *db, int64_t now_ms, struct bh_str subject, int64_t finding, struct bh_err *err) {
        int r = bh_db_run(db, "DELETE FROM finding_exception WHERE finding_id = ?1 AND until_ms <= ?2", BH_ARGS(bh_arg_int(finding), bh_arg_int(now_ms)), NULL, err);

        r = r < 0 ? r : settle(db, subject, finding, err);
        return r < 0 ? r : mark_vuln(db, finding, err);
}

/* By subject, so that its risk is counted once for all of them. */
static int expire(struct bh_db *db, void *user, struct bh_err *err) {
        struct expiring *e = user;
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_VEC(struct bh_str) subjects = { 0 };
        BH_VEC(int64_t) ids = { 0 };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT DISTINCT subject, finding_id FROM finding_exception WHERE until_ms <= ?1 ORDER BY subject LIMIT ?2",
                          BH_ARGS(bh_arg_int(e->now_ms), bh_arg_int(AT_ONCE)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                *bh_vec_add(arena, &subjects) = bh_rows_copy(rows, 0, arena);
                *bh_vec_add(arena, &ids) = bh_rows_int(rows, 1);
        }
        bh_rows_done(&rows);
        for (size_t i = 0; i < ids.len && r >= 0; i++) {
                r = take_back(db, e->now_ms, subjects.at[i], ids.at[i], err);
                if (r >= 0 && (i + 1 == ids.len || !bh_str_eq(subjects.at[i], subjects.at[i + 1])))
                        r = bh_risk_count(db, subjects.at[i], err);
        }
        e->n = ids.len;
        return r;
}

int bh_exceptions_expire(struct bh_store *store, int64_t now_ms, struct bh_err *err) {
        struct expiring e = { .now_ms = now_ms };
        struct bh_db *db = NULL;
        int64_t one = 0;
        int r = bh_store_borrow(store, &db, err);

        if (r < 0)
                return r;
        r = bh_db_number(db, "SELECT 1 FROM finding_exception WHERE until_ms <= ?1 LIMIT 1", BH_ARGS(bh_arg_int(now_ms)), &one, err);
        bh_store_give_back(store, &db);
        for (e.n = r > 0 ? AT_ONCE : 0; r >= 0 && e.n == AT_ONCE;)
                r = bh_store_write(store, expire, &e, err);
        return r;
}
