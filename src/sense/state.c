/* SPDX-License-Identifier: Apache-2.0 */
/* What each event changes in what we know of processes and their containers. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "sense/own.h"
#include "sense/procfs.h"
#include "sense/render.h"
#include "sys/proc.h"

#define READS_A_SECOND 1000u /* of processes that nobody told us about */
#define GENERATIONS 16u      /* of parents that are read with them */
#define LATE_NS 1000000000ull /* how long after the end of a process something may still be told of it */
#define PEERS 4096u          /* a power of two */

static uint64_t now_of(const struct bh_event *e) {
        return e->head.ktime_ns;
}

/* Containers. */

struct told {
        struct bh_state *st;
        const struct bh_container *c;
};

static int tell(void *user, struct bh_process *p) {
        const struct told *t = user;

        if (p->container == t->c)
                bh_processes_changed(t->st->processes, p);
        return 0;
}

/* What is new of a container is new of all its processes. */
static void set_container(struct bh_state *st, struct bh_process *p, uint64_t now_ns) {
        uint64_t before = bh_containers_version(st->containers);
        const struct bh_container *c =
                bh_containers_take(st->containers, p->cgroup, p->now.cgroup_id, p->ended_ns ? 0 : p->now.pid, now_ns);

        bh_containers_drop(st->containers, p->container);
        if (p->container != c)
                bh_processes_changed(st->processes, p);
        p->container = c;
        if (!c || bh_containers_version(st->containers) == before)
                return;
        if (bh_containers_counts(c) > 1)
                (void) bh_processes_each(st->processes, tell, &(struct told){ st, c });
        st->news = c;
}

static void on_forget(void *user, struct bh_process *p) {
        struct bh_state *st = user;

        bh_containers_drop(st->containers, p->container);
}

/* Processes. */

static bool may_read(struct bh_state *st, uint64_t now_ns) {
        if (now_ns - st->reads_at_ns > 1000000000u) {
                st->reads_at_ns = now_ns;
                st->reads_left = READS_A_SECOND;
        }
        return st->live && st->reads_left && st->reads_left--;
}

static struct bh_process *add(struct bh_state *st, const struct bh_ev_proc *proc, const struct bh_str *strs,
                              struct bh_process *like, uint64_t now_ns) {
        struct bh_process *p = bh_processes_add(st->processes, proc, strs, like, now_ns);

        p->container = bh_containers_ref(p->container); /* what it has of `like` */
        if (!like || strs[BH_PROC_STR_CGROUP].len || (proc->cgroup_id && proc->cgroup_id != like->now.cgroup_id))
                set_container(st, p, now_ns);
        return p;
}

/* Reads it, and its parents before it, so that the tree hangs together. */
static struct bh_process *read_process(struct bh_state *st, uint32_t pid, uint64_t now_ns, unsigned generation) {
        struct bh_procfs_process found;

        if (!pid || generation > GENERATIONS || !may_read(st, now_ns))
                return NULL;
        if (!bh_procfs_read(pid, st->scratch, &found))
                return NULL;
        st->unknown++;
        if (found.proc.ppid && !bh_processes_find(st->processes, found.proc.ppid))
                (void) read_process(st, found.proc.ppid, now_ns, generation + 1);
        return add(st, &found.proc, found.strs, NULL, now_ns);
}

void bh_state_learn(struct bh_state *st, uint32_t pid, uint64_t now_ns) {
        st->reads_left = GENERATIONS;
        st->reads_at_ns = now_ns;
        if (!bh_processes_find(st->processes, pid))
                (void) read_process(st, pid, now_ns, 0);
}

/* Nobody knows more than its number: better than an event of nobody. */
static struct bh_process *stranger(struct bh_state *st, const struct bh_event *e) {
        static const struct bh_str none[BH_PROC_STRS];
        struct bh_ev_proc proc = {
                .pid = e->head.pid,      .vpid = e->head.pid,     .uid = e->head.euid,           .euid = e->head.euid,
                .gid = e->head.egid,     .egid = e->head.egid,    .loginuid = UINT32_MAX,        .ns_pid = e->head.pidns,
                .cap_effective = e->head.cap_effective,           .cgroup_id = e->head.cgroup_id,
        };

        if (e->head.flags & BH_EV_BARE) /* not even whose it is: nobody's, which is not root's */
                proc.uid = proc.euid = proc.gid = proc.egid = UINT32_MAX;
        return add(st, &proc, none, NULL, now_of(e));
}

