/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_SIGPIPE_H
#define BH_SYS_SIGPIPE_H
/*
 * A peer that goes away is an answer (EPIPE), not a signal: for the time of a
 * call, in the calling thread only, whatever the program does with SIGPIPE.
 */
#include <signal.h>

struct bh_sigpipe {
        sigset_t old;
};

void bh_sigpipe_block(struct bh_sigpipe *s);
/* Also takes back a SIGPIPE that came meanwhile. */
void bh_sigpipe_restore(const struct bh_sigpipe *s);

#endif
