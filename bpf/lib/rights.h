/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_RIGHTS_H
#define BH_BPF_LIB_RIGHTS_H
/*
 * What each task may do, remembered from the last time we looked. Rights change
 * by exec, by a few system calls and at birth, and we see all of those; rights
 * that have grown in any other way were taken from the kernel by force.
 */
#include "filter.h"
#include "send.h"
#include "task.h"

struct {
        __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
        __uint(map_flags, BPF_F_NO_PREALLOC);
        __type(key, int);
        __type(value, struct bh_rights);
} rights SEC(".maps");

/*
 * Who was looked at last on each CPU, and found with nothing new: most events
 * come in rows of one task's, and storage takes longer to ask than all else.
 */
struct looked {
        u64 task, pid, learnt;
        u32 uid, euid;
        u64 cap_effective;
};

struct {
        __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
        __uint(max_entries, 1);
        __type(key, u32);
        __type(value, struct looked);
} looked SEC(".maps");

/* How often rights were learnt, of any task on any CPU: what was looked at before says nothing any more. */
u64 learnt;

inline_ void namespaces_now(u32 ret[BH_NAMESPACES], struct task_struct *t) {
        struct nsproxy *n = only_read(t)->nsproxy;

        ret[3] = only_read(t)->cred->user_ns->ns.inum;
        if (!n)
                return;
        ret[0] = n->mnt_ns->ns.inum;
        ret[1] = n->pid_ns_for_children->ns.inum;
        ret[2] = n->net_ns->ns.inum;
        ret[4] = n->ipc_ns->ns.inum;
        ret[5] = n->uts_ns->ns.inum;
        if (bpf_core_field_exists(n->cgroup_ns))
                ret[6] = n->cgroup_ns->ns.inum;
}

inline_ void rights_now(struct bh_rights *ret, struct task_struct *t) {
        const struct cred *cred = only_read(t)->real_cred;

        ret->uid = cred->uid.val;
        ret->euid = cred->euid.val;
        ret->gid = cred->gid.val;
        ret->egid = cred->egid.val;
        ret->cap_effective = caps_of(cred, cap_effective);
        namespaces_now(ret->ns, t);
        ret->known = 1;
}

/* What was remembered of it, replaced by what is; .known is 0 when it is seen for the first time. */
inline_ void learn_rights(struct task_struct *t, struct bh_rights *ret_old) {
        struct bh_rights *r = bpf_task_storage_get(&rights, t, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);

        if (!r)
                return;
        *ret_old = *r;
        rights_now(r, t);
        __sync_fetch_and_add(&learnt, 1);
}

struct jump {
        struct bh_ev_head head;
        u64 nums[4];
};

/* Tells that a task has more rights than it had, when it has. */
inline_ bool tell_growth(const struct bh_rights *was, struct task_struct *t) {
        const struct cred *is = only_read(t)->real_cred;
        u64 caps = caps_of(is, cap_effective);
        struct jump j;

        if (!(was->euid != 0 && is->euid.val == 0) && !(was->uid != 0 && is->uid.val == 0) && !(caps & ~was->cap_effective))
                return false;
        j.nums[0] = was->euid;
        j.nums[1] = is->euid.val;
        j.nums[2] = was->cap_effective;
        j.nums[3] = caps;
        fill_head(&j.head, t, BH_EV_CREDJUMP, bpf_ktime_get_boot_ns());
        j.head.n_nums = 4;
        BH_SEND(ring_proc, BH_LANE_PROC, &j.head, sizeof(j));
        return true;
}

inline_ void look_at(struct task_struct *t, struct looked *ret) {
        const struct cred *is = only_read(t)->real_cred;

        ret->task = (u64) t;
        ret->pid = t->pid;
        ret->learnt = learnt;
        ret->uid = is->uid.val;
        ret->euid = is->euid.val;
        ret->cap_effective = caps_of(is, cap_effective);
}

inline_ bool has_nothing(const struct looked *l) {
        return l->uid && l->euid && !l->cap_effective;
}

/* True: the same as before. It is remembered that they were seen. */
inline_ bool seen_before(const struct looked *now) {
        u32 zero = 0;
        struct looked *l = bpf_map_lookup_elem(&looked, &zero);

        if (!l)
                return false;
        if (l->task == now->task && l->pid == now->pid && l->learnt == now->learnt && l->uid == now->uid && l->euid == now->euid &&
            l->cap_effective == now->cap_effective)
                return true;
        *l = *now;
        return false;
}

/* Looks at the current task; a growth is told once. The frame must be small, for those of the callers are large. */
apart_ int compare_rights(void) {
        struct task_struct *t = bpf_get_current_task_btf();
        struct bh_rights *was;
        struct looked now;

        look_at(t, &now);
        if (has_nothing(&now) || seen_before(&now)) /* what has nothing has not grown */
                return 0;
        was = bpf_task_storage_get(&rights, t, NULL, 0);
        if (was && was->known && tell_growth(was, t))
                rights_now(was, t);
        return 0;
}

/* The types whose calls change rights lawfully: they learn by themselves. */
inline_ bool changes_rights(u32 type) {
        return (type >= BH_EV_SETNS && type <= BH_EV_UNSHARE) || (type >= BH_EV_SETUID && type <= BH_EV_CAPSET);
}

inline_ void watch_rights(const struct bh_sensor_filter *f, u32 type) {
        if ((f->wants & BH_WANTS_RIGHTS) && !changes_rights(type))
                compare_rights();
}

#endif
