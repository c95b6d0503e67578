/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_ENDS_H
#define BH_SENSE_ENDS_H
/*
 * When a process has ended, by the ends of its threads: with the last of them.
 * The kernel tells each end, and not which one was the last. The first thread
 * mostly is; where it was not, the process is remembered until the others end.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

struct bh_ends {
        uint32_t without_first[BH_LIMIT_FIRST_GONE]; /* processes whose first thread has ended, in no order */
        size_t n, next;
};

/* A thread has ended: has its process, too? goes_on says of a process whether any of it is left, and is asked only where that is open. */
bool bh_ends_is_last(struct bh_ends *e, uint32_t pid, uint32_t tid, bool (*goes_on)(uint32_t pid));
/* By /proc, now. */
bool bh_ends_goes_on(uint32_t pid);

#endif
