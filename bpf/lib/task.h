/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_TASK_H
#define BH_BPF_LIB_TASK_H
/*
 * A process: the head of every record, and the part that describes one whole.
 */
#include "maps.h"
#include "put.h"

#define caps_of(cred, member) word_at((void *) (cred) + bpf_core_field_offset(struct cred___caps, member))

inline_ void fill_head(struct bh_ev_head *h, struct task_struct *t, u32 type, u64 now) {
        const struct cred *cred;

        t = only_read(t);
        cred = t->cred;

        h->type = type;
        h->flags = 0;
        h->ktime_ns = now;
        h->cgroup_id = t->cgroups->dfl_cgrp->kn->id;
        h->pid = t->tgid;
        h->tid = t->pid;
        h->res = 0;
        h->euid = cred->euid.val;
        h->egid = cred->egid.val;
        h->n_nums = h->n_strs = 0;
        h->cpu = bpf_get_smp_processor_id();
        h->pidns = t->nsproxy ? t->nsproxy->pid_ns_for_children->ns.inum : 0;
        h->cap_effective = caps_of(cred, cap_effective);
}

inline_ void upid_at(struct pid *p, u32 level, struct upid *ret) {
        /* As a number: what is added to a pointer older verifiers want to know the bounds of. */
        u64 at = plain(p) + bpf_core_field_offset(struct pid, numbers) + (u64) level * bpf_core_type_size(struct upid);

        ret->nr = word_at((void *) (at + bpf_core_field_offset(struct upid, nr)));
        ret->ns = (void *) word_at((void *) (at + bpf_core_field_offset(struct upid, ns)));
}

/* A pid as a namespace `level` deep sees it; 0 when it cannot. */
inline_ u32 pid_at(struct pid *p, u32 level) {
        struct upid u = { 0 };

        if (!p || GET(pid, p, level) < level)
                return 0;
        upid_at(p, level, &u);
        return u.nr;
}

inline_ void fill_ids(struct bh_ev_proc *p, struct task_struct *t) {
        struct signal_struct *signal = t->signal;
        struct pid *pid = t->group_leader->thread_pid;
        struct pid *pgrp = signal->pids[BH_PGID], *sid = signal->pids[BH_SID];
        struct upid own = { 0 };
        struct pid_namespace *ns;
        struct task_struct *init;
        u32 level = GET(pid, pid, level);

        upid_at(pid, level, &own);
        ns = own.ns;
        p->pid = t->tgid;
        p->ppid = t->real_parent->tgid;
        p->vpid = own.nr;
        p->pgid = pid_at(pgrp, 0);
        p->sid = pid_at(sid, 0);
        p->vpgid = pid_at(pgrp, level);
        p->vsid = pid_at(sid, level);
        p->ns_pid = GET(pid_namespace, ns, ns.inum);
        init = GET(pid_namespace, ns, child_reaper);
        p->pidns_init_start_ns = GET(task_struct, init, start_boottime);
}

inline_ u32 tty_of(struct task_struct *t) {
        struct tty_struct *tty = t->signal->tty;
        struct tty_driver *driver;

        if (!tty)
                return 0;
        driver = tty->driver;
        return dev_encode(driver->major, driver->minor_start + tty->index);
}

inline_ void fill_cred(struct bh_ev_proc *p, struct task_struct *t) {
        const struct cred *cred = t->real_cred;

        p->uid = cred->uid.val;
        p->euid = cred->euid.val;
        p->suid = cred->suid.val;
        p->fsuid = cred->fsuid.val;
        p->gid = cred->gid.val;
        p->egid = cred->egid.val;
        p->loginuid = bpf_core_field_exists(t->loginuid) ? t->loginuid.val : (u32) -1;
        p->cap_inheritable = caps_of(cred, cap_inheritable);
        p->cap_permitted = caps_of(cred, cap_permitted);
        p->cap_effective = caps_of(cred, cap_effective);
        p->cap_bounding = caps_of(cred, cap_bset);
        p->ns_user = cred->user_ns->ns.inum;
}

inline_ void fill_namespaces(struct bh_ev_proc *p, struct task_struct *t) {
        struct nsproxy *n = t->nsproxy;

        p->ns_mnt = p->ns_net = p->ns_ipc = p->ns_uts = p->ns_cgroup = p->ns_time = 0;
        if (!n)
                return;
        p->ns_mnt = n->mnt_ns->ns.inum;
        p->ns_net = n->net_ns->ns.inum;
        p->ns_ipc = n->ipc_ns->ns.inum;
        p->ns_uts = n->uts_ns->ns.inum;
        if (bpf_core_field_exists(n->cgroup_ns))
                p->ns_cgroup = n->cgroup_ns->ns.inum;
        if (bpf_core_field_exists(n->time_ns))
                p->ns_time = n->time_ns->ns.inum;
}

/* All but the program's file. */
inline_ void fill_proc(struct bh_ev_proc *p, struct task_struct *t) {
        t = only_read(t);
        p->flags = 0;
        if (t->flags & BH_PF_KTHREAD)
                p->flags |= BH_PROC_KTHREAD;
        if (t->atomic_flags & (1ul << BH_PFA_NO_NEW_PRIVS))
                p->flags |= BH_PROC_NO_NEW_PRIVS;
        p->start_ns = t->start_boottime;
        p->tty = tty_of(t);
        p->clone_flags = 0;
        p->cgroup_id = t->cgroups->dfl_cgrp->kn->id;
        fill_ids(p, t);
        fill_cred(p, t);
        fill_namespaces(p, t);
}

#endif
