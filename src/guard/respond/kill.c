/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ending a process, or a whole tree of them. A number may belong to somebody
 * else by now, so we take hold of a process first (pidfd) and then look
 * whether it is the one that was meant. A tree is stopped from the top before
 * anything is killed: what stands still starts nothing new.
 */
#include <signal.h>

#include "base/limits.h"
#include "guard/respond/action.h"
#include "guard/respond/never.h"
#include "sys/fd.h"
#include "sys/proc.h"

enum { ROUNDS = 8, PATIENCE_MS = 2000 };

struct held {
        uint32_t pid;
        int fd;
        bool spared;
};

struct tree {
        struct bh_act *act;
        BH_VEC(struct held) all;
        uint32_t spared, beyond;
};

int bh_act_kill(struct bh_act *act, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        int r = bh_proc_hold(act->target->pid, act->target->start_ns, &fd, err);

        r = r < 0 ? r : bh_proc_signal(fd, SIGKILL, err);
        r = r < 0 ? r : bh_proc_wait(fd, PATIENCE_MS, err);
        if (r >= 0)
                act->note = bh_arena_printf(act->arena, "killed %u", act->target->pid);
        return r;
}

int bh_act_suspend(struct bh_act *act, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        int r = bh_proc_hold(act->target->pid, act->target->start_ns, &fd, err);

        r = r < 0 ? r : bh_proc_signal(fd, SIGSTOP, err);
        if (r < 0)
                return r;
        act->note = bh_arena_printf(act->arena, "stopped %u", act->target->pid);
        act->undo = BH_STR("{}");
        return 0;
}

int bh_act_resume_process(struct bh_act *act, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        int r = bh_proc_hold(act->target->pid, act->target->start_ns, &fd, err);

        r = r < 0 ? r : bh_proc_signal(fd, SIGCONT, err);
        if (r >= 0)
                act->note = bh_arena_printf(act->arena, "%u goes on", act->target->pid);
        return r;
}

/* ---- trees ---- */

static struct held *find(struct tree *t, uint32_t pid) {
        for (size_t i = 0; i < t->all.len; i++)
                if (t->all.at[i].pid == pid)
                        return &t->all.at[i];
        return NULL;
}

/* Holds it and makes it stand still, unless it is one that nobody touches. */
static void take(struct tree *t, uint32_t pid, uint64_t start_ns) {
        struct bh_arena *arena = t->act->arena;
        struct held h = { pid, -1, false };
        struct bh_target who;

        if (t->all.len >= BH_LIMIT_RESPONSE_TREE) {
                t->beyond++;
                return;
        }
        if (bh_proc_hold(pid, start_ns, &h.fd, NULL) < 0 || bh_target_of_pid(arena, pid, &who, NULL) < 0)
                return;
        h.spared = bh_never_holds(arena, t->act->policy, t->act->even, t->act->n_even, &who, false).len > 0;
        if (h.spared)
                t->spared++;
        else
                BH_IGNORE(bh_proc_signal(h.fd, SIGSTOP, NULL)); /* it ended meanwhile */
        *bh_vec_add(arena, &t->all) = h;
}

/* All children of what is held; how many are new. */
static int grow(struct tree *t, size_t *ret_new, struct bh_err *err) {
        size_t before = t->all.len, n;
        uint32_t *pids;
        int r = bh_proc_all(t->act->arena, &pids, &n, err);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                struct bh_proc_stat st;
                const struct held *parent;

                if (find(t, pids[i]) || bh_proc_stat(pids[i], &st, NULL) < 0 || st.state == 'Z')
                        continue;
                parent = find(t, st.ppid);
                if (parent && !parent->spared)
                        take(t, pids[i], bh_proc_start_ns(&st));
        }
        *ret_new = t->all.len - before;
        return r;
}

static int kill_all(struct tree *t, uint32_t *ret_n, struct bh_err *err) {
        int r = 0;

        for (size_t i = 0; i < t->all.len; i++)
                if (!t->all.at[i].spared)
                        *ret_n += bh_proc_signal(t->all.at[i].fd, SIGKILL, NULL) >= 0;
        for (size_t i = 0; r >= 0 && i < t->all.len; i++)
                if (!t->all.at[i].spared)
                        r = bh_proc_wait(t->all.at[i].fd, PATIENCE_MS, err);
        return r;
}

int bh_act_kill_tree(struct bh_act *act, struct bh_err *err) {
        struct tree t = { .act = act };
        uint32_t n = 0;
        size_t more = 1;
        int r = 0;

        take(&t, act->target->pid, act->target->start_ns);
        if (t.all.len == 0)
                return bh_fail(err, BH_E_NOTFOUND, "process %u has ended, or is another one by now", act->target->pid);
        for (unsigned round = 0; r >= 0 && more && round < ROUNDS; round++)
                r = grow(&t, &more, err);
        r = r < 0 ? r : kill_all(&t, &n, err);
        for (size_t i = 0; i < t.all.len; i++)
                bh_fd_close(&t.all.at[i].fd);
        if (r >= 0)
                act->note = bh_arena_printf(act->arena, "killed %u process%s%s%s", n, n == 1 ? "" : "es", t.spared ? "; spared some on the never-list" : "",
                                            t.beyond ? "; the tree was larger than the limit" : "");
        return r;
}
