/* SPDX-License-Identifier: Apache-2.0 */
#include "store/writer.h"

#include <pthread.h>
#include <stdlib.h>

enum { GROUP_MAX = 256 }; /* jobs of one commit: how many can be made to wait for the slowest among them */

/* On the stack of whoever waits for it. */
struct job {
        bh_store_fn *fn;
        void *user;
        int r;
        struct bh_err err;
        bool done; /* under the lock */
        pthread_cond_t wake;
        struct job *next;
};

struct bh_writer {
        struct bh_db *db;
        pthread_t thread;
        bool running;
        pthread_mutex_t lock;
        pthread_cond_t wake;
        struct job *first, **last; /* under the lock */
        bool ending;               /* under the lock */
};

/* When even that fails, nothing of the group may stay. */
static void undo(struct bh_db *db) {
        if (bh_db_run(db, "ROLLBACK TO job", BH_NO_ARGS, NULL, NULL) < 0)
                BH_IGNORE(bh_db_run(db, "ROLLBACK", BH_NO_ARGS, NULL, NULL));
}

/* What it did stays until the commit, or goes. After a grave failure the whole transaction is gone. */
static void do_job(struct bh_db *db, struct job *j) {
        j->r = bh_db_run(db, "SAVEPOINT job", BH_NO_ARGS, NULL, &j->err);
        if (j->r < 0)
                return;
        j->r = j->fn(db, j->user, &j->err);
        bh_db_rest(db);
        if (j->r >= 0 && !bh_db_in_transaction(db))
                j->r = bh_fail(&j->err, BH_E_BUG, "database: a change ended the transaction it was part of");
        if (j->r < 0 && bh_db_in_transaction(db))
                undo(db);
        if (bh_db_in_transaction(db)) {
                struct bh_err err = BH_ERR_NONE;
                int r = bh_db_run(db, "RELEASE job", BH_NO_ARGS, NULL, &err);

                if (r < 0 && j->r >= 0) {
                        j->r = r;
                        j->err = err;
                }
        }
}

/* Who believed to have succeeded has not. */
static void fail_all(struct job *first, int r, const struct bh_err *why) {
        for (struct job *j = first; j; j = j->next)
                if (j->r >= 0) {
                        j->r = r;
                        j->err = *why;
                }
}

static void do_group(struct bh_db *db, struct job *first) {
        struct bh_err err = BH_ERR_NONE;
        int r = bh_db_run(db, "BEGIN IMMEDIATE", BH_NO_ARGS, NULL, &err);

        for (struct job *j = first; r >= 0 && j; j = j->next) {
                do_job(db, j);
                if (bh_db_in_transaction(db))
                        continue;
                r = j->r; /* the disk is full or broken: what others did before in this group is gone with it */
                err = j->err;
        }
        if (r >= 0)
                r = bh_db_run(db, "COMMIT", BH_NO_ARGS, NULL, &err);
        if (r >= 0)
                return;
        if (bh_db_in_transaction(db))
                BH_IGNORE(bh_db_run(db, "ROLLBACK", BH_NO_ARGS, NULL, NULL));
        fail_all(first, r, &err);
}

/* What waits, at most a group of it; NULL: the end. Under the lock. */
static struct job *take_group(struct bh_writer *w) {
        struct job *first = w->first, **cut = &w->first;

        for (size_t n = 0; *cut && n < GROUP_MAX; n++)
                cut = &(*cut)->next;
        w->first = *cut;
        if (!w->first)
                w->last = &w->first;
        *cut = NULL;
        return first;
}

static void *write_on(void *user) {
        struct bh_writer *w = user;

        (void) pthread_mutex_lock(&w->lock);
        for (;;) {
                struct job *first;

                while (!w->first && !w->ending)
                        (void) pthread_cond_wait(&w->wake, &w->lock);
                if (!w->first)
                        break;
                first = take_group(w);
                (void) pthread_mutex_unlock(&w->lock);
                do_group(w->db, first);
                (void) pthread_mutex_lock(&w->lock);
                for (struct job *j = first, *next; j; j = next) {
                        next = j->next; /* a job that is done is its owner's again */
                        j->done = true;
                        (void) pthread_cond_signal(&j->wake);
                }
        }
        (void) pthread_mutex_unlock(&w->lock);
        return NULL;
}

int bh_writer_run(struct bh_writer *w, bh_store_fn *fn, void *user, struct bh_err *err) {
        struct job j = { .fn = fn, .user = user, .wake = PTHREAD_COND_INITIALIZER };

        if (pthread_equal(pthread_self(), w->thread))
                return bh_fail(err, BH_E_BUG, "database: a change asked for another one and would wait for ever");
        (void) pthread_mutex_lock(&w->lock);
        *w->last = &j;
        w->last = &j.next;
        (void) pthread_cond_signal(&w->wake);
        while (!j.done)
                (void) pthread_cond_wait(&j.wake, &w->lock);
        (void) pthread_mutex_unlock(&w->lock);
        (void) pthread_cond_destroy(&j.wake);
        if (j.r < 0 && err)
                *err = j.err;
        return j.r;
}

int bh_writer_open(struct bh_db *db, struct bh_writer **ret, struct bh_err *err) {
        struct bh_writer *w = calloc(1, sizeof *w);
        int r = 0;

        if (!w)
                bh_nomem(sizeof *w);
        w->db = db;
        w->last = &w->first;
        (void) pthread_mutex_init(&w->lock, NULL);
        (void) pthread_cond_init(&w->wake, NULL);
        if (pthread_create(&w->thread, NULL, write_on, w) != 0)
                r = bh_fail(err, BH_E_NOMEM, "no further thread");
        w->running = r >= 0;
        if (r < 0)
                bh_writer_close(&w);
        else
                *ret = w;
        return r;
}

void bh_writer_close(struct bh_writer **writer) {
        struct bh_writer *w = *writer;

        *writer = NULL;
        if (!w)
                return;
        (void) pthread_mutex_lock(&w->lock);
        w->ending = true;
        (void) pthread_cond_signal(&w->wake);
        (void) pthread_mutex_unlock(&w->lock);
        if (w->running)
                (void) pthread_join(w->thread, NULL);
        bh_db_close(&w->db);
        (void) pthread_cond_destroy(&w->wake);
        (void) pthread_mutex_destroy(&w->lock);
        free(w);
}
