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
inline_ void add_others_memory(struct strings *s, u32 slot, struct task_struct *t, unsigned long from, unsigned long to) {
        u64 n = to - from;

        if (to <= from || s->at > BH_EV_MAX_SIZE)
                return;
        if (n > ALIVE_MEMORY - 1) {
                n = ALIVE_MEMORY - 1;
                s->cut = true;
        }
        if (bpf_copy_from_user_task(&s->big->rec[s->at], n, (void *) from, t, 0) != 0)
                return;
        s->lens[slot] = n;
        s->at += n;
}

inline_ void add_alive_strings(struct strings *s, struct task_struct *t, u32 wants) {
        struct mm_struct *mm = t->mm;
        struct file *exe = mm ? mm->exe_file : NULL;
        struct fs_struct *fs = t->fs;

        if (exe)
                add_path(s, BH_PROC_STR_EXEPATH, t, exe->f_path.dentry, exe->f_path.mnt);
        if (mm)
                add_others_memory(s, BH_PROC_STR_ARGS, t, mm->arg_start, mm->arg_end);
        if (mm && (wants & BH_WANTS_ENV))
                add_others_memory(s, BH_PROC_STR_ENV, t, mm->env_start, mm->env_end);
        add_kernel_string(s, BH_PROC_STR_COMM, t->comm, 16);
        if (fs)
                add_path(s, BH_PROC_STR_CWD, t, fs->pwd.dentry, fs->pwd.mnt);
        add_cgroup(s, t);
}

inline_ void fill_alive(struct bh_ev_proc *p, struct task_struct *t) {
        struct mm_struct *mm = t->mm;
        struct file *exe = mm ? mm->exe_file : NULL;
        struct stdio io = { .num = -1 };

        fill_proc(p, t);
        if (exe) {
                fill_exe(p, exe);
                if (could_write(p, exe->f_inode->i_gid.val))
                        p->flags |= BH_PROC_EXE_WRITABLE;
        }
        if (t->files)
                look_at_stdio(&io, t);
        p->flags |= io.flags;
}

SEC("iter.s/task")
int alive(struct bpf_iter__task *ctx) {
        struct bh_sensor_control *c = the_control();
        struct bh_sensor_filter *f = c ? the_filter(c) : NULL;
        struct task_struct *t = ctx->task;
        u32 zero = 0;
        struct big *big = bpf_map_lookup_elem(&alive_big, &zero);
        struct strings s = { .big = big };
        struct bh_rights none;
        struct bh_ev_head *h;
        struct bh_ev_proc *p;

        if (!t || !f || !big)
                return 0;
        if (f->wants & BH_WANTS_RIGHTS)
                learn_rights(t, &none);
        if (t->pid != t->tgid || t->tgid == c->own_tgid)
                return 0;
        h = (void *) big->rec;
        fill_head(h, t, BH_EV_ALIVE, bpf_ktime_get_boot_ns());
        h->flags = BH_EV_HAS_PROC;
        h->n_strs = BH_PROC_STRS;
        p = (void *) big->rec + at_proc(false);
        __builtin_memset(p, 0, at_bytes(false, true, 0, BH_PROC_STRS) - at_proc(false));
        fill_alive(p, t);
        h->cgroup_id = p->cgroup_id;
        s.lens = (void *) big->rec + at_lens(false, true, 0);
        s.at = at_bytes(false, true, 0, BH_PROC_STRS);
        add_alive_strings(&s, t, f->wants);
        if (s.cut)
                h->flags |= BH_EV_CUT;
        s.at = (s.at + 7) & ~7u;
        h->size = s.at;
        if (s.at <= 8 * 4096)
                bpf_seq_write(ctx->meta->seq, h, s.at);
        return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
