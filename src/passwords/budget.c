/* SPDX-License-Identifier: Apache-2.0 */
#include "passwords/budget.h"

#include <poll.h>
#include <stddef.h>

#include "base/macros.h"
#include "sys/clock.h"

enum { REST_MIN_MS = 5, REST_MAX_MS = 1000 };

void bh_cpu_begin(struct bh_cpu_budget *b, uint64_t limit_ms, unsigned percent, uint64_t wall_ms) {
        *b = (struct bh_cpu_budget){ .limit_ns = limit_ms * 1000000, .wall_ms = wall_ms, .percent = percent ? BH_MIN(percent, 100u) : 100 };
        b->began_ns = bh_clock_ns(CLOCK_MONOTONIC);
        b->cpu_ns = bh_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t bh_cpu_spent_ns(const struct bh_cpu_budget *b) {
        return (uint64_t) (bh_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - b->cpu_ns);
}

bool bh_cpu_may(const struct bh_cpu_budget *b, uint64_t next_ns) {
        uint64_t spent = bh_cpu_spent_ns(b);
        int64_t wall_ms, due_ms;

        if (b->limit_ns && spent + next_ns > b->limit_ns)
                return false;
        due_ms = (int64_t) (spent / 1000000 * 100 / b->percent);
        wall_ms = (bh_clock_ns(CLOCK_MONOTONIC) - b->began_ns) / 1000000;
        if (b->wall_ms && (uint64_t) wall_ms >= b->wall_ms)
                return false;
        if (b->percent < 100 && due_ms - wall_ms >= REST_MIN_MS)
                (void) poll(NULL, 0, (int) BH_MIN(due_ms - wall_ms, (int64_t) REST_MAX_MS)); /* waking early only means asking again */
        return true;
}
