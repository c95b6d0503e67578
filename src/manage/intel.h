/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_INTEL_H
#define BH_MANAGE_INTEL_H
/*
 * What others know of attackers: addresses, names, digests of files, by source
 * and with an end. Given to nodes as lists that rules use, and looked up for
 * each alert that comes in, so that it says whose warning it meets.
 */
#include "base/buf.h"
#include "manage/alerts.h"
#include "manage/intel_parse.h"

/* Lists of addresses and names as a file of rules, with the rules that use them. 1: there is something; 0: nothing. */
int bh_intel_rules(struct bh_db *db, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;
/* "feed: 203.0.113.9", of what the alert's fields hold; the same field is not asked twice. */
int bh_intel_meet(struct bh_db *db, const struct bh_stored_alert *a, int64_t now_ms, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
/* What a source says now takes the place of what it said; ends come from its days. Inside a write. */
int bh_intel_store(struct bh_db *db, int64_t source_id, const struct bh_indicators *all, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;

/* Asks sources for what is new, when it is time; forgets what is over. */
extern const struct bh_manage_part bh_part_intel;
/* Now, not in its time. */
void bh_intel_hurry(const struct bh_manage *m, int64_t source_id);

#endif
