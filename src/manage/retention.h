/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_RETENTION_H
#define BH_MANAGE_RETENTION_H
/*
 * The store's housekeeper, with a thread of its own: once an hour it deletes
 * what need not be kept and notes the day's numbers, once a day it reads the
 * whole database and says whether it is sound.
 */
#include "manage/manage.h"

extern const struct bh_manage_part bh_part_retention;

struct bh_retention_state {
        int64_t ran_ms;        /* 0: not since the start */
        uint64_t deleted;      /* by the last run */
        uint64_t longest_us;   /* that it held the writer */
        int64_t checked_ms;    /* 0: not since the start */
        char error[480];       /* of the last run; empty: none */
        char broken[480];      /* what the last check found; empty: nothing */
};

struct bh_retention_state bh_manage_retention_state(const struct bh_manage *m);
/* Settings changed: do not wait for the hour. */
void bh_manage_retention_soon(const struct bh_manage *m);

#endif
