/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/jobs.h"

#include <stdio.h>
#include <stdlib.h>

#include "fmt/json_put.h"
#include "manage/registries.h"
#include "sys/clock.h"
#include "sys/turns.h"

enum { TURN_MS = 1000 };

/* ---- the queue ---- */

int bh_job_add(struct bh_db *db, const struct bh_job_order *o, int64_t *ret_id, struct bh_err *err) {
        int r = bh_db_number(db, "SELECT id FROM scan_job WHERE target = ?1 AND state = 'queued' AND kind = ?2",
                             BH_ARGS(bh_arg_text(o->target), bh_arg_text(bh_str_of(o->kind))), ret_id, err);

        if (r != 0)
                return r < 0 ? r : 0;
        r = bh_db_number(db,
                         "INSERT INTO scan_job(kind, target, registry_id, repository, tag, digest, asked_by, asked_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
                         "RETURNING id",
                         BH_ARGS(bh_arg_text(bh_str_of(o->kind)), bh_arg_text(o->target), o->registry_id ? bh_arg_int(o->registry_id) : bh_arg_null(),
                                 bh_arg_text(o->repository), bh_arg_text(o->tag), bh_arg_text(o->digest), bh_arg_text(o->asked_by), bh_arg_int(o->now_ms)),
                         ret_id, err);
        return r < 0 ? r : 0;
}

int bh_job_claim(struct bh_db *db, int64_t now_ms, struct bh_arena *arena, struct bh_job *ret, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db,
                          "UPDATE scan_job SET state = 'running', started_ms = ?1, lease_ms = ?2, tries = tries + 1 WHERE id = (SELECT id FROM scan_job "
                          "WHERE kind IN ('image', 'catalogue') AND ((state = 'queued' AND lease_ms <= ?1) OR (state = 'running' AND lease_ms <= ?1)) "
                          "ORDER BY asked_ms, id LIMIT 1) RETURNING id, kind, target, COALESCE(registry_id, 0), repository, tag, digest, tries",
                          BH_ARGS(bh_arg_int(now_ms), bh_arg_int(now_ms + BH_JOB_LEASE_MS)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0)
                *ret = (struct bh_job){ .id = bh_rows_int(rows, 0), .kind = bh_rows_copy(rows, 1, arena), .target = bh_rows_copy(rows, 2, arena),
                                        .registry_id = bh_rows_int(rows, 3), .repository = bh_rows_copy(rows, 4, arena),
                                        .tag = bh_rows_copy(rows, 5, arena), .digest = bh_rows_copy(rows, 6, arena), .tries = bh_rows_int(rows, 7) };
        bh_rows_done(&rows);
        return r;
}

int bh_job_renew(struct bh_db *db, int64_t id, int64_t now_ms, struct bh_err *err) {
        return bh_db_run(db, "UPDATE scan_job SET lease_ms = ?2 WHERE id = ?1 AND state = 'running'",
                         BH_ARGS(bh_arg_int(id), bh_arg_int(now_ms + BH_JOB_LEASE_MS)), NULL, err);
}

int bh_job_end(struct bh_db *db, const struct bh_job *job, struct bh_str why, bool may_pass, int64_t now_ms, struct bh_err *err) {
        bool again = why.len && may_pass && job->tries < BH_JOB_TRIES;
        const char *state = !why.len ? "done" : again ? "queued" : "failed";
        int64_t pause_ms = again ? 10000 * job->tries : 0;

        return bh_db_run(db, "UPDATE scan_job SET state = ?2, reason = ?3, ended_ms = ?4, lease_ms = ?5 WHERE id = ?1",
                         BH_ARGS(bh_arg_int(job->id), bh_arg_text(bh_str_of(state)), bh_arg_text(why), bh_arg_int(now_ms), bh_arg_int(now_ms + pause_ms)),
                         NULL, err);
}

/* ---- the thread ---- */

struct jobs {
        struct bh_manage *manage;
        struct bh_store *store;
        struct bh_turns turns;
};

struct claiming {
        struct bh_arena *arena;
        struct bh_job job;
        bool got;
};

static int claim(struct bh_db *db, void *user, struct bh_err *err) {
        struct claiming *c = user;
        int r = bh_registries_due(db, bh_clock_ms(CLOCK_REALTIME), err);

        r = r < 0 ? r : bh_job_claim(db, bh_clock_ms(CLOCK_REALTIME), c->arena, &c->job, err);
        c->got = r > 0;
        return r;
}

struct ending {
        const struct bh_job *job;
        struct bh_str why;
        bool may_pass;
};

