/* SPDX-License-Identifier: Apache-2.0 */
#include "store/cache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>


enum { BUSY_MS = 10000, PIECE = 1 << 20 };

struct bh_cache {
        sqlite3 *db;
        sqlite3_stmt *get, *put, *touch;
};

/* FORMAT: the file itself is broken. */
static int sql_fail(sqlite3 *db, const char *what, struct bh_err *err) {
        int code = db ? sqlite3_errcode(db) : SQLITE_NOMEM;

        return bh_fail(err, code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? BH_E_FORMAT : BH_E_IO, "cache: %s: %s", what, db ? sqlite3_errmsg(db) : "out of memory");
}

static void make_folders(const char *path) {
        char dir[4096];

        (void) snprintf(dir, sizeof dir, "%s", path);
        for (char *p = dir + 1; *p; p++)
                if (*p == '/') {
                        *p = '\0';
                        (void) mkdir(dir, 0700);
                        *p = '/';
                }
}

static int set_up(struct bh_cache *c, struct bh_err *err) {
        static const char schema[] = "PRAGMA page_size=32768; PRAGMA mmap_size=1073741824; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                                     "DROP TABLE IF EXISTS kept;" /* of an older version */
                                     "CREATE TABLE IF NOT EXISTS entry(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, used INTEGER, bytes BLOB);";
        static const struct {
                const char *sql;
                size_t at;
        } statements[] = {
                { "SELECT id, used < unixepoch() - 86400 FROM entry WHERE key=?1", offsetof(struct bh_cache, get) },
                { "INSERT OR REPLACE INTO entry(key, used, bytes) VALUES(?1, unixepoch(), ?2)", offsetof(struct bh_cache, put) },
                { "UPDATE entry SET used=unixepoch() WHERE key=?1", offsetof(struct bh_cache, touch) },
        };

        (void) sqlite3_busy_timeout(c->db, BUSY_MS);
        if (sqlite3_exec(c->db, schema, NULL, NULL, NULL) != SQLITE_OK)
                return sql_fail(c->db, "set up", err);
        for (size_t i = 0; i < BH_LEN(statements); i++)
                if (sqlite3_prepare_v2(c->db, statements[i].sql, -1, (sqlite3_stmt **) (void *) ((char *) c + statements[i].at), NULL) != SQLITE_OK)
                        return sql_fail(c->db, "prepare", err);
        return 0;
}

static int try_open(const char *path, struct bh_cache **ret, struct bh_err *err) {
        struct bh_cache *c = calloc(1, sizeof *c);
        int r;

        if (!c)
                bh_nomem(sizeof *c);
        if (sqlite3_open_v2(path, &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, NULL) != SQLITE_OK)
                r = sql_fail(c->db, path, err);
        else
                r = set_up(c, err);
        if (r < 0)
                bh_cache_close(&c);
        else
                *ret = c;
        return r;
}

static bool is_broken(const char *path) {
        char head[16] = { 0 };
        FILE *f = fopen(path, "rb");
        size_t n = f ? fread(head, 1, sizeof head, f) : 0;

        if (f)
                (void) fclose(f);
        return n > 0 && memcmp(head, "SQLite format 3", 16) != 0;
}

/* With what SQLite keeps beside it, which belongs to the old file. */
static int set_aside(const char *path, struct bh_err *err) {
        static const char *const beside[] = { "-wal", "-shm" };
        char name[4096];

        for (size_t i = 0; i < BH_LEN(beside); i++) {
                (void) snprintf(name, sizeof name, "%s%s", path, beside[i]);
                (void) unlink(name);
        }
        (void) snprintf(name, sizeof name, "%s.broken", path);
        return rename(path, name) < 0 ? bh_fail_sys(err, errno, "cache: %s", path) : 0;
}

int bh_cache_open(const char *path, struct bh_cache **ret, struct bh_err *err) {
        int r = 0;

        make_folders(path);
        if (is_broken(path))
                r = set_aside(path, err);
        if (r >= 0)
                r = try_open(path, ret, err);
        if (r != BH_E_FORMAT)
                return r;
        r = set_aside(path, err); /* it began well */
        return r < 0 ? r : try_open(path, ret, err);
}

void bh_cache_close(struct bh_cache **cache) {
        if (!*cache)
                return;
        (void) sqlite3_finalize((*cache)->get);
        (void) sqlite3_finalize((*cache)->put);
        (void) sqlite3_finalize((*cache)->touch);
        (void) sqlite3_close((*cache)->db);
        free(*cache);
        *cache = NULL;
}

static void touch(struct bh_cache *c, struct bh_str key) {
        (void) sqlite3_bind_text(c->touch, 1, key.at, (int) key.len, SQLITE_STATIC);
        (void) sqlite3_step(c->touch);
        (void) sqlite3_reset(c->touch);
}

