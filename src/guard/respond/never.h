/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_RESPOND_NEVER_H
#define BH_GUARD_RESPOND_NEVER_H
/*
 * Whom no response touches: what would take the machine, its containers, or
 * us and whoever started us down with it. Rows are known by name; a response
 * may lift one of them only by that name (`even:`).
 *
 *     init          process 1
 *     kernel        the kernel's own threads
 *     self          this program, its processes and its container
 *     session       the processes we were started from: a shell, its sshd, ...
 *     runtimes      container engines and runtimes, kubelet, systemd, of the host and from a system directory
 *     sshd          the ssh server of the host
 *     system-files  files of the host below /usr, /bin, /sbin, /lib*, /etc, /boot, and our own state
 */
#include "guard/respond/policy.h"
#include "guard/respond/target.h"

bool bh_never_is_builtin(struct bh_str name);
/* The name and help of the i-th built-in row; NULL past the last. */
const char *bh_never_builtin(size_t i, const char **ret_about);

/* The name of the first row that holds; empty: it may be touched. file: the action is about the file. */
struct bh_str bh_never_holds(struct bh_arena *arena, const struct bh_respond_policy *policy, const struct bh_str *even, uint32_t n_even,
                             const struct bh_target *t, bool file);

#endif
