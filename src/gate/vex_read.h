/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GATE_VEX_READ_H
#define BH_GATE_VEX_READ_H
/* What the three VEX readers share. */
#include "base/budget.h"
#include "fmt/doc.h"
#include "gate/vex.h"

BH_VEC_OF(bh_vex_statements, struct bh_vex_statement);
BH_VEC_OF(bh_vex_products, struct bh_vex_product);
BH_VEC_OF(bh_vex_names, struct bh_str);

struct bh_vex_reading {
        struct bh_arena *arena;
        const struct bh_doc *root;
        struct bh_vex *vex;
        struct bh_vex_statements statements;
        struct bh_budget budget; /* entries: products said of vulnerabilities */
};

int bh_vex_openvex(struct bh_vex_reading *r, struct bh_err *err) BH_MUST_CHECK;
int bh_vex_csaf(struct bh_vex_reading *r, struct bh_err *err) BH_MUST_CHECK;
int bh_vex_cyclonedx(struct bh_vex_reading *r, struct bh_err *err) BH_MUST_CHECK;

/* Nothing for an empty name. */
void bh_vex_add_name(struct bh_vex_reading *r, struct bh_vex_names *names, struct bh_str name);
struct bh_vex_thing bh_vex_thing_of(const struct bh_vex_names *names);
/* A list of one. */
struct bh_vex_thing *bh_vex_one(struct bh_vex_reading *r, struct bh_vex_thing thing);
int64_t bh_vex_time(struct bh_str text); /* 0 when it is none */
int bh_vex_bad(const struct bh_doc *at, struct bh_err *err, const char *what); /* "line 12: ..." */

#endif
