/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_TASKS_H
#define BH_SYS_TASKS_H
/*
 * The processes there are, as collectors want them. What does not change while
 * a process runs one program (path, arguments, container) is read once.
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"

struct bh_task {
        uint32_t pid, ppid, uid;
        uint64_t start_ticks;
        int64_t start_ms;          /* since 1970 */
        uint64_t net_ns, mnt_ns;   /* inode of the namespace; 0: not known */
        struct bh_str comm, exe, cmdline, container; /* cmdline: words separated by blanks; container: 64 digits or empty */
        bool kernel_thread, new_here; /* new_here: it was not there at the look before */
};

struct bh_tasks {
        struct bh_arena *arena, *before_arena;
        struct bh_task *at; /* by pid */
        size_t n;
        int64_t boot_ms;
        uint64_t host_mnt_ns, host_net_ns;
        bool looked;
};

void bh_tasks_init(struct bh_tasks *t);
void bh_tasks_done(struct bh_tasks *t);
int bh_tasks_look(struct bh_tasks *t, struct bh_err *err) BH_MUST_CHECK;
/* NULL: not there. */
const struct bh_task *bh_tasks_get(const struct bh_tasks *t, uint32_t pid);

#endif
