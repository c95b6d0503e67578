/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is borne with, and until when. The first exception in force that fits a
 * result that fails has it; when that one ends, the result fails again, unless
 * a later one fits as well.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/glob.h"
#include "base/limits.h"
#include "base/vec.h"
#include "manage/compliance.h"

enum { HOSTS_AT_ONCE = 20, TURN_MS = 30000 };

/* ---- making and ending ---- */

int bh_compliance_except(struct bh_db *db, const struct bh_compliance_exception *e, int64_t *ret_id, struct bh_err *err) {
        int64_t n = 0;
        int r = bh_db_number(db, "SELECT COUNT(*) FROM compliance_exception WHERE ended_ms IS NULL", BH_NO_ARGS, &n, err);

        if (r >= 0 && n >= (int64_t) BH_LIMIT_COMPLIANCE_EXCEPTIONS)
                return bh_fail(err, BH_E_LIMIT, "%" PRId64 " exceptions are in force already, which is as many as may be", n);
        return r < 0 ? r
                     : bh_db_number(db,
                                    "INSERT INTO compliance_exception(check_glob, subject, host_id, owner, reason, made_by, made_ms, expires_ms) "
                                    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id",
                                    BH_ARGS(bh_arg_text(e->check), bh_arg_text(e->subject), bh_arg_text(e->host_id), bh_arg_text(e->owner), bh_arg_text(e->reason),
                                            bh_arg_text(e->who), bh_arg_int(e->now_ms), bh_arg_int(e->expires_ms)),
                                    ret_id, err);
}

int bh_compliance_unexcept(struct bh_db *db, int64_t id, struct bh_str who, int64_t now_ms, struct bh_err *err) {
        uint64_t n = 0;
        int r = bh_db_run(db, "UPDATE compliance_exception SET ended_ms = ?2, ended_by = ?3 WHERE id = ?1 AND ended_ms IS NULL",
                          BH_ARGS(bh_arg_int(id), bh_arg_int(now_ms), bh_arg_text(who)), &n, err);

        return r >= 0 && n == 0 ? bh_fail(err, BH_E_NOTFOUND, "there is no exception %" PRId64 " in force", id) : r;
}

/* ---- what fits ---- */

struct fitting {
        struct bh_arena *arena;
        BH_VEC(struct bh_compliance_exception) all;
        BH_VEC(int64_t) ids;
};

struct change {
        int64_t result, exception, badness; /* exception 0: none */
};

static int load_exceptions(struct bh_db *db, struct bh_str host_id, int64_t now_ms, struct fitting *f, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db,
                          "SELECT id, check_glob, subject FROM compliance_exception WHERE ended_ms IS NULL AND expires_ms > ?2 AND host_id IN ('', ?1) ORDER BY id",
                          BH_ARGS(bh_arg_text(host_id), bh_arg_int(now_ms)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                *bh_vec_add(f->arena, &f->ids) = bh_rows_int(rows, 0);
                *bh_vec_add(f->arena, &f->all) = (struct bh_compliance_exception){ .check = bh_rows_copy(rows, 1, f->arena), .subject = bh_rows_copy(rows, 2, f->arena) };
        }
        return r;
}

static int64_t find(const struct fitting *f, struct bh_str check, struct bh_str subject) {
        for (size_t i = 0; i < f->all.len; i++)
                if (bh_glob(f->all.at[i].check, check) && (f->all.at[i].subject.len == 0 || bh_glob(f->all.at[i].subject, subject)))
                        return f->ids.at[i];
        return 0;
}

static int apply(struct bh_db *db, const struct change *c, struct bh_err *err) {
        return bh_db_run(db, "UPDATE compliance_result SET excepted = ?2, exception_id = ?3, badness = ?4 WHERE id = ?1",
                         BH_ARGS(bh_arg_int(c->result), bh_arg_int(c->exception != 0), c->exception ? bh_arg_int(c->exception) : bh_arg_null(), bh_arg_int(c->badness)),
                         NULL, err);
}

int bh_compliance_settle_host(struct bh_db *db, struct bh_str host_id, int64_t now_ms, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        BH_VEC(struct change) changes = { 0 };
        struct fitting f = { .arena = arena };
        int r = load_exceptions(db, host_id, now_ms, &f, err);

        r = r < 0 ? r
                  : bh_db_ask(db, "SELECT id, check_id, kind, name, severity, COALESCE(exception_id, 0) FROM compliance_result WHERE host_id = ?1 AND state = 'fail'",
                              BH_ARGS(bh_arg_text(host_id)), &rows, err);
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_str subject = bh_arena_printf(arena, "%.*s %.*s", BH_FMT(bh_rows_text(rows, 2)), BH_FMT(bh_rows_text(rows, 3)));
                int64_t id = find(&f, bh_rows_text(rows, 1), subject);

                if (id != bh_rows_int(rows, 5))
                        *bh_vec_add(arena, &changes) =
                                (struct change){ bh_rows_int(rows, 0), id, bh_compliance_badness(BH_COMPLY_FAIL, id != 0, bh_rows_int(rows, 4)) };
        }
        for (size_t i = 0; i < changes.len && r >= 0; i++)
                r = apply(db, &changes.at[i], err);
        return r < 0 || changes.len == 0 ? r : bh_compliance_count(db, host_id, now_ms, err);
}

/* ---- all hosts that one of them touches ---- */

struct settling {
        struct bh_arena *arena;
        BH_VEC(struct bh_str) hosts;
        size_t next;
        int64_t now_ms;
};

