/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/tell.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "fmt/json_put.h"
#include "rule/rules.h"

enum { TURN_MS = 200, IDLE_TURNS = 50 };

struct bh_teller {
        struct bh_manage *manage;
        pthread_t thread;
        pthread_mutex_t lock;
        pthread_cond_t wake;
        int64_t expected; /* under the lock: the newest id that somebody is about to commit */
        bool ending;      /* under the lock */
        atomic_llong told; /* written by the thread alone */
};

/* ---- what is told ---- */

static void put_alert(const struct bh_rows *rows, struct bh_buf *out) {
        struct bh_json_put j = { .out = out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "id", bh_rows_int(rows, 0));
        bh_json_put_int(&j, "at_ms", bh_rows_int(rows, 1));
        bh_json_put_int(&j, "level", bh_rows_int(rows, 2));
        bh_json_put_cstr(&j, "priority", bh_priority_str((enum bh_priority) bh_rows_int(rows, 2)));
        bh_json_put_str(&j, "rule", bh_rows_text(rows, 3));
        bh_json_put_str(&j, "output", bh_rows_text(rows, 4));
        bh_json_put_str(&j, "host_id", bh_rows_text(rows, 5));
        bh_json_put_str(&j, "host", bh_rows_text(rows, 6));
        bh_json_put_str(&j, "container_id", bh_rows_text(rows, 7));
        bh_json_put_str(&j, "container", bh_rows_text(rows, 8));
        if (bh_rows_null(rows, 9))
                bh_json_put_null(&j, "incident_id");
        else
                bh_json_put_int(&j, "incident_id", bh_rows_int(rows, 9));
        bh_json_put_close(&j);
}

static int tell_alerts(struct bh_teller *t, struct bh_db *db, int64_t to, struct bh_err *err) {
        static const char sql[] = "SELECT a.id, a.at_ms, a.level, a.rule, a.output, a.host_id, h.name, a.container_id, c.name, a.incident_id "
                                  "FROM alert a LEFT JOIN host h ON h.id = a.host_id LEFT JOIN container c ON c.id = a.container_id "
                                  "WHERE a.id > ?1 AND a.id <= ?2 AND a.suppressed IS NULL ORDER BY a.id LIMIT ?3";
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_rows *rows = NULL;
        int64_t last = t->told;
        int r = bh_db_ask(db, sql, BH_ARGS(bh_arg_int(t->told), bh_arg_int(to), bh_arg_int(BH_LIMIT_TELL)), &rows, err);

        for (unsigned n = 1; r >= 0 && (r = bh_rows_next(rows, err)) > 0; n++) {
                bh_buf_clear(&out);
                put_alert(rows, &out);
                bh_manage_live(t->manage, "alerts", bh_str_trim(bh_buf_str(&out)));
                last = n < BH_LIMIT_TELL ? to : bh_rows_int(rows, 0);
        }
        bh_rows_done(&rows);
        if (r < 0 || last >= to || last == t->told)
                return r < 0 ? r : 0;
        bh_buf_clear(&out);
        bh_buf_printf(&out, "{\"more\":%lld,\"last_id\":%lld}", (long long) (to - last), (long long) to);
        bh_manage_live(t->manage, "alerts", bh_buf_str(&out));
        return 0;
}

int bh_incident_json(struct bh_db *db, int64_t id, struct bh_buf *out, struct bh_err *err) {
        static const char sql[] = "SELECT i.title, i.level, i.status, i.host_id, h.name, i.container_id, c.name, i.image_id, c.image_ref, c.namespace, i.assignee, i.first_ms, i.last_ms, "
                                  "i.updated_ms, i.n_alerts, i.tactics, i.techniques FROM incident i LEFT JOIN host h ON h.id = i.host_id "
                                  "LEFT JOIN container c ON c.id = i.container_id WHERE i.id = ?1";
        static const char *const texts[] = { "title", NULL, "status", "host_id", "host", "container_id", "container", "image_id", "image", "namespace", "assignee" };
        static const char *const numbers[] = { "first_ms", "last_ms", "updated_ms", "n_alerts" };
        struct bh_json_put j = { .out = out, .compact = true };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, BH_ARGS(bh_arg_int(id)), &rows, err);

        if (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_int(&j, "id", id);
                bh_json_put_int(&j, "level", bh_rows_int(rows, 1));
                bh_json_put_cstr(&j, "priority", bh_priority_str((enum bh_priority) bh_rows_int(rows, 1)));
                for (size_t i = 0; i < BH_LEN(texts); i++)
                        if (texts[i])
                                bh_json_put_str(&j, texts[i], bh_rows_text(rows, (int) i));
                for (size_t i = 0; i < BH_LEN(numbers); i++)
                        bh_json_put_int(&j, numbers[i], bh_rows_int(rows, (int) (BH_LEN(texts) + i)));
                bh_json_put_raw(&j, "tactics", bh_rows_text(rows, 15));
                bh_json_put_raw(&j, "techniques", bh_rows_text(rows, 16));
                bh_json_put_close(&j);
                out->len--;
        }
        bh_rows_done(&rows);
        return r;
}

