/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_PROC_H
#define BH_SYS_PROC_H
/*
 * Processes as /proc shows them now. A number of a process may be another
 * one's a moment later: who wants to be sure compares the time it was started
 * at (bh_proc_is) after taking hold of it with a pidfd.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

struct bh_proc_stat {
        uint32_t pid, ppid, sid, threads;
        uint64_t start_ticks; /* since boot, in USER_HZ */
        bool kernel_thread;
        char state;    /* 'R', 'S', 'T', 'Z', ... */
        char comm[64]; /* closed */
};

/* Also of one that /proc does not show. A number that is only a thread's by now is no process. */
bool bh_proc_is_there(uint32_t pid);
/* BH_E_NOTFOUND: no such process. */
int bh_proc_stat(uint32_t pid, struct bh_proc_stat *ret, struct bh_err *err) BH_MUST_CHECK;
/* Pure: the text of /proc/PID/stat. */
bool bh_proc_parse_stat(struct bh_str text, struct bh_proc_stat *ret);
/* Was it started at that time (CLOCK_BOOTTIME)? /proc counts in hundredths of a second, so that is how sure it can be. */
bool bh_proc_started_at(const struct bh_proc_stat *st, uint64_t start_ns);
uint64_t bh_proc_start_ns(const struct bh_proc_stat *st);

/* /proc/PID/NAME, whole, at most max bytes (what is more is left out). */
int bh_proc_read(struct bh_arena *arena, uint32_t pid, const char *name, size_t max, struct bh_str *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* Where the link /proc/PID/NAME leads; empty when it cannot be read. */
struct bh_str bh_proc_link(struct bh_arena *arena, uint32_t pid, const char *name);
/* All processes there are, in no order. */
int bh_proc_all(struct bh_arena *arena, uint32_t **ret, size_t *ret_n, struct bh_err *err) BH_MUST_CHECK;

/* Takes hold of a process that was started then (0: whenever); the descriptor is the caller's. NOTFOUND: it is gone. */
int bh_proc_hold(uint32_t pid, uint64_t start_ns, int *ret_pidfd, struct bh_err *err) BH_MUST_CHECK;
int bh_proc_signal(int pidfd, int signal, struct bh_err *err) BH_MUST_CHECK;
/* Waits for its end. TIMEOUT. */
int bh_proc_wait(int pidfd, int timeout_ms, struct bh_err *err) BH_MUST_CHECK;

#endif
