/* SPDX-License-Identifier: Apache-2.0 */
#include "store/migrate.h"

#include <stdio.h>
#include <time.h>

#define OURS 0x62687376 /* "bhsv": what file(1) and we know a database of ours by */

static int64_t now_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_REALTIME, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static int is_ours(struct bh_db *db, bool *ret_empty, struct bh_err *err) {
        int64_t id = 0, n = 0;
        int r = bh_db_number(db, "PRAGMA application_id", BH_NO_ARGS, &id, err);

        if (r >= 0)
                r = bh_db_number(db, "SELECT count(*) FROM sqlite_master", BH_NO_ARGS, &n, err);
        if (r < 0)
                return r;
        if (id != OURS && n > 0)
                return bh_fail(err, BH_E_FORMAT, "it is another program's database");
        *ret_empty = n == 0;
        return 0;
}

static int found(struct bh_db *db, struct bh_err *err) {
        char sql[320];

        (void) snprintf(sql, sizeof sql,
                        "BEGIN IMMEDIATE; PRAGMA application_id=%d; CREATE TABLE IF NOT EXISTS schema_applied(number INTEGER PRIMARY KEY,"
                        " name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_ms INTEGER NOT NULL); COMMIT",
                        OURS);
        return bh_db_script(db, sql, err);
}

static const struct bh_schema *find(const struct bh_schema *schemas, int64_t number) {
        for (; schemas->name; schemas++)
                if (schemas->number == number)
                        return schemas;
        return NULL;
}

/* Every row of the database must be one of ours. */
static int compare(struct bh_db *db, const struct bh_schema *schemas, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT number, name, sha256 FROM schema_applied ORDER BY number", BH_NO_ARGS, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                const struct bh_schema *s = find(schemas, bh_rows_int(rows, 0));

                if (!s)
                        return bh_fail(err, BH_E_FORMAT, "it was written by a newer bulkhead-server (its schema has %s): use that one, or restore an older backup",
                                       BH_QUOTE(bh_rows_text(rows, 1)));
                if (!bh_str_is(bh_rows_text(rows, 2), s->sha256))
                        return bh_fail(err, BH_E_FORMAT, "its schema %s is not the one this program knows by that number", s->name);
        }
        return r;
}

static int apply(struct bh_db *db, const struct bh_schema *s, struct bh_err *err) {
        int64_t number = 0;
        int r = bh_db_number(db, "SELECT number FROM schema_applied WHERE number=?1", BH_ARGS(bh_arg_int(s->number)), &number, err);

        if (r != 0)
                return r;
        r = bh_db_script(db, "BEGIN IMMEDIATE", err);
        if (r >= 0)
                r = bh_db_script(db, s->sql, err);
        if (r >= 0)
                r = bh_db_run(db, "INSERT INTO schema_applied(number, name, sha256, applied_ms) VALUES(?1, ?2, ?3, ?4)",
                              BH_ARGS(bh_arg_int(s->number), bh_arg_text(bh_str_of(s->name)), bh_arg_text(bh_str_of(s->sha256)), bh_arg_int(now_ms())), NULL, err);
        if (r >= 0)
                r = bh_db_script(db, "COMMIT", err);
        if (r < 0 && bh_db_in_transaction(db))
                BH_IGNORE(bh_db_script(db, "ROLLBACK", NULL));
        return r < 0 ? bh_wrap(err, r, "schema %s", s->name) : r;
}

int bh_migrate_check(struct bh_db *db, const struct bh_schema *schemas, struct bh_err *err) {
        bool empty = false;
        int r = is_ours(db, &empty, err);

        if (r < 0 || empty)
                return r < 0 ? r : bh_fail(err, BH_E_FORMAT, "it is empty");
        return compare(db, schemas, err);
}

int bh_migrate(struct bh_db *db, const struct bh_schema *schemas, struct bh_err *err) {
        bool empty = false;
        int r = is_ours(db, &empty, err);

        if (r >= 0 && empty)
                r = found(db, err);
        if (r >= 0)
                r = compare(db, schemas, err);
        for (; r >= 0 && schemas->name; schemas++)
                r = apply(db, schemas, err);
        return r < 0 ? r : 0;
}
