/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_SUPERVISE_H
#define BH_SYS_SUPERVISE_H
/*
 * Keeps a program running, on machines without a service manager: starts it,
 * starts it again when it ended (after a pause that doubles while that keeps
 * happening), keeps what it prints, and ends it when told to end.
 *
 * It speaks to us as to systemd: a datagram "READY=1" to $NOTIFY_SOCKET, and,
 * when a watchdog is set, "WATCHDOG=1" at least that often ($WATCHDOG_USEC); when
 * it falls silent it is killed and started again.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct bh_service {
        const char *name;
        const char *const *argv; /* ended by NULL; the first is the program's path */
        const char *user;        /* whose rights it has; NULL: ours */
        unsigned watchdog_s;     /* 0: none */
        const char *run_dir;     /* NAME.notify and `status` */
        const char *log_dir;     /* NAME.log */
};

/*
 * Returns after SIGTERM or SIGINT, when it has ended. `status` in run_dir is
 * written anew with every change:
 *
 *     NAME PID STATE SINCE_S RESTARTS LAST-WORDS     STATE: starting, ready, waiting, ended; PID 0: none
 */
int bh_supervise(const struct bh_service *service, struct bh_err *err) BH_MUST_CHECK;

#endif
