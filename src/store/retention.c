/* SPDX-License-Identifier: Apache-2.0 */
#include "store/retention.h"

#include <stdio.h>
#include <time.h>

#include "base/near.h"

#define DAY_MS 86400000ll

enum {
        DAYS_MAX = 36500,
        SLICE_FIRST = 128, SLICE_LEAST = 16, SLICE_MOST = 4096, /* rows */
        SLICE_US = 8000,      /* what a slice should take; it is made larger or smaller after each */
        PAUSE_US = 15000,     /* between two: others' turn */
        SPARE_PAGES = 16384,  /* empty ones that are kept for what comes next */
};

/* Rows are found by an index over `at`, oldest first; `old` says which are older than ?2. */
static const struct kind {
        const char *name, *table, *key, *at, *old, *where, *about;
        int64_t floor_days;
        const char *child, *child_key; /* rows of another table that go with one of these */
} kinds[] = {
        { "alerts", "alert", "id", "at_ms", "at_ms < ?2", "1", "Alerts, by when they happened", 0, NULL, NULL },
        { "alert_hours", "alert_hour", "hour_ms", "hour_ms", "hour_ms < ?2", "1", "How often rules fired, by hour", 0, NULL, NULL },
        { "incidents", "incident", "id", "last_ms", "last_ms < ?2", "status IN ('closed', 'false-alarm')", "Incidents that are closed, by their last alert", 0, "incident_note",
          "incident_id" },
        { "asset_changes", "asset_change", "id", "at_ms", "at_ms < ?2", "1", "Changes of assets", 0, NULL, NULL },
        { "gone_assets", "asset", "id", "gone_ms", "gone_ms < ?2", "gone_ms IS NOT NULL", "Assets that are gone", 0, NULL, NULL },
        { "gone_containers", "container", "id", "gone_ms", "gone_ms < ?2", "gone_ms IS NOT NULL", "Containers that are gone", 0, NULL, NULL },
        { "fixed_findings", "finding", "id", "fixed_ms", "fixed_ms < ?2", "fixed_ms IS NOT NULL AND state='fixed'", "Findings that were fixed", 0, NULL, NULL },
        { "compliance_changes", "compliance_change", "id", "at_ms", "at_ms < ?2", "1", "Results of checks that changed", 0, NULL, NULL },
        { "compliance_days", "compliance_day", "day", "day", "day < ?2 / 86400000", "1", "How each host stood, by day", 30, NULL, NULL },
        { "reports", "report", "id", "made_ms", "made_ms < ?2", "1", "Reports that were made by the clock", 0, NULL, NULL },
        { "audit", "audit", "id", "at_ms", "at_ms < ?2", "1", "The audit log", 365, NULL, NULL },
        { "trends", "trend", "day", "day", "day < ?2 / 86400000", "1", "Numbers of each day", 30, NULL, NULL },
};

static const struct kind *kind_of(struct bh_str name) {
        for (size_t i = 0; i < BH_LEN(kinds); i++)
                if (bh_str_is(name, kinds[i].name))
                        return &kinds[i];
        return NULL;
}

int bh_retention_read(struct bh_db *db, struct bh_arena *arena, struct bh_retention **ret, size_t *ret_n, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        struct bh_retention *all = bh_arena_array(arena, struct bh_retention, BH_LEN(kinds));
        size_t n = 0;
        int r = bh_db_ask(db, "SELECT name, keep_days, keep_rows, deleted, last_deleted, last_ms FROM retention ORDER BY name", BH_NO_ARGS, &rows, err);

        while (r >= 0 && n < BH_LEN(kinds) && (r = bh_rows_next(rows, err)) > 0) {
                const struct kind *k = kind_of(bh_rows_text(rows, 0));

                if (k)
                        all[n++] = (struct bh_retention){ bh_str_of(k->name),   k->about, bh_rows_int(rows, 1), bh_rows_int(rows, 2), k->floor_days,
                                                          bh_rows_int(rows, 3), bh_rows_int(rows, 4), bh_rows_int(rows, 5) };
        }
        if (r < 0)
                return r;
        *ret = all;
        *ret_n = n;
        return 0;
}

