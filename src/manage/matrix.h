/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_MATRIX_H
#define BH_MANAGE_MATRIX_H
/*
 * Alerts as ATT&CK sees them: tactic -> technique -> how often, by which rules.
 *
 *     {"from_ms":..,"to_ms":..,"total":7,"unplaced":1,"tactics":[{"id":"TA0002","name":"Execution","count":5,"techniques":[
 *       {"id":"T1059.004","name":"Unix Shell","count":5,"level":2,"priority":"Critical","last_ms":..,"rules":[{"rule":"Reverse shell","count":5}]}]}]}
 *
 * All tactics are there, in their order. An alert counts under each technique of its rule, and once under a tactic.
 */
#include "base/buf.h"
#include "base/vec.h"
#include "store/db.h"

struct bh_matrix;

struct bh_matrix *bh_matrix_new(struct bh_arena *arena);
/* `n` alerts of a rule with these tags. */
void bh_matrix_add(struct bh_matrix *m, struct bh_str rule, const struct bh_str *tags, size_t n_tags, int level, int64_t n, int64_t last_ms);
void bh_matrix_put(const struct bh_matrix *m, int64_t from_ms, int64_t to_ms, struct bh_buf *out);

/* From what was counted by the hour: both ends count to their whole hour. `mine`: of this person's containers alone, and to the moment; 0: of all. */
int bh_matrix_of(struct bh_db *db, int64_t mine, int64_t from_ms, int64_t to_ms, struct bh_arena *arena, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;

#endif
