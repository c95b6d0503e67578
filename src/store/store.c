/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/limits.h"
#include "store/hold.h"
#include "store/migrate.h"
#include "store/writer.h"
#include "sys/fd.h"

enum { READERS = 4, READERS_MAX = 32, BORROW_S = 30, LOOK_MS = 1000 };

struct bh_store {
        char *path;
        int hold; /* of the file, among others */
        struct bh_writer *writer;
        pthread_mutex_t lock;
        pthread_cond_t wake;
        struct bh_db *readers[READERS_MAX]; /* those at home; under the lock */
        unsigned n_readers, n_home;
};

/* The folder is the server's own: nobody else reads what it holds. */
static int make_folders(const char *path, struct bh_err *err) {
        char dir[4096];
        int n = snprintf(dir, sizeof dir, "%s", path);

        if (n < 0 || (size_t) n >= sizeof dir)
                return bh_fail(err, BH_E_USAGE, "the path of the database is too long");
        for (char *p = dir + 1; *p; p++)
                if (*p == '/') {
                        *p = '\0';
                        if (mkdir(dir, 0700) < 0 && errno != EEXIST)
                                return bh_fail_sys(err, errno, "%s", dir);
                        *p = '/';
                }
        return 0;
}

/* A broken page is better found now than by whoever asks for it. Of a large database as much is looked at as the time allows; all of it, once a day. */
static int look_at_pages(struct bh_db *db, struct bh_err *err) {
        int r;

        (void) bh_db_limit_ms(db, LOOK_MS);
        r = bh_db_look(db, false, err);
        (void) bh_db_limit_ms(db, 0);
        return r == BH_E_TIMEOUT ? 0 : r;
}

static int open_writer(struct bh_store *s, struct bh_err *err) {
        struct bh_db *db = NULL;
        int r = bh_db_open(s->path, BH_DB_WRITE | BH_DB_MAKE, &db, err);

        if (r >= 0 && chmod(s->path, 0600) < 0)
                r = bh_fail_sys(err, errno, "chmod");
        if (r >= 0)
                r = look_at_pages(db, err);
        if (r >= 0)
                r = bh_migrate(db, bh_schemas, err);
        if (r < 0)
                bh_db_close(&db);
        return r < 0 ? r : bh_writer_open(db, &s->writer, err);
}

static int open_readers(struct bh_store *s, unsigned n, struct bh_err *err) {
        for (; s->n_readers < n; s->n_readers++) {
                int r = bh_db_open(s->path, 0, &s->readers[s->n_readers], err);

                if (r < 0)
                        return r;
                s->n_home++;
                (void) bh_db_limit_ms(s->readers[s->n_readers], BH_LIMIT_QUERY_MS);
        }
        return 0;
}

static void init_turns(struct bh_store *s) {
        pthread_condattr_t how;

        (void) pthread_mutex_init(&s->lock, NULL);
        (void) pthread_condattr_init(&how);
        (void) pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&s->wake, &how);
        (void) pthread_condattr_destroy(&how);
}

int bh_store_open(const struct bh_store_opts *opts, struct bh_store **ret, struct bh_err *err) {
        struct bh_store *s = calloc(1, sizeof *s);
        int r;

        if (!s || !(s->path = strdup(opts->path)))
                bh_nomem(sizeof *s);
        s->hold = -1;
        init_turns(s);
        r = make_folders(opts->path, err);
        if (r >= 0)
                r = bh_store_hold(s->path, false, &s->hold, err);
        if (r >= 0)
                r = open_writer(s, err);
        if (r >= 0)
                r = open_readers(s, opts->n_readers ? BH_MIN(opts->n_readers, READERS_MAX) : READERS, err);
        if (r < 0) {
                bh_store_close(&s);
                return bh_wrap(err, r, "%s", opts->path);
        }
        *ret = s;
        return 0;
}

void bh_store_close(struct bh_store **store) {
        struct bh_store *s = *store;

        *store = NULL;
        if (!s)
                return;
        for (unsigned i = 0; i < s->n_home; i++)
                bh_db_close(&s->readers[i]);
        bh_writer_close(&s->writer); /* last: it makes one file of the log and the database */
        bh_fd_close(&s->hold);
        (void) pthread_cond_destroy(&s->wake);
        (void) pthread_mutex_destroy(&s->lock);
        free(s->path);
        free(s);
}

/* The connection stays somebody else's while all are out; asking for ever would hang the one who asks. */
static struct bh_db *take_reader(struct bh_store *s) {
        struct timespec until;
        struct bh_db *db = NULL;
        int r = 0;

        (void) clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += BORROW_S;
        (void) pthread_mutex_lock(&s->lock);
        while (s->n_home == 0 && r == 0)
                r = pthread_cond_timedwait(&s->wake, &s->lock, &until);
        if (s->n_home > 0)
                db = s->readers[--s->n_home];
        (void) pthread_mutex_unlock(&s->lock);
        return db;
}

static void bring_home(struct bh_store *s, struct bh_db *db) {
        (void) pthread_mutex_lock(&s->lock);
        s->readers[s->n_home++] = db;
        (void) pthread_cond_signal(&s->wake);
        (void) pthread_mutex_unlock(&s->lock);
}

int bh_store_borrow(struct bh_store *store, struct bh_db **ret, struct bh_err *err) {
        struct bh_db *db = take_reader(store);
        int r;

        if (!db)
                return bh_fail(err, BH_E_TIMEOUT, "the database has been busy for %d seconds", BORROW_S);
        r = bh_db_run(db, "BEGIN", BH_NO_ARGS, NULL, err);
        if (r < 0)
                bring_home(store, db);
        else
                *ret = db;
        return r;
}

static void end_snapshot(struct bh_db *db) {
        bh_db_rest(db);
        if (bh_db_in_transaction(db))
                BH_IGNORE(bh_db_run(db, "ROLLBACK", BH_NO_ARGS, NULL, NULL));
}

void bh_store_give_back(struct bh_store *store, struct bh_db **db) {
        if (!*db)
                return;
        end_snapshot(*db);
        bring_home(store, *db);
        *db = NULL;
}

int bh_store_refresh(struct bh_db *db, struct bh_err *err) {
        end_snapshot(db);
        return bh_db_run(db, "BEGIN", BH_NO_ARGS, NULL, err);
}

int bh_store_write(struct bh_store *store, bh_store_fn *fn, void *user, struct bh_err *err) {
        return bh_writer_run(store->writer, fn, user, err);
}

const char *bh_store_path(const struct bh_store *store) {
        return store->path;
}