/* It has not ended, or had not then. Who looks from outside looks late. */
static bool could_be(const struct bh_process *p, const struct bh_event *e) {
        uint64_t late = e->head.flags & BH_EV_BARE ? LATE_NS : 0;

        return !p->ended_ns || e->head.ktime_ns <= p->ended_ns + late;
}

static struct bh_process *actor(struct bh_state *st, const struct bh_event *e) {
        struct bh_process *p = bh_processes_find(st->processes, e->head.pid);

        if (p && could_be(p, e))
                return p;
        if (e->head.pid == 0)
                return NULL;
        p = read_process(st, e->head.pid, now_of(e), 0);
        return p ? p : stranger(st, e);
}

/* Each record says whose rights it ran with: what changed without an event of its own is seen here. */
static void follow_rights(struct bh_state *st, struct bh_process *p, const struct bh_event *e) {
        const struct bh_ev_head *h = &e->head;

        if (h->flags & BH_EV_BARE)
                return;
        if (p->now.euid == h->euid && p->now.egid == h->egid && p->now.cap_effective == h->cap_effective)
                return;
        p->now.euid = h->euid;
        p->now.egid = h->egid;
        p->now.cap_effective = h->cap_effective;
        bh_processes_changed(st->processes, p);
}

static void follow_cgroup(struct bh_state *st, struct bh_process *p, const struct bh_event *e) {
        struct bh_procfs_process found;

        if (!e->head.cgroup_id || e->head.cgroup_id == p->now.cgroup_id)
                return;
        p->now.cgroup_id = e->head.cgroup_id;
        if (may_read(st, now_of(e)) && bh_procfs_read(p->now.pid, st->scratch, &found))
                bh_processes_cgroup(st->processes, p, found.strs[BH_PROC_STR_CGROUP], e->head.cgroup_id);
        set_container(st, p, now_of(e));
}

/* Changes, by type of event. */

static void on_exec(struct bh_state *st, struct bh_event *e) {
        struct bh_process *p = bh_processes_find(st->processes, e->started->pid);
        uint64_t before;

        if (p && p->ended_ns)
                p = NULL;
        if (!p && e->started->ppid && !bh_processes_find(st->processes, e->started->ppid))
                (void) read_process(st, e->started->ppid, now_of(e), 0);
        if (!p) {
                e->process = add(st, e->started, e->strs, NULL, now_of(e));
                return;
        }
        before = p->now.cgroup_id;
        bh_processes_exec(st->processes, p, e->started, e->strs, now_of(e));
        if (p->container) /* a runtime has written all down by now */
                bh_containers_hurry(p->container);
        if (e->strs[BH_PROC_STR_CGROUP].len || before != p->now.cgroup_id || !p->container || !p->container->known)
                set_container(st, p, now_of(e));
        e->process = p;
}

/* Who does not know the child knows the parent, which it is like. */
static struct bh_ev_proc child_of(const struct bh_event *e) {
        struct bh_ev_proc child = *e->started;

        if (!(e->head.flags & BH_EV_BARE))
                return child;
        child = e->process->now;
        child.pid = e->started->pid;
        child.ppid = e->head.pid;
        child.vpid = 0;
        child.start_ns = now_of(e);
        return child;
}

static void on_fork(struct bh_state *st, struct bh_event *e) {
        struct bh_ev_proc child;

        if (e->started->flags & BH_PROC_THREAD || e->started->pid == e->head.pid)
                return;
        child = child_of(e);
        (void) add(st, &child, e->strs, e->process, now_of(e));
        e->process = bh_processes_find(st->processes, e->head.pid); /* adding may have moved it out */
}

static void on_ids(struct bh_state *st, struct bh_event *e, bool group) {
        struct bh_ev_proc *now = &e->process->now;

        if (e->head.res < 0 || e->head.n_nums < 10)
                return;
        if (group) {
                now->gid = (uint32_t) e->nums[8];
                now->egid = (uint32_t) e->nums[9];
        } else {
                now->uid = (uint32_t) e->nums[8];
                now->euid = (uint32_t) e->nums[9];
        }
        bh_processes_changed(st->processes, e->process);
}

static void on_capset(struct bh_state *st, struct bh_event *e) {
        if (e->head.res < 0 || e->head.n_nums < 9)
                return;
        e->process->now.cap_inheritable = e->nums[6];
        e->process->now.cap_permitted = e->nums[7];
        e->process->now.cap_effective = e->nums[8];
        bh_processes_changed(st->processes, e->process);
}

