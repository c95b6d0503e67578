/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_STORE_CONN_H
#define BH_STORE_CONN_H
/*
 * Connections as the store itself handles them: opened, closed, given a time
 * within which a question must be answered. Whoever only asks needs db.h.
 */
#include "store/db.h"

enum {
        BH_DB_WRITE = 1, /* else nothing can be changed through it */
        BH_DB_MAKE = 2,  /* the file may be new */
};

int bh_db_open(const char *path, unsigned how, struct bh_db **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_db_close(struct bh_db **db);

/* Several statements without arguments, as a file of the schema has them. */
int bh_db_script(struct bh_db *db, const char *sql, struct bh_err *err) BH_MUST_CHECK;
/* False again when a failure was so grave that the engine gave the whole transaction up. */
bool bh_db_in_transaction(const struct bh_db *db);
/* Ends what somebody began to read and did not finish. */
void bh_db_rest(struct bh_db *db);
/* A statement that works longer fails with TIMEOUT; 0: no end. */
uint64_t bh_db_limit_ms(struct bh_db *db, uint64_t ms); /* returns what it was */
/* A statement under way fails with TIMEOUT as soon as `stop` says true. */
void bh_db_stop_when(struct bh_db *db, bool (*stop)(void *user), void *user);
/* Reads it page by page (`whole`: and compares its indexes with its tables). FORMAT: the first thing that is not as it should be. */
int bh_db_look(struct bh_db *db, bool whole, struct bh_err *err) BH_MUST_CHECK;
/* All pages as they are at this moment, into a new file, on the disk when this returns. */
int bh_db_copy(struct bh_db *db, const char *path, struct bh_err *err) BH_MUST_CHECK;

#endif