static int end(struct bh_db *db, void *user, struct bh_err *err) {
        const struct ending *e = user;

        return bh_job_end(db, e->job, e->why, e->may_pass, bh_clock_ms(CLOCK_REALTIME), err);
}

static void tell(struct jobs *j, const struct bh_job *job, const char *state, struct bh_str why) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put p = { .out = &out, .compact = true };

        bh_json_put_open(&p, NULL, '{');
        bh_json_put_int(&p, "job", job->id);
        bh_json_put_str(&p, "target", job->target);
        bh_json_put_cstr(&p, "state", state);
        bh_json_put_some(&p, "reason", why);
        bh_json_put_close(&p);
        bh_manage_live(j->manage, "scans", bh_str_trim(bh_buf_str(&out)));
}

static void do_job(struct jobs *j, const struct bh_job *job, struct bh_arena *arena) {
        struct bh_err err = BH_ERR_NONE, ignored = BH_ERR_NONE;
        struct ending e = { .job = job };
        int r;

        tell(j, job, "running", BH_STR(""));
        r = bh_str_is(job->kind, "catalogue") ? bh_registry_look(j->manage, job, &j->turns.ending, arena, &err)
                                              : bh_registry_scan(j->manage, job, &j->turns.ending, arena, &err);
        if (j->turns.ending)
                return; /* its lease runs out, and it is taken up again after the restart */
        if (r < 0) {
                e.why = bh_str_of(err.text);
                e.may_pass = r == BH_E_IO || r == BH_E_TIMEOUT;
        }
        BH_IGNORE(bh_store_write(j->store, end, &e, &ignored));
        tell(j, job, r < 0 ? "failed" : "done", e.why);
}

static bool one(struct jobs *j) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct claiming c = { .arena = arena };
        struct bh_err err = BH_ERR_NONE;

        if (bh_store_write(j->store, claim, &c, &err) < 0 || !c.got)
                return false;
        do_job(j, &c.job, arena);
        return true;
}

/* A write a turn would sync the disk for nothing: it is looked first whether there is any work. */
static bool any_work(struct jobs *j) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;
        int64_t one_row = 0, now = bh_clock_ms(CLOCK_REALTIME);
        int r = bh_store_borrow(j->store, &db, &err);

        if (r < 0)
                return false;
        r = bh_db_number(db,
                         "SELECT 1 WHERE EXISTS (SELECT 1 FROM scan_job WHERE state IN ('queued', 'running') AND kind IN ('image', 'catalogue') AND lease_ms <= ?1) "
                         "OR EXISTS (SELECT 1 FROM registry WHERE next_ms > 0 AND next_ms <= ?1)",
                         BH_ARGS(bh_arg_int(now)), &one_row, &err);
        bh_store_give_back(j->store, &db);
        return r > 0;
}

/* Who opens the store is its only server: what an earlier one held, it holds no longer. */
static int take_up(struct bh_db *db, void *user, struct bh_err *err) {
        (void) user;
        return bh_db_run(db, "UPDATE scan_job SET state = 'queued', lease_ms = 0 WHERE state = 'running' AND kind IN ('image', 'catalogue')", BH_NO_ARGS, NULL,
                         err);
}

static void *run(void *user) {
        struct jobs *j = user;
        struct bh_err err = BH_ERR_NONE;

        BH_IGNORE(bh_store_write(j->store, take_up, NULL, &err)); /* failing that, their leases run out */
        do
                while (!j->turns.ending && any_work(j) && one(j))
                        ;
        while (bh_turns_wait(&j->turns, TURN_MS, NULL));
        return NULL;
}

static int open_jobs(struct bh_manage *manage, void **ret, struct bh_err *err) {
        struct jobs *j = calloc(1, sizeof *j);
        int r;

        if (!j)
                bh_nomem(sizeof *j);
        j->manage = manage;
        j->store = bh_manage_opts(manage)->store;
        r = bh_turns_begin(&j->turns, run, j, err);
        if (r < 0)
                free(j);
        else
                *ret = j;
        return r;
}

static void close_jobs(void **part) {
        struct jobs *j = *part;

        *part = NULL;
        bh_turns_end(&j->turns);
        free(j);
}

const struct bh_manage_part bh_part_jobs = { "scan jobs", open_jobs, NULL, close_jobs };

void bh_jobs_wake(const struct bh_manage *m) {
        struct jobs *j = bh_manage_part(m, &bh_part_jobs);

        if (j)
                bh_turns_wake(&j->turns);
}
