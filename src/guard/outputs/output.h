/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_OUTPUTS_OUTPUT_H
#define BH_GUARD_OUTPUTS_OUTPUT_H
/*
 * One receiver of alerts with a thread, a spool, a filter and patience of its
 * own: whoever posts never waits for it.
 *
 *     post -> filter -> spool (memory) -> [spill (disk)] -> thread -> receiver
 *
 * A receiver that fails is tried again after a pause that doubles from 100 ms
 * to 30 s. When the memory is full the least severe alerts go first, and are
 * counted; with a spool directory they move to disk before that, and survive a
 * restart.
 */
#include "guard/outputs/spec.h"
#include "model/alert.h"

struct bh_output;

struct bh_output_stats {
        struct bh_str name;          /* lives as long as the output */
        uint64_t taken, sent, held;  /* posted and let through; delivered; waiting */
        uint64_t dropped[_BH_PRIORITY_MAX];
        uint64_t refused;            /* the receiver will never take them */
        uint64_t failures;           /* tries that failed */
        char trouble[480];           /* the last failure, while it lasts; empty: fine */
};

/* `source`: whose fields `when` is written in. The arena of the spec must outlive it. */
int bh_output_open(const struct bh_output_spec *spec, const struct bh_source *source, struct bh_output **ret, struct bh_err *err)
        BH_MUST_CHECK;
void bh_output_post(struct bh_output *o, const struct bh_alert *alert);
void bh_output_reopen(struct bh_output *o);
void bh_output_stats(struct bh_output *o, struct bh_output_stats *ret);
/* Delivers what it can until the deadline; the rest goes to disk where there is a spool, else it is dropped and counted in *ret. */
void bh_output_close(struct bh_output **o, unsigned deadline_ms, struct bh_output_stats *ret);

#endif