/* Those it excepts something of now, and those it could. */
static int find_hosts(struct bh_db *db, int64_t id, struct settling *s, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db,
                          "SELECT h.host_id FROM compliance_host h JOIN compliance_exception e ON e.id = ?1 WHERE e.host_id IN ('', h.host_id) AND h.n_fail > 0 "
                          "UNION SELECT DISTINCT host_id FROM compliance_result WHERE exception_id = ?1",
                          BH_ARGS(bh_arg_int(id)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *bh_vec_add(s->arena, &s->hosts) = bh_rows_copy(rows, 0, s->arena);
        return r;
}

static int settle_some(struct bh_db *db, void *user, struct bh_err *err) {
        struct settling *s = user;
        size_t end = BH_MIN(s->next + HOSTS_AT_ONCE, s->hosts.len);
        int r = 0;

        for (size_t i = s->next; i < end && r >= 0; i++)
                r = bh_compliance_settle_host(db, s->hosts.at[i], s->now_ms, err);
        return r;
}

int bh_compliance_settle(struct bh_store *store, int64_t exception_id, int64_t now_ms, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct settling s = { .arena = arena, .now_ms = now_ms };
        struct bh_db *db = NULL;
        int r = bh_store_borrow(store, &db, err);

        if (r < 0)
                return r;
        r = find_hosts(db, exception_id, &s, err);
        bh_store_give_back(store, &db);
        for (; s.next < s.hosts.len && r >= 0; s.next += HOSTS_AT_ONCE)
                r = bh_store_write(store, settle_some, &s, err);
        return r;
}

/* ---- by the clock ---- */

struct keeper {
        struct bh_store *store;
        int64_t next_ms;
};

struct ending {
        int64_t id, now_ms;
};

static int end_fn(struct bh_db *db, void *user, struct bh_err *err) {
        const struct ending *e = user;

        return bh_compliance_unexcept(db, e->id, BH_STR(""), e->now_ms, err);
}

/* One whose day came: 1; none: 0. */
static int next_over(struct bh_store *store, int64_t now_ms, int64_t *ret_id, struct bh_err *err) {
        struct bh_db *db = NULL;
        int r = bh_store_borrow(store, &db, err);

        if (r < 0)
                return r;
        r = bh_db_number(db, "SELECT id FROM compliance_exception WHERE ended_ms IS NULL AND expires_ms <= ?1 ORDER BY expires_ms LIMIT 1",
                         BH_ARGS(bh_arg_int(now_ms)), ret_id, err);
        bh_store_give_back(store, &db);
        return r;
}

int bh_compliance_expire(struct bh_store *store, int64_t now_ms, struct bh_err *err) {
        struct ending e = { .now_ms = now_ms };
        int r;

        while ((r = next_over(store, now_ms, &e.id, err)) > 0) {
                r = bh_store_write(store, end_fn, &e, err);
                r = r < 0 ? r : bh_compliance_settle(store, e.id, now_ms, err);
                if (r < 0)
                        return r;
        }
        return r;
}

/* ---- hosts that are no more ---- */

/* All its agents are revoked: what they said is nobody's business any more, and no part of the score. */
static int forget_hosts(struct bh_db *db, void *user, struct bh_err *err) {
        static const char *const sql[] = {
                ("DELETE FROM compliance_result WHERE host_id IN (SELECT host_id FROM compliance_host h WHERE NOT EXISTS "
                 "(SELECT 1 FROM agent a WHERE a.host_id = h.host_id AND a.revoked_ms IS NULL))"),
                "DELETE FROM compliance_workload WHERE NOT EXISTS (SELECT 1 FROM agent a WHERE a.host_id = compliance_workload.host_id AND a.revoked_ms IS NULL)",
                "DELETE FROM compliance_host WHERE NOT EXISTS (SELECT 1 FROM agent a WHERE a.host_id = compliance_host.host_id AND a.revoked_ms IS NULL)",
        };
        int r = 0;

        (void) user;
        for (size_t i = 0; i < BH_LEN(sql) && r >= 0; i++)
                r = bh_db_run(db, sql[i], BH_NO_ARGS, NULL, err);
        return r;
}

static int any_forgotten(struct bh_store *store, struct bh_err *err) {
        struct bh_db *db = NULL;
        int64_t one = 0;
        int r = bh_store_borrow(store, &db, err);

        if (r < 0)
                return r;
        r = bh_db_number(db, "SELECT 1 FROM compliance_host h WHERE NOT EXISTS (SELECT 1 FROM agent a WHERE a.host_id = h.host_id AND a.revoked_ms IS NULL) LIMIT 1",
                         BH_NO_ARGS, &one, err);
        bh_store_give_back(store, &db);
        return r;
}

static int take_turn(struct bh_store *store, int64_t now_ms, struct bh_err *err) {
        int r = bh_compliance_expire(store, now_ms, err);

        r = r < 0 ? r : any_forgotten(store, err);
        return r > 0 ? bh_store_write(store, forget_hosts, NULL, err) : r;
}

static int keeper_open(struct bh_manage *m, void **ret, struct bh_err *err) {
        struct keeper *k = calloc(1, sizeof *k);

        (void) err;
        if (!k)
                bh_nomem(sizeof *k);
        k->store = bh_manage_opts(m)->store;
        *ret = k;
        return 0;
}

static void keeper_tick(void *part, int64_t now_ms) {
        struct bh_err err = BH_ERR_NONE;
        struct keeper *k = part;

        if (now_ms < k->next_ms)
                return;
        k->next_ms = now_ms + TURN_MS;
        BH_IGNORE(take_turn(k->store, now_ms, &err)); /* the disk is full, or somebody holds it: the next turn tries again */
}

static void keeper_close(void **part) {
        free(BH_TAKE(*part));
}

const struct bh_manage_part bh_part_compliance = { .name = "compliance", .open = keeper_open, .tick = keeper_tick, .close = keeper_close };