static void on_chdir(struct bh_state *st, struct bh_event *e) {
        struct bh_str path;

        if (e->head.res < 0)
                return;
        path = e->head.type == BH_EV_FCHDIR ? bh_event_fd_name(e)
                                            : bh_render_path(st->scratch, bh_event_str(e, 0), bh_event_str(e, 1));
        if (path.len && path.at[0] == '/')
                bh_processes_chdir(st->processes, e->process, path);
}

static void on_session(struct bh_state *st, struct bh_event *e) {
        struct bh_ev_proc *now = &e->process->now;

        if (e->head.res < 0)
                return;
        if (e->head.type == BH_EV_SETSID) {
                now->sid = now->pgid = now->pid;
                now->vsid = now->vpgid = now->vpid;
                now->tty = 0;
        } else if (e->nums[0] == 0 || e->nums[0] == now->vpid) {
                now->vpgid = e->nums[1] ? (uint32_t) e->nums[1] : now->vpid;
                if (now->vpgid == now->vpid)
                        now->pgid = now->pid;
        }
        bh_processes_changed(st->processes, e->process);
}

/* The kind of the namespace is the one whose old inode it is. */
static void on_setns(struct bh_state *st, struct bh_event *e) {
        struct bh_ev_proc *n = &e->process->now;
        uint32_t *const ns[] = { &n->ns_mnt, &n->ns_pid, &n->ns_net, &n->ns_user, &n->ns_ipc, &n->ns_uts, &n->ns_cgroup, &n->ns_time };

        if (e->head.res < 0 || e->head.n_nums < 8)
                return;
        for (size_t i = 0; i < BH_LEN(ns); i++)
                if (*ns[i] && *ns[i] == (uint32_t) e->nums[6])
                        *ns[i] = (uint32_t) e->nums[7];
        bh_processes_changed(st->processes, e->process);
}

/* A socket that sends without being connected: has it another peer than last time? */
static void on_send(struct bh_state *st, struct bh_event *e) {
        const struct bh_ev_fd *fd = bh_render_fd(e);
        uint64_t who, peer;
        size_t i;

        if (!bh_fd_is_inet(fd))
                return;
        who = (uint64_t) e->head.pid << 32 | (uint32_t) fd->num;
        peer = bh_hash64((struct bh_str){ (const char *) &fd->lport, offsetof(struct bh_ev_fd, rip) + sizeof fd->rip -
                                                                             offsetof(struct bh_ev_fd, lport) });
        i = (who * 0x9e3779b97f4a7c15ull) >> 52 & (PEERS - 1);
        if (st->peers[i].who != who || st->peers[i].peer != peer)
                e->marks |= BH_EVENT_FD_CHANGED;
        st->peers[i].who = who;
        st->peers[i].peer = peer;
}

static void change(struct bh_state *st, struct bh_event *e) {
        switch (e->head.type) {
        case BH_EV_SETUID:
        case BH_EV_SETREUID:
        case BH_EV_SETRESUID: on_ids(st, e, false); break;
        case BH_EV_SETGID:
        case BH_EV_SETREGID:
        case BH_EV_SETRESGID: on_ids(st, e, true); break;
        case BH_EV_CAPSET: on_capset(st, e); break;
        case BH_EV_CHDIR:
        case BH_EV_FCHDIR: on_chdir(st, e); break;
        case BH_EV_SETSID:
        case BH_EV_SETPGID: on_session(st, e); break;
        case BH_EV_SETNS: on_setns(st, e); break;
        case BH_EV_RENAME_TASK:
                if (e->head.tid == e->head.pid)
                        bh_processes_rename(st->processes, e->process, bh_event_str(e, 0));
                break;
        case BH_EV_CONNECT:
        case BH_EV_SENDTO:
        case BH_EV_SENDMSG:
        case BH_EV_SENDMMSG:
        case BH_EV_RECVFROM:
        case BH_EV_RECVMSG:
        case BH_EV_RECVMMSG: on_send(st, e); break;
        default: break;
        }
}

/* The same process as one in the table: /proc counts time in hundredths of a second. */
static bool is_known(struct bh_state *st, const struct bh_ev_proc *proc) {
        const struct bh_process *p = bh_processes_find(st->processes, proc->pid);
        uint64_t apart;

        if (!p || p->ended_ns)
                return false;
        apart = p->now.start_ns > proc->start_ns ? p->now.start_ns - proc->start_ns : proc->start_ns - p->now.start_ns;
        return apart < 2 * 10000000u;
}

static bool is_fork(unsigned type) {
        return type == BH_EV_CLONE || type == BH_EV_CLONE3 || type == BH_EV_FORK || type == BH_EV_VFORK;
}