void bh_incident_tell(const struct bh_manage *m, struct bh_db *db, int64_t id) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        if (bh_incident_json(db, id, &out, NULL) > 0)
                bh_manage_live(m, "incidents", bh_buf_str(&out));
}

static int tell_incidents(struct bh_teller *t, struct bh_db *db, int64_t to, struct bh_err *err) {
        int64_t ids[BH_LIMIT_TELL];
        struct bh_rows *rows = NULL;
        size_t n = 0;
        int r = bh_db_ask(db, "SELECT DISTINCT incident_id FROM alert WHERE id > ?1 AND id <= ?2 AND incident_id IS NOT NULL LIMIT ?3",
                          BH_ARGS(bh_arg_int(t->told), bh_arg_int(to), bh_arg_int(BH_LIMIT_TELL)), &rows, err);

        while (r >= 0 && n < BH_LEN(ids) && (r = bh_rows_next(rows, err)) > 0)
                ids[n++] = bh_rows_int(rows, 0);
        bh_rows_done(&rows);
        for (size_t i = 0; r >= 0 && i < n; i++)
                bh_incident_tell(t->manage, db, ids[i]);
        return r < 0 ? r : 0;
}

/* ---- the thread ---- */

static int newest(struct bh_db *db, int64_t *ret, struct bh_err *err) {
        return bh_db_number(db, "SELECT COALESCE(MAX(id), 0) FROM alert", BH_NO_ARGS, ret, err);
}

static int turn(struct bh_teller *t, struct bh_err *err) {
        struct bh_store *store = bh_manage_opts(t->manage)->store;
        struct bh_db *db = NULL;
        int64_t to = 0;
        int r = bh_store_borrow(store, &db, err);

        if (r < 0)
                return r;
        r = newest(db, &to, err);
        if (r >= 0 && to > t->told) {
                r = tell_alerts(t, db, to, err);
                r = r < 0 ? r : tell_incidents(t, db, to, err);
        }
        bh_store_give_back(store, &db);
        if (r >= 0)
                atomic_store(&t->told, to); /* also back, when all of them were deleted */
        return r < 0 ? r : 0;
}

static void wait_ms(struct bh_teller *t, int64_t ms) {
        struct timespec until;

        (void) clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += ms % 1000 * 1000000;
        until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        (void) pthread_cond_timedwait(&t->wake, &t->lock, &until);
}

/* Sleeps until somebody writes; then looks in every turn until what was promised is there, or will not come. */
static void *run(void *user) {
        struct bh_teller *t = user;
        unsigned idle = 0;

        (void) pthread_mutex_lock(&t->lock);
        while (!t->ending) {
                int64_t expected = t->expected;

                if (expected <= t->told || idle > IDLE_TURNS) {
                        t->expected = t->told;
                        idle = 0;
                        (void) pthread_cond_wait(&t->wake, &t->lock);
                        continue;
                }
                (void) pthread_mutex_unlock(&t->lock);
                idle = turn(t, NULL) < 0 || t->told < expected ? idle + 1 : 0;
                (void) pthread_mutex_lock(&t->lock);
                if (!t->ending)
                        wait_ms(t, TURN_MS);
        }
        (void) pthread_mutex_unlock(&t->lock);
        return NULL;
}

static void init_lock(struct bh_teller *t) {
        pthread_condattr_t how;

        (void) pthread_mutex_init(&t->lock, NULL);
        (void) pthread_condattr_init(&how);
        (void) pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&t->wake, &how);
        (void) pthread_condattr_destroy(&how);
}

int bh_teller_open(struct bh_manage *m, struct bh_teller **ret, struct bh_err *err) {
        struct bh_store *store = bh_manage_opts(m)->store;
        struct bh_db *db = NULL;
        struct bh_teller *t;
        int64_t told = 0;
        int r = bh_store_borrow(store, &db, err);

        if (r < 0)
                return r;
        r = newest(db, &told, err);
        bh_store_give_back(store, &db);
        if (r < 0)
                return r;
        t = calloc(1, sizeof *t);
        if (!t)
                bh_nomem(sizeof *t);
        *t = (struct bh_teller){ .manage = m, .told = told, .expected = told };
        init_lock(t);
        if (pthread_create(&t->thread, NULL, run, t) != 0) {
                free(t);
                return bh_fail(err, BH_E_NOMEM, "no further thread");
        }
        *ret = t;
        return 0;
}

void bh_teller_wake(struct bh_teller *t, int64_t alert_id) {
        (void) pthread_mutex_lock(&t->lock);
        if (t->expected < alert_id) {
                if (t->expected <= t->told)
                        (void) pthread_cond_signal(&t->wake);
                t->expected = alert_id;
        }
        (void) pthread_mutex_unlock(&t->lock);
}

void bh_teller_close(struct bh_teller **teller) {
        struct bh_teller *t = *teller;

        *teller = NULL;
        if (!t)
                return;
        (void) pthread_mutex_lock(&t->lock);
        t->ending = true;
        (void) pthread_cond_signal(&t->wake);
        (void) pthread_mutex_unlock(&t->lock);
        (void) pthread_join(t->thread, NULL);
        (void) pthread_cond_destroy(&t->wake);
        (void) pthread_mutex_destroy(&t->lock);
        free(t);
}
