/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_STORE_RETENTION_H
#define BH_STORE_RETENTION_H
/*
 * What grows without end is kept for so many days and so many rows; the rest
 * is deleted, oldest first, a few rows at a time, so that nobody who wants to
 * write waits for it. What was deleted is counted.
 */
#include "store/store.h"

struct bh_retention {
        struct bh_str name; /* "alerts" */
        const char *about;
        int64_t keep_days, keep_rows; /* 0: no limit */
        int64_t floor_days;           /* keep_days is 0 or no less */
        int64_t deleted, last_deleted, last_ms;
};

/* All of them, in the arena. */
int bh_retention_read(struct bh_db *db, struct bh_arena *arena, struct bh_retention **ret, size_t *ret_n, struct bh_err *err) BH_MUST_CHECK;
/* In a write. NOTFOUND: no such name; FORMAT: too little, or no number of days. */
int bh_retention_set(struct bh_db *db, struct bh_str name, int64_t keep_days, int64_t keep_rows, struct bh_err *err) BH_MUST_CHECK;

struct bh_retention_run {
        uint64_t deleted, slices;
        uint64_t longest_us; /* that a slice held the writer */
};

/* Until everything is as it should be, or `stop` says true (asked between slices, may be NULL). Not from the writer. */
int bh_retention_apply(struct bh_store *store, int64_t now_ms, bool (*stop)(void *user), void *user, struct bh_retention_run *ret, struct bh_err *err) BH_MUST_CHECK;

/* Today's numbers; may be called as often as one likes. */
int bh_trend_note(struct bh_store *store, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;

#endif
