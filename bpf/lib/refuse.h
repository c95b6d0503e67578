/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_REFUSE_H
#define BH_BPF_LIB_REFUSE_H
/*
 * What the programs share that refuse where the kernel asks them (LSM).
 *
 * A runtime that is just making a container stands in its control group and in
 * its namespaces already, and has to mount, to open and to write there. It is
 * known by its own program, which is no file of the container's.
 */
#include "judge.h"

#define EPERM 1

/* A file system that only the kernel has mounted: no namespace, or an error in its place. */
inline_ bool is_nowhere(u64 of) {
        return of == 0 || of >= (u64) -4095;
}

/*
 * The program's file is mounted in the host's namespace; or nowhere, as runc's copy of itself in memory is, while it is
 * the first process of a pid namespace that the host has made: not of one that was made in the container.
 */
inline_ bool is_making_container(struct task_struct *t, const struct bh_guard_control *c) {
        struct task_struct *task = only_read(t);
        struct mm_struct *mm = task->mm;
        struct file *exe = mm ? mm->exe_file : NULL;
        struct mnt_namespace *own, *of;
        struct pid_namespace *pids;
        struct mount *m;

        if (!exe || !task->nsproxy)
                return true; /* a thread of the kernel's, or one that is ending */
        own = task->nsproxy->mnt_ns;
        m = mount_of(exe->f_path.mnt);
        of = BPF_CORE_READ(m, mnt_ns);
        if (plain(of) == plain(own))
                return false;
        if (BPF_CORE_READ(of, ns.inum) == c->host_mnt)
                return true;
        pids = task->nsproxy->pid_ns_for_children;
        return own->ns.inum != c->host_mnt && is_nowhere(plain(of)) && pids->level == 1 &&
               plain(pids->child_reaper) == plain(task->group_leader);
}

/* The row here, when it says anything about these bits and we are to judge; else NULL. */
inline_ const struct bh_guard_row *row_to_refuse(u32 bits) {
        struct bh_guard_control *c = guard();
        const struct bh_guard_row *row;

        if (!c || !(c->any & bits) || is_own((u32) (bpf_get_current_pid_tgid() >> 32)))
                return NULL;
        row = row_here();
        if (!row || !((row->stop | row->would) & bits) || is_making_container(bpf_get_current_task_btf(), c))
                return NULL;
        return row;
}

/* What one bit is answered with, and told of with a short text. */
inline_ int refuse(const struct bh_guard_row *row, struct denied *d, u32 what, u64 number, u32 n) {
        u32 v = verdict(row, what);

        if (!v)
                return 0;
        tell_denied(d, what, number, n, v == BH_EV_WOULD ? BH_EV_WOULD : 0);
        return v == BH_EV_WOULD ? 0 : -EPERM;
}

/* The same, of a path. */
inline_ int refuse_path(const struct bh_guard_row *row, struct dentry *dentry, struct vfsmount *mnt, u32 what, u64 number) {
        struct task_struct *t = bpf_get_current_task_btf();
        struct guard_scratch *g = my_guard_scratch();
        u32 v = verdict(row, what);

        if (!v || !g)
                return 0;
        walk_path(&g->path, t, dentry, mnt);
        tell_path(g, t, what, number, v == BH_EV_WOULD ? BH_EV_WOULD : 0);
        return v == BH_EV_WOULD ? 0 : -EPERM;
}

#endif
