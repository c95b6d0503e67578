/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_EXCEPTIONS_H
#define BH_MANAGE_EXCEPTIONS_H
/*
 * What somebody decided about a finding, for one image under one name
 * (registry, repository): the same bytes under another team's name stay open.
 * The finding itself counts as decided when all names its image goes by are
 * covered. Each has a reason, and may run out.
 */
#include "store/store.h"

struct bh_exception_in {
        int64_t finding_id;
        struct bh_str state;                /* "accepted", "not-affected"; "open" takes back */
        struct bh_str registry, repository; /* both empty with `everywhere` */
        bool everywhere;                    /* all names it goes by now */
        struct bh_str reason, who;
        int64_t until_ms;                   /* 0: without end */
        int64_t now_ms;
};

/* In a write. NOTFOUND: no such finding, or it is fixed. *ret_names: for how many names it holds now. */
int bh_exception_set(struct bh_db *db, const struct bh_exception_in *in, uint32_t *ret_names, struct bh_err *err) BH_MUST_CHECK;
/* Names came or went: what had been decided may hold no longer for all of them. In a write. */
int bh_exceptions_settle(struct bh_db *db, struct bh_str subject, struct bh_err *err) BH_MUST_CHECK;
/* Takes back what has run out. */
int bh_exceptions_expire(struct bh_store *store, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;

#endif
