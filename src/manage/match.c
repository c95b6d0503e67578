/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/match.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "advisory/depot.h"
#include "base/text.h"
#include "base/vec.h"
#include "lib/vulns.h"
#include "manage/exceptions.h"
#include "manage/overview.h"
#include "manage/risk.h"
#include "manage/uses.h"

enum { DAY_MS = 24 * 3600 * 1000, HEALTH_MS = 600 * 1000, TURN_MS = 1000, HURRY_MS = 50, BATCH = 32, VULNS = 200, COMMIT_MS = 50, HURRIES = 40 };

struct matcher {
        struct bh_manage *manage;
        struct bh_store *store;
        pthread_t thread;
        pthread_mutex_t lock;
        pthread_cond_t wake;
        unsigned hurries; /* short turns to come: what we were told of may not be durable yet */
        atomic_bool ending;
        struct bh_match_state state; /* under the lock */
        /* The thread's own. */
        struct bh_arena *home;
        struct bh_depot depot;
        struct bh_index *index;
        struct stat seen; /* of the file that is open, or could not be */
        char root[2 * BH_SHA256_BYTES + 1];
        int64_t date_s, used_ms, health_ms;
        uint64_t n_batches;
        bool believed; /* keys are loaded */
};

static int64_t now_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_REALTIME, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

/* ---- the index ---- */

static bool same_file(const struct stat *a, const struct stat *b) {
        return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
               a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void publish(struct matcher *m, const struct bh_err *err) {
        struct bh_match_state s = { .present = m->index != NULL, .date_s = m->date_s };
        struct bh_index_info info;

        if (m->index) {
                bh_index_info(m->index, &info);
                s.n_vulns = info.n_vulns;
        }
        memcpy(s.root, m->root, sizeof s.root);
        if (err)
                (void) bh_str_quote(bh_str_of(err->text), s.why, sizeof s.why);
        (void) pthread_mutex_lock(&m->lock);
        m->state = s;
        (void) pthread_mutex_unlock(&m->lock);
}

static int open_index(struct matcher *m, struct bh_index **ret, struct bh_err *err) {
        int r = m->believed ? 0 : bh_depot_load_trusted(&m->depot, err);

        m->believed = r >= 0;
        return r < 0 ? r : bh_index_open(m->depot.index, &m->depot.trusted, ret, err);
}

/* A newer file takes the place of the one in use; one that cannot be believed does not, and says so. */
static void look_at_index(struct matcher *m) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_index *newer = NULL;
        struct bh_index_info info;
        struct stat now;

        if (stat(m->depot.index, &now) < 0) {
                if (!m->index && errno == ENOENT)
                        return;
                now = (struct stat){ 0 };
        }
        if (same_file(&now, &m->seen))
                return;
        m->seen = now;
        if (open_index(m, &newer, &err) < 0) {
                publish(m, &err);
                return;
        }
        bh_index_close(&m->index);
        m->index = newer;
        bh_index_info(newer, &info);
        (void) bh_hex(info.root, BH_SHA256_BYTES, m->root);
        m->date_s = info.date_s;
        publish(m, NULL);
}

/* ---- matching ---- */

struct batch {
        struct matcher *m;
        struct bh_arena *arena;
        BH_VEC(struct bh_matched) matched;
        BH_VEC(struct bh_report *) reports; /* whose vulnerabilities themselves are to be written, and which of them */
        BH_VEC(bool *) which;
        int64_t now_ms;
        struct bh_findings_change change;
};

static int write_batch(struct bh_db *db, void *user, struct bh_err *err) {
        struct batch *b = user;
        int r = 0;

        for (size_t i = 0; i < b->reports.len && r >= 0; i++)
                r = bh_vulns_write(db, b->reports.at[i], b->which.at[i], b->now_ms, err);
        for (size_t i = 0; i < b->matched.len && r >= 0; i++) {
                struct bh_findings_change c = { 0 };

                r = bh_matched_write(db, &b->matched.at[i], bh_str_of(b->m->root), b->m->date_s, b->now_ms, &c, err);
                b->change.n_new += c.n_new;
                b->change.n_changed += c.n_changed;
                b->change.n_gone += c.n_gone;
        }
        return r;
}