int bh_retention_set(struct bh_db *db, struct bh_str name, int64_t keep_days, int64_t keep_rows, struct bh_err *err) {
        const struct kind *k = kind_of(name);
        const char *names[BH_LEN(kinds)], *near;

        for (size_t i = 0; i < BH_LEN(kinds); i++)
                names[i] = kinds[i].name;
        near = k ? NULL : bh_nearest(name, names, BH_LEN(kinds));
        if (!k)
                return bh_fail(err, BH_E_NOTFOUND, "nothing is kept by the name '%s'%s%s%s", BH_QUOTE(name), near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        if (keep_days < 0 || keep_days > DAYS_MAX || keep_rows < 0)
                return bh_fail(err, BH_E_FORMAT, "%s: keep_days is from 0 to %d, keep_rows 0 or more; 0 is no limit", k->name, DAYS_MAX);
        if (keep_days > 0 && keep_days < k->floor_days)
                return bh_fail(err, BH_E_FORMAT, "%s: at least %lld days are kept", k->name, (long long) k->floor_days);
        if (keep_rows > 0 && k->floor_days > 0)
                return bh_fail(err, BH_E_FORMAT, "%s: it is kept by days only, as a number of rows could be reached on purpose", k->name);
        return bh_db_run(db, "INSERT INTO retention(name, keep_days, keep_rows) VALUES(?1, ?2, ?3) ON CONFLICT(name) DO UPDATE SET keep_days=?2, keep_rows=?3",
                         BH_ARGS(bh_arg_text(bh_str_of(k->name)), bh_arg_int(keep_days), bh_arg_int(keep_rows)), NULL, err);
}

/* What is to go of one kind: what is older, and then as many as are too many. */
struct task {
        const struct kind *kind;
        int64_t before_ms; /* INT64_MIN: nothing by its age */
        int64_t excess;
};

struct slice {
        struct task *task;
        int64_t now_ms;
        uint64_t rows; /* at most */
        uint64_t deleted, us;
};

static uint64_t clock_us(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}

static int note(struct bh_db *db, const struct slice *s, struct bh_err *err) {
        return bh_db_run(db, "UPDATE retention SET deleted=deleted+?2, last_deleted=CASE WHEN last_ms=?3 THEN last_deleted ELSE 0 END+?2, last_ms=?3 WHERE name=?1",
                         BH_ARGS(bh_arg_text(bh_str_of(s->task->kind->name)), bh_arg_int((int64_t) s->deleted), bh_arg_int(s->now_ms)), NULL, err);
}

/* The rows of this slice: as many as are too many, whatever their age, and then by age. */
static void put_choice(char *sql, size_t size, const struct task *t) {
        const struct kind *k = t->kind;

        (void) snprintf(sql, size, "SELECT %s FROM %s WHERE %s AND %s ORDER BY %s LIMIT ?1", k->key, k->table, k->where, t->excess > 0 ? "?2=?2" : k->old, k->at);
}

static int delete_from(struct bh_db *db, struct slice *s, const char *table, const char *key, uint64_t *ret, struct bh_err *err) {
        char choice[256], sql[384];

        put_choice(choice, sizeof choice, s->task);
        (void) snprintf(sql, sizeof sql, "DELETE FROM %s WHERE %s IN (%s)", table, key, choice);
        return bh_db_run(db, sql, BH_ARGS(bh_arg_int((int64_t) s->rows), bh_arg_int(s->task->before_ms)), ret, err);
}

static int delete_some(struct bh_db *db, void *user, struct bh_err *err) {
        struct slice *s = user;
        const struct kind *k = s->task->kind;
        uint64_t begin = clock_us();
        int r = k->child ? delete_from(db, s, k->child, k->child_key, NULL, err) : 0;

        if (r >= 0)
                r = delete_from(db, s, k->table, k->key, &s->deleted, err);
        if (r >= 0 && s->deleted > 0)
                r = note(db, s, err);
        s->us = clock_us() - begin;
        return r;
}

static uint64_t next_size(uint64_t rows, uint64_t us) {
        if (us > SLICE_US)
                rows = rows * SLICE_US / us;
        else if (us < SLICE_US / 2)
                rows *= 2;
        return BH_MAX(BH_MIN(rows, (uint64_t) SLICE_MOST), (uint64_t) SLICE_LEAST);
}

struct runner {
        struct bh_store *store;
        int64_t now_ms;
        bool (*stop)(void *user);
        void *user;
        struct bh_retention_run *run;
};

static bool goes_on(const struct runner *r) {
        return !r->stop || !r->stop(r->user);
}

static void pause_a_little(void) {
        (void) nanosleep(&(struct timespec){ .tv_nsec = PAUSE_US * 1000 }, NULL);
}

static void count_slice(struct runner *r, uint64_t us) {
        r->run->slices++;
        r->run->longest_us = BH_MAX(r->run->longest_us, us);
}

static int do_task(struct runner *run, struct task *task, struct bh_err *err) {
        uint64_t rows = SLICE_FIRST;
        bool by_count;

        while (goes_on(run)) {
                struct slice s = { .task = task, .now_ms = run->now_ms, .rows = task->excess > 0 ? BH_MIN(rows, (uint64_t) task->excess) : rows };
                int r = bh_store_write(run->store, delete_some, &s, err);

                if (r < 0)
                        return bh_wrap(err, r, "%s", task->kind->name);
                count_slice(run, s.us);
                run->run->deleted += s.deleted;
                by_count = task->excess > 0;
                task->excess -= (int64_t) s.deleted;
                if (by_count ? s.deleted == 0 : s.deleted < s.rows)
                        break;
                rows = next_size(rows, s.us);
                pause_a_little();
        }
        return 0;
}

static int has_table(struct bh_db *db, const char *name, bool *ret, struct bh_err *err) {
        int64_t n = 0;
        int r = bh_db_number(db, "SELECT count(*) FROM sqlite_master WHERE type='table' AND name=?1", BH_ARGS(bh_arg_text(bh_str_of(name))), &n, err);

        *ret = n > 0;
        return r;
}

static int count_excess(struct bh_db *db, const struct kind *k, int64_t keep_rows, int64_t *ret, struct bh_err *err) {
        char sql[256];
        int64_t n = 0;
        int r;

        if (keep_rows == 0)
                return 0;
        (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE %s", k->table, k->where);
        r = bh_db_number(db, sql, BH_NO_ARGS, &n, err);
        if (r >= 0)
                *ret = BH_MAX(n - keep_rows, 0);
        return r;
}

/* Looked up by a reader; only what is found is the writer's work. */
static int plan(struct runner *run, struct task *tasks, size_t *ret_n, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_retention *all = NULL;
        struct bh_db *db = NULL;
        size_t n = 0;
        int r = bh_store_borrow(run->store, &db, err);

        if (r >= 0)
                r = bh_retention_read(db, arena, &all, &n, err);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                const struct kind *k = kind_of(all[i].name);
                struct task t = { .kind = k, .before_ms = all[i].keep_days ? run->now_ms - BH_MAX(all[i].keep_days, k->floor_days) * DAY_MS : INT64_MIN };
                bool there = false;

                r = has_table(db, k->table, &there, err);
                if (r >= 0 && there)
                        r = count_excess(db, k, k->floor_days ? 0 : all[i].keep_rows, &t.excess, err);
                if (r >= 0 && there && (t.before_ms != INT64_MIN || t.excess > 0))
                        tasks[(*ret_n)++] = t;
        }
        bh_store_give_back(run->store, &db);
        return r;
}

struct give {
        int64_t pages; /* to give back, at most */
        int64_t spare; /* how many are empty */
        uint64_t us;
};

static int give_some_back(struct bh_db *db, void *user, struct bh_err *err) {
        struct give *g = user;
        uint64_t begin = clock_us();
        char sql[64];
        int r;

        (void) snprintf(sql, sizeof sql, "PRAGMA incremental_vacuum(%lld)", (long long) g->pages);
        r = g->pages > 0 ? bh_db_run(db, sql, BH_NO_ARGS, NULL, err) : 0;
        if (r >= 0)
                r = bh_db_number(db, "PRAGMA freelist_count", BH_NO_ARGS, &g->spare, err);
        g->us = clock_us() - begin;
        return r;
}

/* Room that many deletions left is the disk's again. */
static int shrink(struct runner *run, struct bh_err *err) {
        struct give g = { 0 };
        int64_t before = INT64_MAX;
        int r = bh_store_write(run->store, give_some_back, &g, err);

        for (g.pages = 64; r >= 0 && g.spare > SPARE_PAGES && g.spare < before && goes_on(run); g.pages = (int64_t) next_size((uint64_t) g.pages, g.us)) {
                before = g.spare;
                r = bh_store_write(run->store, give_some_back, &g, err);
                count_slice(run, g.us);
                pause_a_little();
        }
        return r < 0 ? r : 0;
}

int bh_retention_apply(struct bh_store *store, int64_t now_ms, bool (*stop)(void *user), void *user, struct bh_retention_run *ret, struct bh_err *err) {
        struct bh_retention_run done = { 0 };
        struct runner run = { store, now_ms, stop, user, &done };
        struct task tasks[BH_LEN(kinds)];
        size_t n = 0;
        int r = plan(&run, tasks, &n, err);

        for (size_t i = 0; r >= 0 && i < n && goes_on(&run); i++)
                r = do_task(&run, &tasks[i], err);
        if (r >= 0)
                r = shrink(&run, err);
        *ret = done;
        return r < 0 ? bh_wrap(err, r, "retention") : 0;
}
