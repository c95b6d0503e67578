/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/sigpipe.h"

#include <time.h>

static sigset_t only_sigpipe(void) {
        sigset_t set;

        (void) sigemptyset(&set);
        (void) sigaddset(&set, SIGPIPE);
        return set;
}

void bh_sigpipe_block(struct bh_sigpipe *s) {
        sigset_t set = only_sigpipe();

        (void) pthread_sigmask(SIG_BLOCK, &set, &s->old);
}

void bh_sigpipe_restore(const struct bh_sigpipe *s) {
        const struct timespec at_once = { 0 };
        sigset_t set = only_sigpipe(), pending;

        if (!sigismember(&s->old, SIGPIPE) && sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE))
                (void) sigtimedwait(&set, NULL, &at_once);
        (void) pthread_sigmask(SIG_SETMASK, &s->old, NULL);
}
