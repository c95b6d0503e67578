/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_EXEC_H
#define BH_SYS_EXEC_H
/*
 * Another program: started, watched, and what it prints. Its standard input is
 * empty, it has no other descriptor of ours, and it dies with the thread that
 * started it (sys/child.h is for our own workers, who get a socket instead).
 */
#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

#define BH_EXEC_NOWHERE (-1)

struct bh_exec {
        const char *const *argv; /* ended by NULL; the first is the program's path */
        const char *const *env;  /* ended by NULL, all the environment it has; NULL: ours */
        const char *user;        /* whose rights it has; NULL: ours */
        int out_fd, err_fd;      /* its standard output and error: a descriptor of ours, or BH_EXEC_NOWHERE */
        int nice;                /* lower priority: 0 to 19 */
        bool idle;               /* processor, disk and memory are its when nobody else wants them */
};

int bh_exec_start(const struct bh_exec *e, pid_t *ret_pid, struct bh_err *err) BH_MUST_CHECK;
/* Its standard output (out_fd does not count) is read from *ret_fd. */
int bh_exec_start_reading(const struct bh_exec *e, pid_t *ret_pid, int *ret_fd, struct bh_err *err) BH_MUST_CHECK;
/* Adds all that comes until the end of it. LIMIT: more than max_bytes; TIMEOUT: it lasts longer than timeout_s (0: however long). */
int bh_exec_read(int fd, uint64_t max_bytes, unsigned timeout_s, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;
/* 1: it ended, *ret_status as waitpid has it; 0: not within timeout_ms (-1: however long). */
int bh_exec_wait(pid_t pid, int timeout_ms, int *ret_status, struct bh_err *err) BH_MUST_CHECK;
/* Ends it and waits for its end. */
void bh_exec_kill(pid_t pid);

/* All of it at once. `out` NULL: what it prints goes to ours. *ret_status is its exit code; a signal is BH_E_BUG. */
int bh_exec_run(const struct bh_exec *e, uint64_t max_bytes, struct bh_buf *out, int *ret_status, struct bh_err *err) BH_MUST_CHECK;

/* In a child: takes on a user's numbers for good. 0, or -1 with errno. */
int bh_exec_become(const char *user);

#endif
