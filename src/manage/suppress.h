/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_SUPPRESS_H
#define BH_MANAGE_SUPPRESS_H
/*
 * What hides alerts that are known to be harmless: by rule, image, container,
 * namespace (globs) or a condition over the source "alert"; all that is said
 * must fit. Each has a reason, an owner and an end, at which it ends by itself.
 * A hidden alert is stored, belongs to no incident, and goes to no receiver.
 */
#include "manage/alerts.h"

struct bh_condition;

struct bh_suppression {
        int64_t id, until_ms;
        struct bh_str condition, rule, image, container, namespace; /* empty: any */
        struct bh_condition *when; /* compiled */
};

/* Compiles its condition. FORMAT: it says nothing, or its condition is wrong, and where. */
int bh_suppression_open(struct bh_suppression *s, struct bh_err *err) BH_MUST_CHECK;
void bh_suppression_close(struct bh_suppression *s);
bool bh_suppression_hides(struct bh_suppression *s, const struct bh_stored_alert *a);

/* All that are in force. */
struct bh_suppressions;
int bh_suppressions_load(struct bh_db *db, int64_t now_ms, struct bh_suppressions **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_suppressions_free(struct bh_suppressions **all);
size_t bh_suppressions_count(const struct bh_suppressions *all);
/* The one that hides it; 0: none. */
int64_t bh_suppressions_find(struct bh_suppressions *all, const struct bh_stored_alert *a, int64_t now_ms);

struct bh_suppressed_back {
        size_t looked_at, hidden, incidents, closed;
};
/* Hides what it fits among the alerts of open incidents (the newest, to a limit); an incident that is left with none is closed. */
int bh_suppression_apply_back(struct bh_db *db, struct bh_suppression *s, int64_t now_ms, struct bh_suppressed_back *ret, struct bh_err *err) BH_MUST_CHECK;
/* Ends those whose time is over; *ret: how many. */
int bh_suppressions_expire(struct bh_db *db, int64_t now_ms, uint64_t *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
