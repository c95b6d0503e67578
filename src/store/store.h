/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_STORE_STORE_H
#define BH_STORE_STORE_H
/*
 * The server's state. Many threads read at once, each on its own snapshot; one
 * thread writes, and gathers what several ask of it into one commit, so that a
 * thousand agents cost one sync of the disk and not a thousand.
 *
 * The tables are those of store/schema/NNNN-*.sql, applied in order of their
 * numbers when the store is opened; a number once released never changes.
 */
#include "store/db.h"

struct bh_store;

struct bh_store_opts {
        const char *path;   /* of the database file; its folder is made when absent */
        unsigned n_readers; /* connections for readers; 0: a few */
};

/* Makes, or brings up to this program's schema. FORMAT: it is broken, or of a newer program. */
int bh_store_open(const struct bh_store_opts *opts, struct bh_store **ret, struct bh_err *err) BH_MUST_CHECK;
/* Waits until everything asked for is written. */
void bh_store_close(struct bh_store **store);

/* A reader's connection, as it was at one moment until it is given back; waits for one. */
int bh_store_borrow(struct bh_store *store, struct bh_db **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_store_give_back(struct bh_store *store, struct bh_db **db);
/* A borrowed connection looks at what is there now: for whoever wrote, and answers with what came of it. */
int bh_store_refresh(struct bh_db *db, struct bh_err *err) BH_MUST_CHECK;

typedef int bh_store_fn(struct bh_db *db, void *user, struct bh_err *err);

/*
 * Runs fn in the writer's thread and returns when its changes are durable (they survive the loss of power), with
 * what fn returned. When fn fails (< 0), nothing of it stays, and others of the same commit are not touched; but a
 * disk that is full or broken fails all of them. fn must not call bh_store_write.
 */
int bh_store_write(struct bh_store *store, bh_store_fn *fn, void *user, struct bh_err *err) BH_MUST_CHECK;

const char *bh_store_path(const struct bh_store *store);
/* A consistent copy of the running store: whole and on the disk under its name, or not there. It may take its time, nobody waits for it. */
int bh_store_backup(struct bh_store *store, const char *path, struct bh_err *err) BH_MUST_CHECK;
/* The same of a file, whether a server has it open or not. */
int bh_store_copy_file(const char *from, const char *to, struct bh_err *err) BH_MUST_CHECK;
/*
 * Puts a verified copy of `from` in the database's place, or nothing (NULL: the next start makes a new one). What was
 * there is set aside under the name that comes back, never deleted. DENIED: somebody has it open.
 */
int bh_store_restore(const char *path, const char *from, char *ret_aside, size_t size, struct bh_err *err) BH_MUST_CHECK;
/* 0: whole; else FORMAT with the first thing that is not. Also of a file that no store has open. */
int bh_store_verify(const char *path, struct bh_err *err) BH_MUST_CHECK;
/* The same, given up with TIMEOUT when `stop` says true: on a large database it takes its time. */
int bh_store_verify_until(const char *path, bool (*stop)(void *user), void *user, struct bh_err *err) BH_MUST_CHECK;

#endif
