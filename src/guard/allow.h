/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_ALLOW_H
#define BH_GUARD_ALLOW_H
/*
 * What a rule need not speak of, decided at run time: by whom, why, and until
 * when. One YAML file of rows that a command writes (`bulkhead rules allow`)
 * and a watch reads again whenever it changes:
 *
 *     - rule: Shell in a container
 *       when: proc.pname = entrypoint.sh and container.image.repository = shop/web
 *       owner: shop
 *       reason: starts its helper so
 *       expires: 2027-01-31
 *       added: 2026-11-29
 *
 * A row holds through the day it expires; afterwards it allows nothing, and
 * says so when it would have.
 */
#include "base/vec.h"
#include "fmt/doc.h"
#include "rule/rules.h"

struct bh_allow_row {
        struct bh_str rule, when, owner, reason, expires, added, place;
        int64_t until_s;
        struct bh_condition *condition; /* NULL until bound, or the rule is not loaded */
        uint64_t n_allowed;
        bool spoke; /* said that it has expired */
};

struct bh_allow {
        struct bh_arena *arena;
        BH_VEC(struct bh_allow_row) rows;
};

int bh_allow_parse(struct bh_str name, struct bh_str text, struct bh_allow **ret, struct bh_err *err) BH_MUST_CHECK;
/* Compiles conditions for the rules that are there. A condition that does not hold water fails with its place. */
int bh_allow_bind(struct bh_allow *a, const struct bh_rules *rules, struct bh_err *err) BH_MUST_CHECK;
void bh_allow_free(struct bh_allow **a);
/* The first row that allows it; NULL. An expired row that would have is given in *ret_expired, once. */
struct bh_allow_row *bh_allow_find(struct bh_allow *a, const struct bh_rule *rule, const void *event, int64_t now_s, struct bh_allow_row **ret_expired);

/* The file with a row more; the rest stays as it is written. */
void bh_allow_print_row(const struct bh_allow_row *row, struct bh_buf *out);
/* The last second of that day; false: no such date. */
bool bh_allow_until(struct bh_str date, int64_t *ret_s);

#endif
