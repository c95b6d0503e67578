/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/integrations.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "fmt/json.h"
#include "manage/outbox.h"
#include "rule/rules.h"

enum { LOOK_MS = 300, FIRST_PAUSE_MS = 1000, LONGEST_PAUSE_MS = 5 * 60 * 1000 };

struct worker {
        struct integrations *all;
        struct bh_arena *arena;
        struct bh_integration what;
        struct bh_sink_config config;
        struct bh_sink *sink;
        struct bh_outbox outbox;
        pthread_t thread;
        atomic_bool stop;
        bool running;
};

struct integrations {
        struct bh_manage *manage;
        pthread_mutex_t reloading; /* one at a time: two of the same integration would begin it twice */
        pthread_mutex_t lock;      /* of the list, and of `wake` */
        pthread_cond_t wake;
        struct worker *workers[BH_LIMIT_INTEGRATIONS];
        size_t n;
};

static struct integrations *part_of(const struct bh_manage *m) {
        return bh_manage_part(m, &bh_part_integrations);
}

static int64_t now_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_REALTIME, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

/* ---- secrets ---- */

static struct bh_str owner_of(struct bh_arena *arena, struct bh_str name) {
        return bh_arena_printf(arena, "integration %.*s", BH_FMT(name));
}

int bh_integration_seal(const struct bh_manage *m, struct bh_str name, struct bh_str secrets, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        return bh_manage_seal(m, owner_of(arena, name), secrets, arena, ret, err);
}

static int unseal(const struct bh_manage *m, struct bh_str name, struct bh_str sealed, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        struct bh_str plain = BH_STR("");
        int r = bh_manage_unseal(m, owner_of(arena, name), sealed, arena, &plain, err);

        if (r < 0)
                return bh_wrap(err, r, "the secrets of %s", BH_QUOTE(name));
        *ret = plain.len ? plain : BH_STR("{}");
        return 0;
}

/* ---- one of them ---- */

static int open_sink(const struct bh_manage *m, struct bh_arena *arena, const struct bh_integration *i, const atomic_bool *stop, struct bh_sink_config *config,
                     struct bh_sink **ret, struct bh_err *err) {
        int r;

        *config = (struct bh_sink_config){ .ops = bh_sink_of(i->kind), .state_dir = bh_manage_opts(m)->state_dir };
        if (!config->ops)
                return bh_fail(err, BH_E_FORMAT, "there is no kind of integration %s", BH_QUOTE(i->kind));
        r = bh_json_parse(arena, i->config, &config->open, err);
        if (r < 0)
                return bh_wrap(err, r, "config");
        r = bh_json_parse(arena, i->secrets, &config->secret, err);
        if (r < 0)
                return bh_wrap(err, r, "secrets");
        if (!bh_doc_is(config->open, BH_DOC_OBJECT) || !bh_doc_is(config->secret, BH_DOC_OBJECT))
                return bh_fail(err, BH_E_FORMAT, "config and secrets must be objects");
        r = bh_sink_check(config, err);
        return r < 0 ? r : config->ops->open(config, stop, ret, err);
}

static int open_filter(const struct bh_integration *i, struct bh_condition **ret, struct bh_err *err) {
        if (i->condition.len && bh_condition_new(&bh_source_alert, i->condition, ret, err) < 0)
                return bh_wrap(err, BH_E_FORMAT, "condition");
        return 0;
}

int bh_integration_check(const struct bh_manage *m, const struct bh_integration *i, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_condition *when = NULL;
        struct bh_sink_config config;
        struct bh_sink *sink = NULL;
        const atomic_bool stop = false;
        int r = open_filter(i, &when, err);

        r = r < 0 ? r : open_sink(m, arena, i, &stop, &config, &sink, err);
        if (sink)
                config.ops->close(&sink);
        if (when)
                bh_condition_free(&when);
        bh_arena_free(&arena);
        return r;
}

