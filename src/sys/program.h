/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_PROGRAM_H
#define BH_SYS_PROGRAM_H
/* Another program, started and watched to its end (sys/run.h waits for one): what it prints goes to descriptors of ours; it dies with us. */
#include <sys/types.h>

#include "base/err.h"

struct bh_program {
        const char *const *argv; /* ended by NULL; the first is the program's path */
        const char *const *env;  /* ended by NULL; all the environment it has */
        int out_fd, err_fd;      /* its standard output and error; -1: nowhere */
        int nice;                /* lower priority: 0 to 19 */
};

int bh_program_start(const struct bh_program *program, pid_t *ret_pid, struct bh_err *err) BH_MUST_CHECK;
/* 1: it ended, *ret_status as waitpid has it; 0: not within timeout_ms. */
int bh_program_wait(pid_t pid, int timeout_ms, int *ret_status, struct bh_err *err) BH_MUST_CHECK;
/* Ends it and waits for its end. */
void bh_program_kill(pid_t pid);

#endif
