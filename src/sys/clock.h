/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_CLOCK_H
#define BH_SYS_CLOCK_H
/* The kernel's clocks, as one number. */
#include <stdint.h>
#include <time.h>

static inline int64_t bh_clock_ns(clockid_t id) {
        struct timespec t = { 0 };

        (void) clock_gettime(id, &t); /* fails only for a clock that is not there */
        return (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline int64_t bh_clock_ms(clockid_t id) {
        return bh_clock_ns(id) / 1000000;
}

#endif
