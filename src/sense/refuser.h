/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_REFUSER_H
#define BH_SENSE_REFUSER_H
/*
 * Programs that may not start, where no BPF is to be had: fanotify asks before
 * it opens a file to execute it, and a thread of ours answers.
 *
 * Whoever asks waits for the answer. When it takes too long, it is yes: a
 * second thread sees to that, and counts. When we end, or are killed, the
 * kernel takes back its questions.
 */
#include "base/err.h"
#include "model/ports.h"

struct bh_refuser;

/* One program that was refused, or would have been. */
struct bh_refused {
        uint32_t pid, what, kinds; /* what: enum bh_prevention, the first of kinds; kinds: bits */
        bool would;
        uint64_t ktime_ns; /* CLOCK_BOOTTIME */
        char path[256];
};

int bh_refuser_open(struct bh_refuser **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_refuser_close(struct bh_refuser **r);
const struct bh_prevent_port *bh_refuser_port(struct bh_refuser *r);
/* A process: its file system is asked about from now on, when anything is refused at all. */
void bh_refuser_know(struct bh_refuser *r, uint32_t pid);
/* The oldest that was not told yet; false: none. */
bool bh_refuser_next(struct bh_refuser *r, struct bh_refused *ret);
/* Since it was asked last: programs that started because judging them took too long, or could not be told of. */
uint64_t bh_refuser_lost(struct bh_refuser *r);

#endif
