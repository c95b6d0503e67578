/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_SANDBOX_H
#define BH_SYS_SANDBOX_H
/*
 * The jail of whoever reads hostile bytes. After bh_sandbox_enter a process can
 * compute, read and write the descriptors it holds, receive further ones over
 * its socket, and end. It cannot open, connect, execute, fork, trace or signal:
 *
 *     no_new_privs    nothing it could execute would gain rights
 *     capabilities    none, whoever started it
 *     rlimits         no new processes, no files written, no core, bounded memory
 *     Landlock        no path and no TCP port at all (kernels that have it)
 *     seccomp         a short list of system calls; any other kills the process
 *
 * A layer that the kernel does not offer is left out and named in `ret_missing`;
 * without seccomp nothing is read: that is a failure.
 */
#include <stdint.h>

#include "base/err.h"

struct bh_sandbox_opts {
        uint64_t memory_bytes; /* address space; 0: no limit */
        uint64_t cpu_s;        /* processor time; 0: no limit */
};

enum { BH_SANDBOX_NO_LANDLOCK = 1 << 0, BH_SANDBOX_NO_RLIMIT = 1 << 1 };

int bh_sandbox_enter(const struct bh_sandbox_opts *opts, unsigned *ret_missing, struct bh_err *err) BH_MUST_CHECK;

#endif