/* The first of its set is matched; the others have the same packages in the same order, and are attributed by their own layers. */
static int match_one(struct batch *b, struct bh_db *db, struct bh_str id, struct bh_subject **like, struct bh_err *err) {
        struct bh_subject *s = bh_arena_make(b->arena, struct bh_subject);
        int r = bh_subject_load(db, id, b->arena, s, err);
        bool *which = NULL;

        if (r <= 0)
                return r;
        s->report.db.built_s = b->m->date_s;
        if (*like && bh_str_eq((*like)->package_set, s->package_set) && (*like)->report.n_packages == s->report.n_packages) {
                s->report.n_vulns = (*like)->report.n_vulns;
                s->report.vulns = bh_arena_array(b->arena, struct bh_vuln_finding, s->report.n_vulns);
                if (s->report.n_vulns)
                        memcpy(s->report.vulns, (*like)->report.vulns, s->report.n_vulns * sizeof *s->report.vulns);
                s->report.space = (*like)->report.space;
                s->report.space_known = (*like)->report.space_known;
                s->report.lifecycle = (*like)->report.lifecycle;
        } else {
                r = bh_report_match(&s->report, b->m->index, b->arena, err);
                r = r < 0 ? r : bh_vulns_changed(db, &s->report, b->arena, &which, err);
                if (r < 0)
                        return r;
                *bh_vec_add(b->arena, &b->reports) = &s->report;
                *bh_vec_add(b->arena, &b->which) = which;
                *like = s;
        }
        *bh_vec_add(b->arena, &b->matched) = (struct bh_matched){ .subject = s };
        return 1;
}

static bool any(const bool *at, uint32_t n) {
        for (uint32_t i = 0; i < n; i++)
                if (at[i])
                        return true;
        return false;
}

/* Titles and references are packed, and wanted of those alone that are to be written. */
static int read_texts(struct batch *b, struct bh_err *err) {
        int r = 0;

        for (size_t i = 0; i < b->reports.len && r >= 0; i++)
                if (any(b->which.at[i], b->reports.at[i]->n_vulns))
                        r = bh_report_texts(b->reports.at[i], b->m->index, b->arena, err);
        return r;
}

