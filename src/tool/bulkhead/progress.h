/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_PROGRESS_H
#define BH_TOOL_BULKHEAD_PROGRESS_H
/* One line on standard error for work that takes more than a second; nothing where that is no terminal. */
#include <stdbool.h>
#include <stdint.h>

struct bh_progress {
        const char *what;
        bool on, shown;
        int64_t begun_ms, last_ms;
};

struct bh_progress bh_progress_begin(const char *what, bool quiet);
/* For bh_acquire_opts: `user` is the struct bh_progress. */
void bh_progress_bytes(void *user, uint64_t bytes);
void bh_progress_end(struct bh_progress *p);

#endif
