/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_CALLS_H
#define BH_SENSE_EBPF_CALLS_H
/*
 * The system calls that the programs know: by number, which event each makes,
 * and which of its arguments are paths and descriptors. Programs may call as
 * 32-bit ones do, with numbers of their own, whatever they were built as: that
 * is the second table.
 */
#include <stddef.h>

#include "bpf/shared/sensor.h"

struct bh_call_row {
        short number;
        struct bh_sensor_call call;
};

extern const struct bh_call_row bh_calls[], bh_calls32[];
extern const size_t bh_calls_len, bh_calls32_len;

/* For the tables. Arguments are counted from 1. NR is the table's own way to a number. */
#define BH_ROW(name, event, ...) { NR(name), { .type = BH_EV_##event, __VA_ARGS__ } }
#define BH_OPENS(name, event) BH_ROW(name, event, .call = BH_CALL_OPEN)
#define BH_EXECS(name, event) BH_ROW(name, event, .call = BH_CALL_EXEC)
#define BH_PLAIN(name, event) BH_ROW(name, event, .call = BH_CALL_PLAIN)
#define BH_FORKS(name, event) BH_ROW(name, event, .call = BH_CALL_PLAIN, .flags = BH_CALL_FAILED)
#define BH_NAMED(name, event, ...) BH_ROW(name, event, .call = BH_CALL_NAMED, __VA_ARGS__)
#define BH_PATH(name, event, p) BH_NAMED(name, event, .a = p)
#define BH_PATH_AT(name, event, d, p) BH_NAMED(name, event, .a_dir = d, .a = p)
#define BH_PATHS(name, event) BH_NAMED(name, event, .a = 1, .b = 2)
#define BH_PATHS_AT(name, event) BH_NAMED(name, event, .a_dir = 1, .a = 2, .b_dir = 3, .b = 4)
#define BH_FD(name, event) BH_NAMED(name, event, .fd = 1)
#define BH_MAKES(name, event, ...) BH_NAMED(name, event, .flags = BH_CALL_RETURNS_FD, __VA_ARGS__)
#define BH_SOCKET(name, event, ...) BH_ROW(name, event, .call = BH_CALL_SOCKET, __VA_ARGS__)
#define BH_SENDS(name, event, f) BH_ROW(name, event, .call = BH_CALL_DATA, .fd = 1, .flags = f)
#define BH_RECEIVES(name, event, f) BH_ROW(name, event, .call = BH_CALL_DATA, .fd = 1, .flags = BH_CALL_RECEIVES | f)
#define BH_RIGHTS(name, event) BH_ROW(name, event, .call = BH_CALL_RIGHTS)
#define BH_STRUCT(name, event, f) BH_ROW(name, event, .call = BH_CALL_STRUCT, .flags = f)

#endif
