/* SPDX-License-Identifier: Apache-2.0 */
#include "store/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <sqlite3.h>

#include "base/hash.h"

enum {
        BUSY_MS = 10000,
        KEPT_MAX = 192,       /* statements of a connection that stay prepared */
        BUCKETS = 64,
        OPS_A_LOOK = 20000,   /* steps of SQLite's machine between two looks at the clock */
        COPY_PAGES = 2048,    /* a turn of a backup */
};

/* A statement; also the rows it gives while it is busy. */
struct bh_rows {
        struct bh_db *db;
        sqlite3_stmt *stmt;
        struct bh_rows *next; /* of its bucket */
        uint64_t hash, used;
        bool busy, kept;
};

struct bh_db {
        sqlite3 *sql;
        struct bh_rows *kept[BUCKETS];
        size_t n_kept;
        uint64_t turn;             /* grows with every question: who was used last */
        uint64_t limit_ms, end_ms; /* of the statement that runs now */
        bool (*stop)(void *user);
        void *user;
};

static const struct {
        int sqlite, code;
} codes[] = {
        { SQLITE_CORRUPT, BH_E_FORMAT }, { SQLITE_NOTADB, BH_E_FORMAT },  { SQLITE_FULL, BH_E_LIMIT },      { SQLITE_TOOBIG, BH_E_LIMIT },
        { SQLITE_CONSTRAINT, BH_E_DENIED }, { SQLITE_BUSY, BH_E_TIMEOUT }, { SQLITE_INTERRUPT, BH_E_TIMEOUT }, { SQLITE_IOERR, BH_E_IO },
        { SQLITE_CANTOPEN, BH_E_IO },    { SQLITE_READONLY, BH_E_IO },    { SQLITE_PERM, BH_E_IO },         { SQLITE_PROTOCOL, BH_E_IO },
};

static int code_of(int sqlite) {
        for (size_t i = 0; i < BH_LEN(codes); i++)
                if (codes[i].sqlite == (sqlite & 0xff))
                        return codes[i].code;
        return BH_E_BUG;
}

static int sql_fail(sqlite3 *sql, struct bh_err *err) {
        int got = sqlite3_extended_errcode(sql), r;

        if ((got & 0xff) == SQLITE_NOMEM)
                bh_nomem(0);
        if ((got & 0xff) == SQLITE_IOERR && sqlite3_system_errno(sql) == ENOSPC)
                return bh_fail(err, BH_E_LIMIT, "database: the disk is full");
        r = code_of(got);
        (void) bh_fail(err, r, "database: %s", got == SQLITE_INTERRUPT ? "the question took too long" : sqlite3_errmsg(sql));
        if (err && r == BH_E_IO)
                err->sys = sqlite3_system_errno(sql);
        return bh_negative(r);
}

static uint64_t clock_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
        return (uint64_t) t.tv_sec * 1000 + (uint64_t) t.tv_nsec / 1000000;
}

static int is_over(void *user) {
        const struct bh_db *db = user;

        return (db->limit_ms && clock_ms() > db->end_ms) || (db->stop && db->stop(db->user));
}

static void look_at_times(struct bh_db *db) {
        bool any = db->limit_ms || db->stop;

        sqlite3_progress_handler(db->sql, any ? OPS_A_LOOK : 0, any ? is_over : NULL, db);
}

uint64_t bh_db_limit_ms(struct bh_db *db, uint64_t ms) {
        uint64_t was = db->limit_ms;

        db->limit_ms = ms;
        db->end_ms = clock_ms() + ms;
        look_at_times(db);
        return was;
}

void bh_db_stop_when(struct bh_db *db, bool (*stop)(void *user), void *user) {
        db->stop = stop;
        db->user = user;
        look_at_times(db);
}

static const char *set_up(unsigned how) {
        if (!(how & BH_DB_WRITE))
                return "PRAGMA query_only=ON; PRAGMA cache_size=-8000;";
        return "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF; PRAGMA recursive_triggers=ON; PRAGMA wal_autocheckpoint=4000;"
               "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-32000;";
}

