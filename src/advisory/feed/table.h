/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_FEED_TABLE_H
#define BH_ADVISORY_FEED_TABLE_H
/*
 * A CSV file (RFC 4180) walked row by row, fields found by the names in its
 * first row. Plain fields are slices of the input; a quoted one that holds
 * doubled quotes is copied.
 */
#include "base/arena.h"
#include "base/cur.h"
#include "base/err.h"

enum { BH_TABLE_FIELDS = 32 };

struct bh_table_row {
        struct bh_str at[BH_TABLE_FIELDS];
        size_t n;
};

struct bh_table {
        struct bh_arena *arena;
        struct bh_str rest;
        struct bh_table_row head, row;
        unsigned line;
};

/* Takes the first row as names. */
int bh_table_open(struct bh_arena *arena, struct bh_str bytes, struct bh_table *ret, struct bh_err *err) BH_MUST_CHECK;
/* 1: a row; 0: the end; < 0 failed. */
int bh_table_next(struct bh_table *t, struct bh_err *err) BH_MUST_CHECK;
/* The field of that name in this row; empty when there is none. */
struct bh_str bh_table_get(const struct bh_table *t, const char *name);

#endif
