/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_BDB_H
#define BH_FMT_BDB_H
/*
 * Berkeley DB hash files, as rpm's Packages was until 4.16; either byte order.
 *
 *     page 0: lsn 8 | page u32 | magic u32 0x061561 | version u32 | page size u32 | encryption u8 | type u8 | ...
 *             | last page u32 at 32
 *     others: lsn 8 | page u32 | previous u32 | next u32 | entries u16 | free offset u16 | level u8 | type u8
 *     hash page (2, 13): entries x offset u16, by turns a key and a value; an item lies between its own offset
 *             and that of the one before it: kind u8 (1 in place, 3 elsewhere)
 *             | in place: its bytes | elsewhere: unused 3, page u32, bytes u32
 *     overflow page (7): as many bytes as "free offset" says, and on to "next"
 *
 * Pages are read in the order of the file: a bucket's chain needs no following.
 * Every overflow page belongs to one value, so a walk of more pages than there
 * are goes in a ring, and fails.
 */
#include "base/arena.h"
#include "base/cur.h"
#include "base/err.h"

struct bh_bdb {
        struct bh_str bytes;
        struct bh_arena *arena;
        bool big;
        uint32_t page_size, n_pages;
        uint32_t page, visited; /* page: the one being read */
        uint16_t entry, n_entries;
        char *room; /* where values of several pages are put together */
        size_t cap;
};

int bh_bdb_open(struct bh_str bytes, struct bh_arena *arena, struct bh_bdb *ret, struct bh_err *err) BH_MUST_CHECK;
/*
 * 1: a pair, good until the next call; 0: the end; < 0: this one failed, the
 * next may be asked for.
 */
int bh_bdb_next(struct bh_bdb *db, struct bh_str *ret_key, struct bh_str *ret_value, struct bh_err *err)
        BH_MUST_CHECK;

#endif
