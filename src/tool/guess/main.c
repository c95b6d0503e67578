/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bulkhead-guess: reads credential stores that strangers wrote, and tests what
 * they keep, in a jail. It is started with one socket (descriptor 3), locks
 * itself in, and answers (passwords/work.h) until the other side goes.
 */
#include <stdio.h>

#include "base/limits.h"
#include "fmt/digest.h"
#include "passwords/passwords.h"
#include "sys/child.h"
#include "sys/sandbox.h"

int main(void) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_guesser *g;
        unsigned missing;
        int r;

        bh_digest_prepare();
        g = bh_guesser_prepare();
        r = bh_sandbox_enter(&(struct bh_sandbox_opts){ .memory_bytes = BH_LIMIT_WORKER_MEMORY }, &missing, &err);
        r = r < 0 ? r : bh_guesser_serve(g, BH_CHILD_SOCKET, &err);
        if (r < 0)
                (void) fprintf(stderr, "bulkhead-guess: %s\n", err.text);
        return r < 0 ? 1 : 0;
}