int bh_integration_load(const struct bh_manage *m, struct bh_db *db, int64_t id, struct bh_arena *arena, struct bh_integration *ret, struct bh_err *err) {
        static const char sql[] = "SELECT name, kind, enabled, config, secrets, least_level, condition, alerts, findings FROM integration WHERE id = ?1";
        struct bh_integration i = { .id = id };
        struct bh_str sealed = { 0 };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, BH_ARGS(bh_arg_int(id)), &rows, err);

        if (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                i.name = bh_rows_copy(rows, 0, arena);
                i.kind = bh_rows_copy(rows, 1, arena);
                i.enabled = bh_rows_int(rows, 2) != 0;
                i.config = bh_rows_copy(rows, 3, arena);
                sealed = bh_rows_copy(rows, 4, arena);
                i.least_level = (int) bh_rows_int(rows, 5);
                i.condition = bh_rows_copy(rows, 6, arena);
                i.alerts = bh_rows_int(rows, 7) != 0;
                i.findings = (int) bh_rows_int(rows, 8);
        }
        bh_rows_done(&rows);
        if (r <= 0)
                return r;
        r = unseal(m, i.name, sealed, arena, &i.secrets, err);
        if (r < 0)
                return r;
        *ret = i;
        return 1;
}

int bh_integration_test(const struct bh_manage *m, const struct bh_integration *i, int64_t when_ms, struct bh_sink_result *ret, struct bh_err *err) {
        static const struct bh_str tags[] = { BH_STR_INIT("test") };
        struct bh_arena *arena = bh_arena_new();
        const struct bh_stored_alert alert = { .at_ms = when_ms, .taken_ms = when_ms, .agent_id = BH_STR("test"), .epoch = when_ms, .host_name = BH_STR("bulkhead-server"),
                                               .host_id = BH_STR("test"), .rule = BH_STR("Test of an integration"), .source = BH_STR("internal"), .level = 6,
                                               .output = BH_STR("Somebody pressed the button that sends this. Nothing has happened."), .tags = tags, .n_tags = 1 };
        const struct bh_news news = { .alert = &alert, .test = true };
        struct bh_sink_config config;
        struct bh_sink *sink = NULL;
        const atomic_bool stop = false;
        int r = open_sink(m, arena, i, &stop, &config, &sink, err);

        *ret = (struct bh_sink_result){ 0 };
        r = r < 0 ? r : config.ops->send(sink, &news, 1, ret, err);
        if (sink)
                config.ops->close(&sink);
        bh_arena_free(&arena);
        return r < 0 ? r : 0;
}

int bh_integration_deliver(const struct bh_manage *m, const struct bh_integration *i, const struct bh_parcel *parcel, const atomic_bool *stop, struct bh_sink_result *ret,
                           struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_sink_config config;
        struct bh_sink *sink = NULL;
        int r;

        *ret = (struct bh_sink_result){ 0 };
        if (!i->enabled)
                return bh_fail(err, BH_E_FORMAT, "the integration %s is switched off", BH_QUOTE(i->name));
        r = open_sink(m, arena, i, stop, &config, &sink, err);
        if (r < 0)
                return r;
        r = config.ops->deliver ? config.ops->deliver(sink, parcel, ret, err)
                                : bh_fail(err, BH_E_FORMAT, "the integration %s takes no documents: only mail does", BH_QUOTE(i->name));
        config.ops->close(&sink);
        return r;
}

/* ---- its thread ---- */

/* false: it is time to end. */
static bool wait_ms(struct worker *w, int64_t ms) {
        struct timespec until;

        (void) clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += ms % 1000 * 1000000;
        until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        (void) pthread_mutex_lock(&w->all->lock);
        while (!atomic_load(&w->stop) && pthread_cond_timedwait(&w->all->wake, &w->all->lock, &until) == 0)
                ;
        (void) pthread_mutex_unlock(&w->all->lock);
        return !atomic_load(&w->stop);
}

static int read_batch(struct worker *w, struct bh_outbox_batch *batch, struct bh_err *err) {
        struct bh_store *store = bh_manage_opts(w->all->manage)->store;
        struct bh_db *db = NULL;
        int r = bh_store_borrow(store, &db, err);

        r = r < 0 ? r : bh_outbox_read(db, &w->outbox, w->config.ops->at_once, batch, err);
        if (db)
                bh_store_give_back(store, &db);
        return r;
}