int bh_db_open(const char *path, unsigned how, struct bh_db **ret, struct bh_err *err) {
        int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READWRITE | (how & BH_DB_MAKE ? SQLITE_OPEN_CREATE : 0);
        struct bh_db *db = calloc(1, sizeof *db);
        int r;

        if (!db)
                bh_nomem(sizeof *db);
        r = sqlite3_open_v2(path, &db->sql, flags, NULL) == SQLITE_OK ? 0 : sql_fail(db->sql, err);
        if (r >= 0) {
                (void) sqlite3_busy_timeout(db->sql, BUSY_MS);
                (void) sqlite3_db_config(db->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
                (void) sqlite3_db_config(db->sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
                r = bh_db_script(db, set_up(how), err);
        }
        if (r < 0)
                bh_db_close(&db);
        else
                *ret = db;
        return r;
}

static void forget(struct bh_rows *s) {
        (void) sqlite3_finalize(s->stmt);
        free(s);
}

void bh_db_close(struct bh_db **db) {
        if (!*db)
                return;
        for (size_t i = 0; i < BUCKETS; i++)
                for (struct bh_rows *s = (*db)->kept[i], *next; s; s = next) {
                        next = s->next;
                        forget(s);
                }
        (void) sqlite3_close((*db)->sql);
        free(*db);
        *db = NULL;
}

int bh_db_script(struct bh_db *db, const char *sql, struct bh_err *err) {
        db->end_ms = clock_ms() + db->limit_ms;
        return sqlite3_exec(db->sql, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : sql_fail(db->sql, err);
}

bool bh_db_in_transaction(const struct bh_db *db) {
        return !sqlite3_get_autocommit(db->sql);
}

static struct bh_rows *find_kept(struct bh_db *db, const char *sql, uint64_t hash) {
        for (struct bh_rows *s = db->kept[hash % BUCKETS]; s; s = s->next)
                if (s->hash == hash && !s->busy && strcmp(sqlite3_sql(s->stmt), sql) == 0)
                        return s;
        return NULL;
}

/* Of those nobody reads from, the one that was not used for longest. */
static void forget_oldest(struct bh_db *db) {
        struct bh_rows **oldest = NULL, *s;

        for (size_t i = 0; i < BUCKETS; i++)
                for (struct bh_rows **at = &db->kept[i]; *at; at = &(*at)->next)
                        if (!(*at)->busy && (!oldest || (*at)->used < (*oldest)->used))
                                oldest = at;
        if (!oldest)
                return;
        s = *oldest;
        *oldest = s->next;
        db->n_kept--;
        forget(s);
}

/* NULL: *ret_code says why. */
static struct bh_rows *prepare(struct bh_db *db, const char *sql, uint64_t hash, int *ret_code, struct bh_err *err) {
        struct bh_rows *s;
        sqlite3_stmt *stmt = NULL;

        if (sqlite3_prepare_v3(db->sql, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK)
                *ret_code = sql_fail(db->sql, err);
        else if (!stmt)
                *ret_code = bh_fail(err, BH_E_BUG, "database: an empty statement");
        if (!stmt)
                return NULL;
        s = calloc(1, sizeof *s);
        if (!s)
                bh_nomem(sizeof *s);
        *s = (struct bh_rows){ .db = db, .stmt = stmt, .hash = hash };
        if (db->n_kept >= KEPT_MAX)
                forget_oldest(db);
        s->next = db->kept[hash % BUCKETS];
        db->kept[hash % BUCKETS] = s;
        db->n_kept++;
        return s;
}

static int bind_one(sqlite3_stmt *stmt, int n, const struct bh_arg *a) {
        const char *at = a->s.at ? a->s.at : "";

        switch (a->kind) {
        case BH_ARG_NULL:
                return sqlite3_bind_null(stmt, n);
        case BH_ARG_INT:
                return sqlite3_bind_int64(stmt, n, a->i);
        case BH_ARG_REAL:
                return sqlite3_bind_double(stmt, n, a->d);
        case BH_ARG_TEXT:
                return sqlite3_bind_text64(stmt, n, at, a->s.len, SQLITE_STATIC, SQLITE_UTF8);
        case BH_ARG_BLOB:
                return sqlite3_bind_blob64(stmt, n, at, a->s.len, SQLITE_STATIC);
        }
        return SQLITE_MISUSE;
}

int bh_db_ask(struct bh_db *db, const char *sql, struct bh_args args, struct bh_rows **ret, struct bh_err *err) {
        uint64_t hash = bh_hash64(bh_str_of(sql));
        struct bh_rows *s = find_kept(db, sql, hash);
        int r = 0;

        if (!s)
                s = prepare(db, sql, hash, &r, err);
        if (!s)
                return r;
        s->used = ++db->turn;
        s->busy = true;
        for (size_t i = 0; i < args.n; i++)
                if (bind_one(s->stmt, (int) i + 1, &args.at[i]) != SQLITE_OK) {
                        r = sql_fail(db->sql, err);
                        bh_rows_done(&s);
                        return r;
                }
        db->end_ms = clock_ms() + db->limit_ms;
        *ret = s;
        return 0;
}

int bh_rows_next(struct bh_rows *rows, struct bh_err *err) {
        int r = sqlite3_step(rows->stmt);

        if (r == SQLITE_ROW)
                return 1;
        return r == SQLITE_DONE ? 0 : sql_fail(rows->db->sql, err);
}

void bh_rows_done(struct bh_rows **rows) {
        if (!*rows)
                return;
        (void) sqlite3_reset((*rows)->stmt);
        (void) sqlite3_clear_bindings((*rows)->stmt);
        (*rows)->busy = false;
        *rows = NULL;
}

void bh_db_rest(struct bh_db *db) {
        for (size_t i = 0; i < BUCKETS; i++)
                for (struct bh_rows *s = db->kept[i]; s; s = s->next) {
                        struct bh_rows *busy = s->busy ? s : NULL;

                        bh_rows_done(&busy);
                }
}

bool bh_rows_null(const struct bh_rows *rows, int column) {
        return sqlite3_column_type(rows->stmt, column) == SQLITE_NULL;
}

int64_t bh_rows_int(const struct bh_rows *rows, int column) {
        return sqlite3_column_int64(rows->stmt, column);
}

double bh_rows_real(const struct bh_rows *rows, int column) {
        return sqlite3_column_double(rows->stmt, column);
}

struct bh_str bh_rows_text(const struct bh_rows *rows, int column) {
        const void *at = sqlite3_column_type(rows->stmt, column) == SQLITE_BLOB ? sqlite3_column_blob(rows->stmt, column)
                                                                                 : (const void *) sqlite3_column_text(rows->stmt, column);

        return at ? (struct bh_str){ at, (size_t) sqlite3_column_bytes(rows->stmt, column) } : BH_STR("");
}

struct bh_str bh_rows_copy(const struct bh_rows *rows, int column, struct bh_arena *arena) {
        return bh_arena_str(arena, bh_rows_text(rows, column));
}

int bh_db_run(struct bh_db *db, const char *sql, struct bh_args args, uint64_t *ret_changed, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, args, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                ;
        if (r >= 0 && ret_changed)
                *ret_changed = (uint64_t) sqlite3_changes64(db->sql);
        return r;
}

int bh_db_number(struct bh_db *db, const char *sql, struct bh_args args, int64_t *ret, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, args, &rows, err);
        int64_t v;

        if (r >= 0)
                r = bh_rows_next(rows, err);
        if (r <= 0)
                return r;
        v = bh_rows_int(rows, 0);
        r = bh_rows_next(rows, err); /* a change counts only when its statement came to its end */
        if (r < 0)
                return r;
        *ret = v;
        return 1;
}

int bh_db_text(struct bh_db *db, const char *sql, struct bh_args args, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, args, &rows, err);
        struct bh_str v;

        if (r >= 0)
                r = bh_rows_next(rows, err);
        if (r <= 0)
                return r;
        v = bh_rows_copy(rows, 0, arena);
        r = bh_rows_next(rows, err);
        if (r < 0)
                return r;
        *ret = v;
        return 1;
}

int bh_db_look(struct bh_db *db, bool whole, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, whole ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)", BH_NO_ARGS, &rows, err);
        struct bh_str said;

        if (r >= 0)
                r = bh_rows_next(rows, err);
        if (r <= 0)
                return r;
        said = bh_rows_text(rows, 0);
        if (bh_str_is(said, "ok"))
                return 0;
        (void) bh_str_cut_prefix(&said, BH_STR("*** in database main ***\n"));
        return bh_fail(err, BH_E_FORMAT, "it is broken: %s", bh_str_quote(said, (char[256]){ 0 }, 256));
}

static int copy_pages(sqlite3 *from, sqlite3 *to, struct bh_err *err) {
        sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
        int r = SQLITE_OK;

        if (!b)
                return sql_fail(to, err);
        while (r == SQLITE_OK)
                r = sqlite3_backup_step(b, COPY_PAGES);
        r = sqlite3_backup_finish(b);
        return r == SQLITE_OK ? 0 : sql_fail(to, err);
}

int bh_db_copy(struct bh_db *db, const char *path, struct bh_err *err) {
        sqlite3 *to = NULL;
        int r;

        if (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK)
                r = sql_fail(to, err);
        else
                r = copy_pages(db->sql, to, err);
        (void) sqlite3_close(to);
        return r;
}
