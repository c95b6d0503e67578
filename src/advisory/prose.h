/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_PROSE_H
#define BH_ADVISORY_PROSE_H
/*
 * The texts of the index: for each vulnerability the best summary, the best
 * description and the references, in packed blocks. A dictionary learnt from
 * the texts would save 7 % of the file, and change every block whenever one
 * text changes: deltas matter more. Private to the compile.
 */
#include "advisory/gather.h"

struct bh_prose;

/* All that has something to say on one vulnerability. */
struct bh_prose_one {
        uint32_t id;
        BH_VEC(const struct bh_record *) records;
        BH_VEC(const struct bh_raw_fact *) facts;
};

struct bh_prose_place {
        uint32_t block, offset;
};

/* Lives in `arena`. */
struct bh_prose *bh_prose_new(struct bh_compile *c, struct bh_arena *arena, const uint32_t *number);
/* False when nobody wrote anything. */
bool bh_prose_add(struct bh_prose *prose, struct bh_arena *scratch, struct bh_prose_one *one, struct bh_prose_place *ret);
/* Packs, and fills the text sections. */
int bh_prose_finish(struct bh_prose **prose, struct bh_vuln_sections *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
