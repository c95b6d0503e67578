/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The processes that were there before us, by the kernel's own list of tasks:
 * also those that somebody hides from /proc. A record each, in the order of
 * the list, read through a file.
 */
#include "../lib/rights.h"
#include "../lib/whole.h"

struct bpf_iter_meta {
        struct seq_file *seq;
} __attribute__((preserve_access_index));
struct bpf_iter__task {
        struct bpf_iter_meta *meta;
        struct task_struct *task;
} __attribute__((preserve_access_index));

/* A record must fit into the file's own buffer of eight pages. */
#define ALIVE_MEMORY 8192

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 1);
        __type(key, u32);
        __type(value, struct big);
} alive_big SEC(".maps");

/* As add_memory of an exec, but of another process, whose pages may have to be fetched. */
inline_ void add_others_memory(struct big *b, u32 slot, struct task_struct *t, unsigned long from, unsigned long to) {
        u64 n = to - from;
        u32 at = b->at;

        if (to <= from || at > BH_EV_MAX_SIZE)
                return;
        if (n > ALIVE_MEMORY - 1) {
                n = ALIVE_MEMORY - 1;
                b->cut = 1;
        }
        if (bpf_copy_from_user_task(&b->rec[at], n, (void *) from, t, 0) == 0)
                added(b, slot, n);
}

inline_ void add_alive_strings(struct big *b, struct task_struct *t, u32 wants) {
        struct mm_struct *mm = only_read(t)->mm;
        struct fs_struct *fs = only_read(t)->fs;

        if (mm) {
                struct file *exe = mm->exe_file;

                add_path(b, BH_PROC_STR_EXEPATH, t, exe ? exe->f_path.dentry : NULL, exe ? exe->f_path.mnt : NULL);
                add_others_memory(b, BH_PROC_STR_ARGS, t, mm->arg_start, mm->arg_end);
                if (wants & BH_WANTS_ENV)
                        add_others_memory(b, BH_PROC_STR_ENV, t, mm->env_start, mm->env_end);
        }
        add_kernel_string(b, BH_PROC_STR_COMM, t->comm, 16);
        if (fs)
                add_path(b, BH_PROC_STR_CWD, t, fs->pwd.dentry, fs->pwd.mnt);
        add_cgroup(b, t);
}

inline_ void fill_alive(struct bh_ev_proc *p, struct task_struct *t) {
        struct mm_struct *mm = only_read(t)->mm;
        struct stdio io = { .num = -1 };

        fill_proc(p, t);
        if (mm)
                fill_exe(p, mm->exe_file);
        if (only_read(t)->files)
                look_at_stdio(&io, t);
        p->flags |= io.flags;
}

#define ANCESTORS 64

/* The namespaces of the host are those of the kernel's first task, the ancestor of all: also when /proc shows another one. */
SEC("iter/task")
int find_host(struct bpf_iter__task *ctx) {
        struct task_struct *t = ctx->task, *parent;
        struct nsproxy *n;

        if (!t || control.host_mnt)
                return 0;
        for (int i = 0; i < ANCESTORS; i++) {
                parent = BPF_CORE_READ(t, real_parent);
                if (!parent || parent == t)
                        break;
                t = parent;
        }
        if (BPF_CORE_READ(t, pid) != 0)
                return 0;
        n = BPF_CORE_READ(t, nsproxy);
        control.host_mnt = BPF_CORE_READ(n, mnt_ns, ns.inum);
        control.host_net = BPF_CORE_READ(n, net_ns, ns.inum);
        return 0;
}

SEC("iter.s/task")
int alive(struct bpf_iter__task *ctx) {
        struct bh_sensor_filter *f = the_filter();
        struct task_struct *t = ctx->task;
        u32 zero = 0, size;
        struct big *b = bpf_map_lookup_elem(&alive_big, &zero);
        struct bh_rights none;
        struct bh_ev_head *h;
        struct bh_ev_proc *p;

        if (!t || !b)
                return 0;
        if (f->wants & BH_WANTS_RIGHTS)
                learn_rights(t, &none);
        if (t->pid != t->tgid || is_own(t->tgid))
                return 0;
        p = start_whole(b, false);
        h = (void *) b->rec;
        fill_head(h, t, BH_EV_ALIVE, bpf_ktime_get_boot_ns());
        fill_alive(p, t);
        h->cgroup_id = p->cgroup_id;
        add_alive_strings(b, t, f->wants);
        size = end_whole(b);
        h->size = size;
        if (size && size <= 8 * 4096)
                bpf_seq_write(ctx->meta->seq, h, size);
        return 0;
}
