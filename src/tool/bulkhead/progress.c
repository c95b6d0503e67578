/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/bulkhead/progress.h"
#include "sys/clock.h"

#include <stdio.h>
#include <unistd.h>

struct bh_progress bh_progress_begin(const char *what, bool quiet) {
        return (struct bh_progress){ what, !quiet && isatty(STDERR_FILENO), false, bh_clock_ms(CLOCK_MONOTONIC), 0 };
}

void bh_progress_bytes(void *user, uint64_t bytes) {
        struct bh_progress *p = user;
        int64_t now = p->on ? bh_clock_ms(CLOCK_MONOTONIC) : 0, since = now - p->begun_ms;

        if (!p->on || since < 1000 || now - p->last_ms < 200)
                return;
        (void) fprintf(stderr, "\r%s: %llu MiB read, %llu MiB/s \033[K", p->what, (unsigned long long) bytes >> 20,
                       (unsigned long long) (bytes >> 20) * 1000 / (unsigned long long) since);
        p->shown = true;
        p->last_ms = now;
}

void bh_progress_end(struct bh_progress *p) {
        if (p->shown)
                (void) fprintf(stderr, "\r\033[K");
}
