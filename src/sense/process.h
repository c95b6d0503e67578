/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_PROCESS_H
#define BH_SENSE_PROCESS_H
/*
 * The tree of processes: every process that lives, and those that ended a
 * moment ago, so that a child still finds its ancestors. Room for all of them
 * is set aside when the table is made. When it is full, the ones that ended
 * longest ago go first; then some that live and have no children, and that is
 * counted.
 *
 * A pointer into the table is good until the next call that adds.
 */
#include "base/err.h"
#include "model/process.h"

struct bh_processes;

struct bh_processes_stats {
        uint32_t now;       /* in the table */
        uint64_t forgotten; /* thrown out while they lived */
        uint64_t cut;       /* strings left out because there was no room */
};

int bh_processes_new(uint32_t max, struct bh_processes **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_processes_free(struct bh_processes **t);

/* The process of that number, the last one that had it; NULL. */
struct bh_process *bh_processes_find(struct bh_processes *t, uint32_t pid);
/*
 * A process that is new to us. strs: BH_PROC_STR_..., BH_PROC_STRS of them; empty
 * ones are those of `like` (the parent of a fork, whose name and program the
 * child begins with); NULL: of nobody.
 */
struct bh_process *bh_processes_add(struct bh_processes *t, const struct bh_ev_proc *proc, const struct bh_str *strs,
                                    struct bh_process *like, uint64_t now_ns);
/* The same process executes another program: all its numbers and strings are new. */
void bh_processes_exec(struct bh_processes *t, struct bh_process *p, const struct bh_ev_proc *proc,
                       const struct bh_str *strs, uint64_t now_ns);
void bh_processes_rename(struct bh_processes *t, struct bh_process *p, struct bh_str name);
void bh_processes_chdir(struct bh_processes *t, struct bh_process *p, struct bh_str path);
void bh_processes_cgroup(struct bh_processes *t, struct bh_process *p, struct bh_str path, uint64_t id);
/* Whoever changes p->now says so. */
void bh_processes_changed(struct bh_processes *t, struct bh_process *p);
/* It has ended. Its children are kept with it until it is forgotten, then they are `reaper`'s (0: its parent's). */
void bh_processes_end(struct bh_processes *t, struct bh_process *p, uint32_t reaper, uint64_t now_ns);
/* Forgets those that ended long before now_ns. */
void bh_processes_tidy(struct bh_processes *t, uint64_t now_ns);

/* Told before a process is forgotten; NULL: nobody. */
void bh_processes_on_forget(struct bh_processes *t, void (*fn)(void *user, struct bh_process *p), void *user);
int bh_processes_each(struct bh_processes *t, int (*fn)(void *user, struct bh_process *p), void *user);
void bh_processes_stats(const struct bh_processes *t, struct bh_processes_stats *ret);

#endif
