/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_STORE_SHELF_H
#define BH_TESTS_STORE_SHELF_H
/* A store in a folder of its own, gone with the test. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/store.h"

struct shelf {
        char dir[64], path[96];
        struct bh_store *store;
};

static inline void shelf_open(struct shelf *s) {
        struct bh_err err = BH_ERR_NONE;

        if (bh_store_open(&(struct bh_store_opts){ .path = s->path }, &s->store, &err) < 0)
                fail_msg("%s", err.text);
}

static inline struct shelf shelf_new(void) {
        struct shelf s = { .dir = "/tmp/bulkhead-store-XXXXXX" };

        assert_non_null(mkdtemp(s.dir));
        (void) snprintf(s.path, sizeof s.path, "%s/server.db", s.dir);
        shelf_open(&s);
        return s;
}

static inline void shelf_done(struct shelf *s) {
        static const char *const names[] = { "", "-wal", "-shm", ".copy", ".part" };
        char name[128];

        bh_store_close(&s->store);
        for (size_t i = 0; i < BH_LEN(names); i++) {
                (void) snprintf(name, sizeof name, "%s%s", s->path, names[i]);
                (void) unlink(name);
        }
        (void) snprintf(name, sizeof name, "%s/secrets.key", s->dir); /* of a manage/ that was opened on it */
        (void) unlink(name);
        assert_int_equal(rmdir(s->dir), 0);
}

static inline int shelf_script_fn(struct bh_db *db, void *user, struct bh_err *err) {
        return bh_db_run(db, user, BH_NO_ARGS, NULL, err);
}

/* One constant statement, written and durable. */
static inline void shelf_do(struct shelf *s, const char *sql) {
        struct bh_err err = BH_ERR_NONE;

        if (bh_store_write(s->store, shelf_script_fn, (void *) (uintptr_t) sql, &err) < 0)
                fail_msg("%s: %s", sql, err.text);
}

static inline int64_t shelf_ask(struct shelf *s, const char *sql) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;
        int64_t v = -1;

        assert_int_equal(bh_store_borrow(s->store, &db, &err), 0);
        if (bh_db_number(db, sql, BH_NO_ARGS, &v, &err) < 0)
                fail_msg("%s: %s", sql, err.text);
        bh_store_give_back(s->store, &db);
        return v;
}

#endif
