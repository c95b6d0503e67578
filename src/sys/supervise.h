/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_SUPERVISE_H
#define BH_SYS_SUPERVISE_H
/*
 * Keeps programs running, on machines without a service manager: starts them,
 * starts again who ended (after a pause that doubles while it keeps happening),
 * keeps what they print, and ends them all when it is told to end.
 *
 * Programs speak to it as to systemd: a datagram "READY=1" to $NOTIFY_SOCKET,
 * and, when a watchdog is set, "WATCHDOG=1" at least that often ($WATCHDOG_USEC);
 * who falls silent is killed and started again.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct bh_service {
        const char *name;
        const char *const *argv; /* ended by NULL; the first is the program's path */
        const char *user;        /* whose rights it has; NULL: ours */
        unsigned watchdog_s;     /* 0: none */
};

struct bh_supervise_opts {
        const struct bh_service *services;
        size_t n_services;
        const char *run_dir; /* NAME.notify sockets and `status` */
        const char *log_dir; /* NAME.log */
};

/*
 * Returns after SIGTERM or SIGINT, when all have ended. `status` in run_dir is
 * written anew with every change, a line a service:
 *
 *     NAME PID STATE SINCE_S RESTARTS LAST-WORDS     STATE: starting, ready, waiting, ended; PID 0: none
 */
int bh_supervise(const struct bh_supervise_opts *opts, struct bh_err *err) BH_MUST_CHECK;

#endif
