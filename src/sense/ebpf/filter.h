/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_FILTER_H
#define BH_SENSE_EBPF_FILTER_H
/*
 * From what rules want (rule/interest.h) to what the programs in the kernel
 * ask (bpf/shared/sensor.h): rows become bits, paths become keys of maps.
 *
 * Pure: tested without a kernel. Where something does not fit, more is asked
 * for than was wanted, never less.
 */
#include "base/arena.h"
#include "base/vec.h"
#include "bpf/shared/sensor.h"
#include "rule/interest.h"

struct bh_path_rule {
        struct bh_str text; /* a whole path has its NUL; a suffix is reversed and cut */
        uint64_t rows;
};
BH_VEC_OF(bh_path_rules, struct bh_path_rule);

struct bh_sensor_plan {
        struct bh_sensor_filter filter;
        uint8_t any[BH_SENSOR_CALLS]; /* of struct bh_sensor_control */
        struct bh_path_rules prefixes, names, suffixes; /* sorted, each text once */
        bool needs_calls; /* any system call at all, */
        bool needs_begins; /* and the begin of any */
        bool needs_failed_exec, needs_failed_fork;
        bool needs_type[_BH_EV_MAX];
};

/* no_filter: all of every type that is wanted at all. */
void bh_sensor_plan(struct bh_arena *arena, const struct bh_interest *interest, bool no_filter,
                    struct bh_sensor_plan *ret);

#endif
