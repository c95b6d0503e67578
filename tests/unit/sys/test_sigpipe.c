/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "unit.h"

#include <errno.h>
#include <unistd.h>

#include "sys/sigpipe.h"

static void writing_to_nobody_is_survived(void **state) {
        struct bh_sigpipe s;
        sigset_t now;
        int p[2];

        (void) state;
        assert_int_equal(pipe(p), 0);
        (void) close(p[0]);
        bh_sigpipe_block(&s);
        assert_int_equal(write(p[1], "x", 1), -1);
        assert_int_equal(errno, EPIPE);
        bh_sigpipe_restore(&s); /* would kill us now if it were still pending */
        assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &now), 0);
        assert_false(sigismember(&now, SIGPIPE));
        (void) close(p[1]);
}

BH_UNIT_MAIN(writing_to_nobody_is_survived)