/* Straight into the arena: a column of a result would be put together in memory of SQLite's first. */
static int read_blob(struct bh_cache *c, sqlite3_int64 id, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        sqlite3_blob *blob = NULL;
        int r = sqlite3_blob_open(c->db, "main", "entry", "bytes", id, 0, &blob);

        if (r == SQLITE_OK) {
                int n = sqlite3_blob_bytes(blob);
                char *bytes = bh_arena_alloc(arena, (size_t) n + 1); /* aligned, as what is read in place must be */

                r = sqlite3_blob_read(blob, bytes, n, 0);
                if (r == SQLITE_OK)
                        *ret = (struct bh_str){ bytes, (size_t) n };
        }
        if (r != SQLITE_OK)
                r = sql_fail(c->db, "read", err);
        (void) sqlite3_blob_close(blob);
        return r < 0 ? r : 1;
}

int bh_cache_get(struct bh_cache *cache, struct bh_str key, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        bool old = false;
        int r;

        (void) sqlite3_bind_text(cache->get, 1, key.at, (int) key.len, SQLITE_STATIC);
        r = sqlite3_step(cache->get);
        if (r == SQLITE_ROW) { /* the statement is still under way, so that nobody can take the row away meanwhile */
                old = sqlite3_column_int(cache->get, 1);
                r = read_blob(cache, sqlite3_column_int64(cache->get, 0), arena, ret, err);
        } else
                r = r == SQLITE_DONE ? 0 : sql_fail(cache->db, "read", err);
        (void) sqlite3_reset(cache->get);
        if (r > 0 && old)
                touch(cache, key);
        return r;
}

static int insert(struct bh_cache *c, struct bh_str key, struct bh_str bytes, bool empty) {
        int r;

        (void) sqlite3_bind_text(c->put, 1, key.at, (int) key.len, SQLITE_STATIC);
        if (empty)
                (void) sqlite3_bind_zeroblob64(c->put, 2, bytes.len);
        else
                (void) sqlite3_bind_blob64(c->put, 2, bytes.at, bytes.len, SQLITE_STATIC);
        r = sqlite3_step(c->put);
        (void) sqlite3_reset(c->put);
        (void) sqlite3_clear_bindings(c->put);
        return r == SQLITE_DONE ? SQLITE_OK : r;
}

/* SQLite would put a whole row together in memory first: a large one is made empty and filled in place. */
static int insert_large(struct bh_cache *c, struct bh_str key, struct bh_str bytes) {
        sqlite3_blob *blob = NULL;
        int r = sqlite3_exec(c->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

        if (r != SQLITE_OK)
                return r;
        r = insert(c, key, bytes, true);
        if (r == SQLITE_OK)
                r = sqlite3_blob_open(c->db, "main", "entry", "bytes", sqlite3_last_insert_rowid(c->db), 1, &blob);
        for (size_t at = 0; r == SQLITE_OK && at < bytes.len; at += PIECE)
                r = sqlite3_blob_write(blob, bytes.at + at, (int) BH_MIN(bytes.len - at, (size_t) PIECE), (int) at);
        (void) sqlite3_blob_close(blob);
        if (r == SQLITE_OK)
                r = sqlite3_exec(c->db, "COMMIT", NULL, NULL, NULL);
        if (r != SQLITE_OK)
                (void) sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
        return r;
}

int bh_cache_put(struct bh_cache *cache, struct bh_str key, struct bh_str bytes, struct bh_err *err) {
        int r;

        if (bytes.len > INT32_MAX)
                return bh_fail(err, BH_E_LIMIT, "cache: an entry of %zu bytes", bytes.len);
        r = bytes.len > PIECE ? insert_large(cache, key, bytes) : insert(cache, key, bytes, false);
        return r == SQLITE_OK ? 0 : sql_fail(cache->db, "write", err);
}

/* Bytes of the pages that hold something. */
static int bytes_in_use(struct bh_cache *c, uint64_t *ret, struct bh_err *err) {
        static const char sql[] = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
        sqlite3_stmt *s = NULL;
        int r = sqlite3_prepare_v2(c->db, sql, -1, &s, NULL);

        if (r == SQLITE_OK)
                r = sqlite3_step(s);
        if (r == SQLITE_ROW)
                *ret = (uint64_t) sqlite3_column_int64(s, 0);
        (void) sqlite3_finalize(s);
        return r == SQLITE_ROW ? 0 : sql_fail(c->db, "size", err);
}

int bh_cache_trim(struct bh_cache *cache, uint64_t max_bytes, struct bh_err *err) {
        uint64_t used = 0;
        char sql[400];
        int r = bytes_in_use(cache, &used, err);

        if (r < 0 || used <= max_bytes)
                return r;
        (void) snprintf(sql, sizeof sql,
                        "DELETE FROM entry WHERE key IN (SELECT key FROM (SELECT key, sum(length(bytes)) OVER (ORDER BY used DESC, key) AS total"
                        " FROM entry) WHERE total > %llu)",
                        (unsigned long long) max_bytes);
        return sqlite3_exec(cache->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : sql_fail(cache->db, "trim", err);
}
