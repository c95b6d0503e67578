/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/ebpf/calls.h"

#include <sys/syscall.h>

#include "base/macros.h"

/* The lane is filled in from model/event_table.c. */
#define CALL(name, event, ...) { SYS_##name, { .type = BH_EV_##event, __VA_ARGS__ } }
#define OPEN(name, event) CALL(name, event, .call = BH_CALL_OPEN)

const struct bh_call_row bh_calls[] = {
#ifdef SYS_open /* architectures younger than these calls do not have them */
        OPEN(open, OPEN),
        OPEN(creat, CREAT),
#endif
        OPEN(openat, OPENAT),
        OPEN(openat2, OPENAT2),
        OPEN(open_by_handle_at, OPEN_BY_HANDLE_AT),
};
const size_t bh_calls_len = BH_LEN(bh_calls);
