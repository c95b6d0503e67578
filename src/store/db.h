/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_STORE_DB_H
#define BH_STORE_DB_H
/*
 * A connection to the database, in the SQL that SQLite and PostgreSQL share:
 * whoever writes a query here writes it once. sqlite.c is the engine of today.
 *
 *     struct bh_rows *rows = NULL;
 *     int r = bh_db_ask(db, "SELECT id, name FROM host WHERE seen_ms > ?1", BH_ARGS(bh_arg_int(since)), &rows, err);
 *
 *     while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
 *             add(bh_rows_text(rows, 0), bh_rows_text(rows, 1));
 *     bh_rows_done(&rows);
 *
 * Statements are prepared once a connection and kept by their text, so SQL is
 * constant text with ?1, ?2; nothing of a user is ever pasted into it.
 * A connection belongs to one thread at a time (store/store.h hands them out).
 * Errors: IO (the disk, the file), FORMAT (the database itself is broken), LIMIT (disk full), DENIED (a constraint),
 * TIMEOUT (it took longer than BH_LIMIT_QUERY_MS, or another process writes), BUG (the statement).
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct bh_db;
struct bh_rows;

struct bh_arg {
        enum { BH_ARG_NULL, BH_ARG_INT, BH_ARG_REAL, BH_ARG_TEXT, BH_ARG_BLOB } kind;
        int64_t i;
        double d;
        struct bh_str s; /* borrowed until the statement is done */
};

struct bh_args {
        const struct bh_arg *at;
        size_t n;
};

static inline struct bh_arg bh_arg_int(int64_t v) {
        return (struct bh_arg){ .kind = BH_ARG_INT, .i = v };
}
static inline struct bh_arg bh_arg_real(double v) {
        return (struct bh_arg){ .kind = BH_ARG_REAL, .d = v };
}
static inline struct bh_arg bh_arg_text(struct bh_str v) {
        return (struct bh_arg){ .kind = BH_ARG_TEXT, .s = v };
}
static inline struct bh_arg bh_arg_blob(struct bh_str v) {
        return (struct bh_arg){ .kind = BH_ARG_BLOB, .s = v };
}
static inline struct bh_arg bh_arg_null(void) {
        return (struct bh_arg){ .kind = BH_ARG_NULL };
}

#define BH_ARGS(...)                                                                      \
        ((struct bh_args){ (const struct bh_arg[]){ __VA_ARGS__ },                        \
                           sizeof((const struct bh_arg[]){ __VA_ARGS__ }) / sizeof(struct bh_arg) })
#define BH_NO_ARGS ((struct bh_args){ NULL, 0 })

/* Rows to come. */
int bh_db_ask(struct bh_db *db, const char *sql, struct bh_args args, struct bh_rows **ret, struct bh_err *err) BH_MUST_CHECK;
/* 1: a row; 0: the end. */
int bh_rows_next(struct bh_rows *rows, struct bh_err *err) BH_MUST_CHECK;
void bh_rows_done(struct bh_rows **rows);
bool bh_rows_null(const struct bh_rows *rows, int column);
int64_t bh_rows_int(const struct bh_rows *rows, int column);
double bh_rows_real(const struct bh_rows *rows, int column);
struct bh_str bh_rows_text(const struct bh_rows *rows, int column); /* until the next row; "" for NULL */
struct bh_str bh_rows_copy(const struct bh_rows *rows, int column, struct bh_arena *arena);

/* A change; *ret_changed, which may be NULL: how many rows it met. */
int bh_db_run(struct bh_db *db, const char *sql, struct bh_args args, uint64_t *ret_changed, struct bh_err *err) BH_MUST_CHECK;
/* INSERT ... RETURNING id, and every other statement that answers with one number. 1: there was a row; 0: none. */
int bh_db_number(struct bh_db *db, const char *sql, struct bh_args args, int64_t *ret, struct bh_err *err) BH_MUST_CHECK;
/* The same for one text, copied into the arena. */
int bh_db_text(struct bh_db *db, const char *sql, struct bh_args args, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
