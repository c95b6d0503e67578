/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_STORE_MIGRATE_H
#define BH_STORE_MIGRATE_H
/*
 * The schema, and how a database comes to have it: schema/NNNN-*.sql in order
 * of their numbers, each in a transaction of its own that also notes its name
 * and digest, so that a file that was edited after its release is noticed.
 */
#include "store/conn.h"

struct bh_schema {
        int number;
        const char *name;   /* "0001-model" */
        const char *sha256; /* of the file, in hexadecimal */
        const char *sql;
};

/* Made from the files when we are built; ended by a row without a name. */
extern const struct bh_schema bh_schemas[];

/* FORMAT: another program's database, one of a newer version of ours, or one whose schema was changed. */
int bh_migrate(struct bh_db *db, const struct bh_schema *schemas, struct bh_err *err) BH_MUST_CHECK;
/* The same questions without a change: 0 is ours and as new as we, or older. */
int bh_migrate_check(struct bh_db *db, const struct bh_schema *schemas, struct bh_err *err) BH_MUST_CHECK;

#endif
