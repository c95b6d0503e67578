/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_SQLITEDB_H
#define BH_FMT_SQLITEDB_H
/*
 * The rows of a table in an SQLite file that lies in memory; no SQL, no locks,
 * no writing (https://www.sqlite.org/fileformat2.html).
 *
 *     page 1: 100 bytes header, then, as every page of a table:
 *     kind u8 (5 inner, 13 leaf) | free u16 | cells u16 | start u16 | fragments u8 | right child u32 (inner)
 *     | cells x offset u16
 *
 *     inner cell: left child u32 | rowid varint
 *     leaf cell:  payload varint | rowid varint | payload, its tail in a chain of pages when it is long
 *
 * Every page belongs to one place, so a walk that has visited more pages than
 * there are goes in a ring, and ends as BH_E_FORMAT. A write-ahead log beside
 * the file is not seen.
 */
#include "base/arena.h"
#include "base/cur.h"
#include "base/err.h"
#include "base/limits.h"

struct bh_sqlitedb {
        struct bh_str bytes;
        uint32_t page_size, usable, n_pages;
};

int bh_sqlitedb_open(struct bh_str bytes, struct bh_sqlitedb *ret, struct bh_err *err) BH_MUST_CHECK;

struct bh_sqlitedb_level {
        uint32_t page;
        uint16_t next, n_cells; /* the cell to read next */
};

struct bh_sqlitedb_rows {
        const struct bh_sqlitedb *db;
        struct bh_arena *arena;
        uint32_t visited;
        unsigned depth;
        struct bh_sqlitedb_level levels[BH_LIMIT_DB_DEPTH];
        char *room; /* where payloads of several pages are put together */
        size_t cap;
};

struct bh_sqlitedb_row {
        int64_t rowid;
        struct bh_str payload; /* good until the next row is read */
};

/* 1: the table is there and its rows can be read; 0: no such table. */
int bh_sqlitedb_table(const struct bh_sqlitedb *db, struct bh_arena *arena, const char *name,
                      struct bh_sqlitedb_rows *ret, struct bh_err *err) BH_MUST_CHECK;
/* 1: a row; 0: the end; < 0: failed, and nothing more can be read. */
int bh_sqlitedb_next(struct bh_sqlitedb_rows *rows, struct bh_sqlitedb_row *ret, struct bh_err *err) BH_MUST_CHECK;

/* The number of that column, by the words the table was made with; -1: there is no such table, or column. */
int bh_sqlitedb_column(const struct bh_sqlitedb *db, struct bh_arena *arena, const char *table, const char *name);

/* The bytes of a text or blob column; false for other kinds, or where there is no such column. */
bool bh_sqlitedb_bytes(const struct bh_sqlitedb_row *row, unsigned column, struct bh_str *ret);
bool bh_sqlitedb_int(const struct bh_sqlitedb_row *row, unsigned column, int64_t *ret);

#endif
