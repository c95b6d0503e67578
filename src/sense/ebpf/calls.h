/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_CALLS_H
#define BH_SENSE_EBPF_CALLS_H
/*
 * The system calls that the programs know: by number, which event each makes,
 * and which of its arguments are paths and descriptors.
 */
#include <stddef.h>

#include "bpf/shared/sensor.h"

struct bh_call_row {
        short number; /* of this architecture */
        struct bh_sensor_call call;
};

extern const struct bh_call_row bh_calls[];
extern const size_t bh_calls_len;

#endif