static bool is_of_nobody(unsigned type) {
        return type == BH_EV_LOST || type == BH_EV_RESOURCE || type == BH_EV_CONTAINER || type == BH_EV_HIDDEN_PORT;
}

/* Our own words, or those of who made the recording. */
static void on_container(struct bh_state *st, struct bh_event *e) {
        e->container = bh_containers_learn(st->containers, bh_event_str(e, 0), !st->live);
}

/* 1: for rules. */
static int apply_to_actor(struct bh_state *st, struct bh_event *e) {
        e->process = actor(st, e);
        if (!e->process)
                return 1;
        follow_cgroup(st, e->process, e);
        follow_rights(st, e->process, e);
        if (is_fork(e->head.type) && e->started) {
                on_fork(st, e);
                return !(e->started->flags & BH_PROC_THREAD);
        }
        change(st, e);
        return 1;
}

int bh_state_apply(struct bh_state *st, struct bh_event *e) {
        int r = 1;

        bh_arena_reset(st->scratch);
        e->asks = &st->asks;
        st->news = NULL;
        if (e->head.type == BH_EV_ALIVE) {
                if (e->started && !is_known(st, e->started))
                        (void) add(st, e->started, e->strs, NULL, now_of(e));
                return 0;
        }
        if (e->head.type == BH_EV_CONTAINER)
                on_container(st, e);
        if (e->head.type == BH_EV_RESOURCE)
                e->container = bh_containers_find(st->containers, bh_event_str(e, 0));
        if (e->head.type == BH_EV_EXECVE && e->started)
                on_exec(st, e);
        else if (!is_of_nobody(e->head.type))
                r = apply_to_actor(st, e);
        return r && !(bh_event_info(e->head.type)->flags & BH_EVI_SILENT);
}

void bh_state_after(struct bh_state *st, const struct bh_event *e) {
        if (e->head.type == BH_EV_PROCEXIT && e->process) /* told by its last thread, whichever that is */
                bh_processes_end(st->processes, e->process, (uint32_t) e->nums[1], now_of(e));
}

struct sweep {
        struct bh_state *st;
        uint64_t now_ns;
};

static int end_if_gone(void *user, struct bh_process *p) {
        const struct sweep *s = user;

        if (!p->ended_ns && !bh_proc_is_there(p->now.pid))
                bh_processes_end(s->st->processes, p, 0, s->now_ns);
        return 0;
}

void bh_state_sweep(struct bh_state *st, uint64_t now_ns) {
        struct sweep s = { st, now_ns };

        if (st->live)
                (void) bh_processes_each(st->processes, end_if_gone, &s);
}

/* Answers for fields. */

static bool ask_user(void *self, const struct bh_process *p, uint32_t uid, struct bh_user *ret) {
        struct bh_state *st = self;

        return bh_users_user(st->users, p, uid, ret);
}

static bool ask_group(void *self, const struct bh_process *p, uint32_t gid, struct bh_str *ret) {
        struct bh_state *st = self;

        return bh_users_group(st->users, p, gid, ret);
}

static struct bh_process *ask_process(void *self, uint32_t pid) {
        struct bh_state *st = self;

        return bh_processes_find(st->processes, pid);
}

int bh_state_init(struct bh_state *st, uint32_t max_processes, uint32_t max_containers, bool live, struct bh_err *err) {
        struct bh_containers_opts opts = { .max = max_containers, .live = live };
        int r;

        *st = (struct bh_state){ .live = live };
        st->scratch = bh_arena_new();
        st->asks = (struct bh_event_asks){ .self = st, .user = ask_user, .group = ask_group, .process = ask_process };
        st->peers = calloc(PEERS, sizeof st->peers[0]);
        if (!st->peers)
                bh_nomem(PEERS * sizeof st->peers[0]);
        r = bh_processes_new(max_processes, &st->processes, err);
        if (r == 0)
                r = bh_containers_new(&opts, &st->containers, err);
        if (r == 0)
                r = bh_users_new(live, &st->users, err);
        if (r < 0) {
                bh_state_done(st);
                return r;
        }
        bh_processes_on_forget(st->processes, on_forget, st);
        return 0;
}

void bh_state_done(struct bh_state *st) {
        bh_processes_free(&st->processes);
        bh_containers_free(&st->containers);
        bh_users_free(&st->users);
        bh_arena_free(&st->scratch);
        free(st->peers);
        *st = (struct bh_state){ 0 };
}