/* 1: there may be more; 0: nothing new; < 0: it failed, and is noted. */
static int turn(struct worker *w, struct bh_err *err) {
        struct bh_outbox_batch batch = { .arena = bh_arena_new() };
        struct bh_sink_result result = { 0 };
        struct bh_err why = BH_ERR_NONE;
        int r = read_batch(w, &batch, err), sent = 0;

        if (r > 0 && batch.news.len)
                sent = w->config.ops->send(w->sink, batch.news.at, batch.news.len, &result, &why);
        if (r > 0 && !(sent < 0 && atomic_load(&w->stop) && result.done == 0)) {
                int noted = bh_outbox_note(bh_manage_opts(w->all->manage)->store, &w->outbox, &batch, result.done, result.refused,
                                           sent < 0 ? bh_str_of(why.text) : (struct bh_str){ 0 }, now_ms(), err);

                r = noted < 0 ? noted : r;
        }
        bh_arena_free(&batch.arena);
        return r > 0 && sent < 0 && sent != BH_E_FORMAT ? sent : r;
}

static void *run(void *user) {
        struct worker *w = user;
        int64_t pause = 0;
        int r = 1;

        while (wait_ms(w, r > 0 ? 0 : BH_MAX(pause, LOOK_MS))) {
                r = turn(w, NULL);
                pause = r >= 0 ? 0 : pause ? BH_MIN(pause * 2, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS;
        }
        return NULL;
}

static void worker_free(struct worker **worker) {
        struct worker *w = *worker;

        *worker = NULL;
        if (!w)
                return;
        if (w->running)
                (void) pthread_join(w->thread, NULL);
        if (w->sink)
                w->config.ops->close(&w->sink);
        if (w->outbox.when)
                bh_condition_free(&w->outbox.when);
        bh_arena_free(&w->arena);
        free(w);
}

static int marks_of(struct bh_db *db, int64_t id, struct bh_outbox *o, struct bh_err *err) {
        int r = bh_db_number(db, "SELECT alert_mark FROM integration WHERE id = ?1", BH_ARGS(bh_arg_int(id)), &o->alert_mark, err);

        return r < 0 ? r : bh_db_number(db, "SELECT finding_mark FROM integration WHERE id = ?1", BH_ARGS(bh_arg_int(id)), &o->finding_mark, err);
}

/* What keeps it from beginning, where people look for it. */
static int note_error(struct bh_db *db, void *user, struct bh_err *err) {
        const struct bh_arg *args = user;

        return bh_db_run(db, "UPDATE integration SET last_error = ?2, last_error_ms = ?3, n_failures = n_failures + 1 WHERE id = ?1", (struct bh_args){ args, 3 }, NULL,
                         err);
}

static int worker_open(struct integrations *all, struct bh_db *db, int64_t id, struct worker **ret, struct bh_err *err) {
        struct worker *w = calloc(1, sizeof *w);
        int r;

        if (!w)
                bh_nomem(sizeof *w);
        w->all = all;
        w->arena = bh_arena_new();
        r = bh_integration_load(all->manage, db, id, w->arena, &w->what, err);
        if (r > 0 && w->what.enabled) {
                w->outbox = (struct bh_outbox){ .integration = id, .what = &w->what };
                r = open_filter(&w->what, &w->outbox.when, err);
                r = r < 0 ? r : marks_of(db, id, &w->outbox, err);
                r = r < 0 ? r : open_sink(all->manage, w->arena, &w->what, &w->stop, &w->config, &w->sink, err);
        }
        if (r < 0 || !w->sink) {
                worker_free(&w);
                return r < 0 ? r : 0;
        }
        if (pthread_create(&w->thread, NULL, run, w) != 0) {
                worker_free(&w);
                return bh_fail(err, BH_E_NOMEM, "no further thread");
        }
        w->running = true;
        *ret = w;
        return 1;
}

/* ---- all of them ---- */

static struct worker *take_out(struct integrations *all, int64_t id) {
        struct worker *w = NULL;

        (void) pthread_mutex_lock(&all->lock);
        for (size_t i = 0; i < all->n && !w; i++)
                if (all->workers[i]->what.id == id) {
                        w = all->workers[i];
                        all->workers[i] = all->workers[--all->n];
                        atomic_store(&w->stop, true);
                }
        (void) pthread_cond_broadcast(&all->wake);
        (void) pthread_mutex_unlock(&all->lock);
        return w;
}

static void begin(struct integrations *all, struct bh_db *db, int64_t id) {
        struct bh_err err = BH_ERR_NONE;
        struct worker *w = NULL;
        int r = worker_open(all, db, id, &w, &err);

        if (r < 0) {
                struct bh_arg args[] = { bh_arg_int(id), bh_arg_text(bh_str_of(err.text)), bh_arg_int(now_ms()) };

                BH_IGNORE(bh_store_write(bh_manage_opts(all->manage)->store, note_error, args, NULL));
        }
        if (!w)
                return;
        (void) pthread_mutex_lock(&all->lock);
        if (all->n < BH_LEN(all->workers))
                all->workers[all->n++] = BH_TAKE(w);
        else
                atomic_store(&w->stop, true);
        (void) pthread_mutex_unlock(&all->lock);
        worker_free(&w);
}

void bh_integrations_reload(const struct bh_manage *m, int64_t id) {
        struct integrations *all = part_of(m);
        struct bh_store *store = bh_manage_opts(m)->store;
        struct worker *old;
        struct bh_db *db = NULL;

        if (!all)
                return;
        (void) pthread_mutex_lock(&all->reloading);
        old = take_out(all, id);
        worker_free(&old);
        if (bh_store_borrow(store, &db, NULL) >= 0) {
                begin(all, db, id);
                bh_store_give_back(store, &db);
        }
        (void) pthread_mutex_unlock(&all->reloading);
}

static int begin_all(struct integrations *all, struct bh_err *err) {
        struct bh_store *store = bh_manage_opts(all->manage)->store;
        int64_t ids[BH_LIMIT_INTEGRATIONS];
        struct bh_rows *rows = NULL;
        struct bh_db *db = NULL;
        size_t n = 0;
        int r = bh_store_borrow(store, &db, err);

        if (r < 0)
                return r;
        r = bh_db_ask(db, "SELECT id FROM integration WHERE enabled = 1 ORDER BY id", BH_NO_ARGS, &rows, err);
        while (r >= 0 && n < BH_LEN(ids) && (r = bh_rows_next(rows, err)) > 0)
                ids[n++] = bh_rows_int(rows, 0);
        bh_rows_done(&rows);
        for (size_t i = 0; r >= 0 && i < n; i++)
                begin(all, db, ids[i]);
        bh_store_give_back(store, &db);
        return r < 0 ? r : 0;
}

static void close_part(void **part) {
        struct integrations *all = *part;

        *part = NULL;
        (void) pthread_mutex_lock(&all->lock);
        for (size_t i = 0; i < all->n; i++)
                atomic_store(&all->workers[i]->stop, true);
        (void) pthread_cond_broadcast(&all->wake);
        (void) pthread_mutex_unlock(&all->lock);
        while (all->n > 0)
                worker_free(&all->workers[--all->n]);
        (void) pthread_cond_destroy(&all->wake);
        (void) pthread_mutex_destroy(&all->lock);
        (void) pthread_mutex_destroy(&all->reloading);
        free(all);
}

static int open_part(struct bh_manage *m, void **ret, struct bh_err *err) {
        struct integrations *all = calloc(1, sizeof *all);
        pthread_condattr_t how;
        int r;

        if (!all)
                bh_nomem(sizeof *all);
        all->manage = m;
        (void) pthread_mutex_init(&all->reloading, NULL);
        (void) pthread_mutex_init(&all->lock, NULL);
        (void) pthread_condattr_init(&how);
        (void) pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&all->wake, &how);
        (void) pthread_condattr_destroy(&how);
        *ret = all;
        r = begin_all(all, err);
        if (r < 0)
                close_part(ret);
        return r;
}

const struct bh_manage_part bh_part_integrations = { .name = "integrations", .open = open_part, .close = close_part };