static int load_batch(struct batch *b, struct bh_db *db, struct bh_err *err) {
        BH_VEC(struct bh_str) ids = { 0 };
        struct bh_known_base *bases = NULL;
        struct bh_subject *like = NULL;
        struct bh_rows *rows = NULL;
        size_t n_bases = 0;
        int r = bh_db_ask(db, "SELECT id FROM subject WHERE matched_with <> ?1 ORDER BY package_set, id LIMIT ?2",
                          BH_ARGS(bh_arg_text(bh_str_of(b->m->root)), bh_arg_int(BATCH)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *bh_vec_add(b->arena, &ids) = bh_rows_copy(rows, 0, b->arena);
        bh_rows_done(&rows);
        if (r < 0 || !ids.len)
                return r;
        r = bh_known_bases_load(db, b->arena, &bases, &n_bases, err);
        for (size_t i = 0; i < ids.len && r >= 0; i++)
                r = match_one(b, db, ids.at[i], &like, err);
        r = r < 0 ? r : read_texts(b, err);
        for (size_t i = 0; i < b->matched.len && r >= 0; i++)
                bh_matched_of(b->matched.at[i].subject, bases, n_bases, b->arena, &b->matched.at[i]);
        return r;
}

static void tell(struct matcher *m, const struct batch *b) {
        char text[160];
        int n = snprintf(text, sizeof text, "{\"matched\":%zu,\"new\":%u,\"changed\":%u,\"fixed\":%u}", b->matched.len, b->change.n_new, b->change.n_changed,
                         b->change.n_gone);

        bh_manage_live(m->manage, "scans", (struct bh_str){ text, (size_t) n });
}

/* 1: there may be more. */
static int match_batch(struct matcher *m, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct batch b = { .m = m, .arena = arena, .now_ms = now_ms() };
        struct bh_db *db = NULL;
        int r;

        if (!m->index)
                return 0;
        r = bh_store_borrow(m->store, &db, err);
        if (r < 0)
                return r;
        r = load_batch(&b, db, err);
        bh_store_give_back(m->store, &db);
        if (r < 0 || !b.matched.len)
                return r;
        r = bh_store_write(m->store, write_batch, &b, err);
        if (r < 0)
                return r;
        m->n_batches++;
        tell(m, &b);
        return b.matched.len == BATCH;
}

/* ---- risks ---- */

/* Several in one commit, as long as others need not wait for it. */
struct counted {
        const struct bh_subject_ids *ids;
        size_t at;
};

static int count_some(struct bh_db *db, void *user, struct bh_err *err) {
        struct counted *c = user;
        int64_t from = now_ms();
        size_t i = c->at;
        int r = 0;

        while (r >= 0 && i < c->ids->len && now_ms() - from < COMMIT_MS)
                r = bh_risk_count(db, c->ids->at[i++], err);
        if (r >= 0)
                c->at = i;
        return r;
}

/* Up to which use of packages risks were counted outlives us: else each start would count everything that is in use. */
static int note_used(struct bh_db *db, void *user, struct bh_err *err) {
        return bh_db_run(db, "INSERT INTO setting(name, value) VALUES('risk_used_ms', CAST(?1 AS TEXT)) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
                         BH_ARGS(bh_arg_int(*(const int64_t *) user)), NULL, err);
}

static int find_changed(struct matcher *m, struct bh_arena *arena, int64_t *ret_used, struct bh_subject_ids *ret, struct bh_err *err) {
        struct bh_db *db = NULL;
        int r = bh_store_borrow(m->store, &db, err);

        if (r < 0)
                return r;
        if (!m->used_ms)
                r = bh_db_number(db, "SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'risk_used_ms'", BH_NO_ARGS, &m->used_ms, err);
        r = r < 0 ? r : bh_risk_changed(db, arena, m->used_ms, ret_used, ret, err);
        bh_store_give_back(m->store, &db);
        return r;
}

static int count_changed(struct matcher *m, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_subject_ids ids = { 0 };
        struct counted counted = { .ids = &ids };
        int64_t used = 0;
        int r = find_changed(m, arena, &used, &ids, err);

        while (r >= 0 && counted.at < ids.len && !m->ending)
                r = bh_store_write(m->store, count_some, &counted, err);
        if (r < 0 || counted.at < ids.len || used <= m->used_ms)
                return r;
        m->used_ms = used;
        return bh_store_write(m->store, note_used, &used, err);
}

static int count_vulns(struct bh_db *db, void *user, struct bh_err *err) {
        return bh_risk_vulns(db, VULNS, user, err);
}

static int count_dirty_vulns(struct matcher *m, struct bh_err *err) {
        struct bh_db *db = NULL;
        int64_t waiting = 0;
        uint32_t n = VULNS;
        int r = bh_store_borrow(m->store, &db, err);

        if (r < 0)
                return r;
        r = bh_db_number(db, "SELECT 1 FROM vuln_dirty LIMIT 1", BH_NO_ARGS, &waiting, err);
        bh_store_give_back(m->store, &db);
        while (r > 0 && n == VULNS && !m->ending)
                if (bh_store_write(m->store, count_vulns, &n, err) < 0)
                        return BH_E_IO;
        return r;
}

/* Today's health score, for the trend: the last of the day stays. */
struct health_of_day {
        int64_t day;
        double score;
};

static int put_health(struct bh_db *db, void *user, struct bh_err *err) {
        const struct health_of_day *h = user;

        return bh_db_run(db, "INSERT INTO trend(day, name, value) VALUES(?1, 'health', ?2) ON CONFLICT(day, name) DO UPDATE SET value = excluded.value",
                         BH_ARGS(bh_arg_int(h->day), bh_arg_real(h->score)), NULL, err);
}

/* 0: there is nothing to be well. It is counted by a reader: on a large site that takes longer than the writer may be kept. */
static int count_health(const struct matcher *m, double *ret, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_health_in in;
        struct bh_health health;
        struct bh_db *db = NULL;
        int r = bh_store_borrow(m->store, &db, err);

        if (r < 0)
                return r;
        r = bh_health_count(db, &m->state, m->health_ms, &in, err);
        bh_store_give_back(m->store, &db);
        if (r < 0)
                return r;
        bh_health_of(&in, arena, &health);
        *ret = health.score;
        return bh_health_known(&in);
}

static int note_health(struct matcher *m, struct bh_err *err) {
        struct health_of_day h;
        int64_t now = now_ms();
        int r;

        if (now - m->health_ms < HEALTH_MS && now >= m->health_ms)
                return 0;
        m->health_ms = now;
        h.day = now / DAY_MS;
        r = count_health(m, &h.score, err);
        return r <= 0 ? r : bh_store_write(m->store, put_health, &h, err);
}

/* ---- turns ---- */

static void work(struct matcher *m, bool hurried) {
        struct bh_err err = BH_ERR_NONE;
        uint64_t before = m->n_batches;
        int r;

        look_at_index(m);
        do
                r = match_batch(m, &err);
        while (r > 0 && !m->ending);
        if (hurried && r >= 0 && m->n_batches == before)
                return;
        r = r < 0 ? r : bh_exceptions_expire(m->store, now_ms(), &err);
        r = r < 0 ? r : bh_uses_expire(m->store, now_ms(), &err);
        r = r < 0 ? r : count_changed(m, &err);
        r = r < 0 ? r : count_dirty_vulns(m, &err);
        r = r < 0 ? r : note_health(m, &err);
        if (r < 0)
                publish(m, &err);
}

static bool wait_a_turn(struct matcher *m, bool *ret_hurried) {
        struct timespec until;
        unsigned ms;
        bool ending;

        (void) pthread_mutex_lock(&m->lock);
        ms = m->hurries ? HURRY_MS : TURN_MS;
        (void) clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += ms * 1000000l;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        while (!m->ending && (ms == HURRY_MS || !m->hurries) && pthread_cond_timedwait(&m->wake, &m->lock, &until) == 0)
                ;
        *ret_hurried = m->hurries > 0;
        m->hurries -= m->hurries > 0;
        ending = m->ending;
        (void) pthread_mutex_unlock(&m->lock);
        return !ending;
}

static void *run(void *user) {
        struct matcher *m = user;
        bool hurried = false;

        do
                work(m, hurried);
        while (wait_a_turn(m, &hurried));
        return NULL;
}

static void init_turns(struct matcher *m) {
        pthread_condattr_t how;

        (void) pthread_mutex_init(&m->lock, NULL);
        (void) pthread_condattr_init(&how);
        (void) pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&m->wake, &how);
        (void) pthread_condattr_destroy(&how);
}

static void free_matcher(struct matcher *m) {
        bh_index_close(&m->index);
        bh_arena_free(&m->home);
        (void) pthread_cond_destroy(&m->wake);
        (void) pthread_mutex_destroy(&m->lock);
        free(m);
}

/* Keys that are believed lie beside the index. */
static const char *folder_of(struct bh_arena *arena, const char *index) {
        return index ? bh_arena_cstr(arena, bh_str_dirname(bh_str_of(index))) : NULL;
}

static int open_matcher(struct bh_manage *manage, void **ret, struct bh_err *err) {
        struct matcher *m = calloc(1, sizeof *m);
        int r;

        if (!m)
                bh_nomem(sizeof *m);
        m->manage = manage;
        m->store = bh_manage_opts(manage)->store;
        m->home = bh_arena_new();
        init_turns(m);
        r = bh_depot_init(&m->depot, m->home, folder_of(m->home, bh_manage_opts(manage)->advisory_db), bh_manage_opts(manage)->advisory_db, err);
        if (r >= 0 && pthread_create(&m->thread, NULL, run, m) != 0)
                r = bh_fail(err, BH_E_NOMEM, "no further thread");
        if (r < 0) {
                free_matcher(m);
                return r;
        }
        *ret = m;
        return 0;
}

static void close_matcher(void **part) {
        struct matcher *m = *part;

        *part = NULL;
        (void) pthread_mutex_lock(&m->lock);
        m->ending = true;
        (void) pthread_cond_signal(&m->wake);
        (void) pthread_mutex_unlock(&m->lock);
        (void) pthread_join(m->thread, NULL);
        free_matcher(m);
}

const struct bh_manage_part bh_part_match = { "matching", open_matcher, NULL, close_matcher };

void bh_match_hurry(const struct bh_manage *manage) {
        struct matcher *m = bh_manage_part(manage, &bh_part_match);

        if (!m)
                return;
        (void) pthread_mutex_lock(&m->lock);
        m->hurries = HURRIES;
        (void) pthread_cond_signal(&m->wake);
        (void) pthread_mutex_unlock(&m->lock);
}

void bh_match_state(const struct bh_manage *manage, struct bh_match_state *ret) {
        struct matcher *m = bh_manage_part(manage, &bh_part_match);

        *ret = (struct bh_match_state){ 0 };
        if (!m)
                return;
        (void) pthread_mutex_lock(&m->lock);
        *ret = m->state;
        (void) pthread_mutex_unlock(&m->lock);
}
