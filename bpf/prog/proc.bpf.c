/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The life of processes: born, made into another program, renamed, ended.
 */
#include "../lib/rights.h"
#include "../lib/whole.h"

/* One for each CPU: a program start may carry a long command line. */
struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 1); /* as many as there are CPUs: the loader's */
        __type(key, u32);
        __type(value, struct big);
} bigs SEC(".maps");

inline_ struct big *my_big(void) {
        u32 cpu = bpf_get_smp_processor_id();

        return bpf_map_lookup_elem(&bigs, &cpu);
}

/* What stands in the process's own memory from..to; a page that is not there ends it. */
inline_ void add_memory(struct big *b, u32 slot, unsigned long from, unsigned long to, u32 most) {
        u64 n = to - from;
        u32 at = b->at;

        if (to <= from || at > BH_EV_MAX_SIZE - ARGS_MAX)
                return;
        if (n > most) {
                n = most;
                b->cut = 1;
        }
        if (bpf_probe_read_user(&b->rec[at], n, (void *) from) != 0) {
                b->cut = 1;
                n = 4096 - (from & 4095);
                if (n > to - from || bpf_probe_read_user(&b->rec[at], n, (void *) from) != 0)
                        return;
        }
        added(b, slot, n);
}

inline_ void add_exec_strings(struct big *b, struct task_struct *t, const char *filename, u32 wants) {
        struct mm_struct *mm = only_read(t)->mm;
        struct file *exe = mm->exe_file;

        add_path(b, BH_PROC_STR_EXEPATH, t, exe->f_path.dentry, exe->f_path.mnt);
        add_memory(b, BH_PROC_STR_ARGS, mm->arg_start, mm->arg_end, ARGS_MAX - 1);
        if (wants & BH_WANTS_ENV)
                add_memory(b, BH_PROC_STR_ENV, mm->env_start, mm->env_end, ENV_MAX - 1);
        add_kernel_string(b, BH_PROC_STR_COMM, t->comm, 16);
        add_path(b, BH_PROC_STR_CWD, t, only_read(t)->fs->pwd.dentry, only_read(t)->fs->pwd.mnt);
        add_cgroup(b, t);
        add_kernel_string(b, BH_PROC_STR_FILENAME, filename, BH_PATH_MAX);
}

inline_ void fill_exec(struct bh_ev_proc *p, struct task_struct *t, int old_pid, struct linux_binprm *b) {
        fill_proc(p, t);
        fill_exe(p, only_read(t)->mm->exe_file);
        if (BPF_CORE_READ_BITFIELD(b, secureexec))
                p->flags |= BH_PROC_SETUID_EXEC;
        if (old_pid != t->pid)
                p->flags |= BH_PROC_NOT_LEADER;
}

/* An exec may raise rights by set-id bits and file capabilities (secureexec), and root always gets its own back. */
inline_ void rights_of_exec(struct task_struct *t, struct linux_binprm *b) {
        struct bh_rights was = { 0 }, is = { 0 };

        learn_rights(t, &was);
        if (!was.known || BPF_CORE_READ_BITFIELD(b, secureexec))
                return;
        rights_now(&is, t);
        if (is.euid == was.euid && is.uid == was.uid && is.euid == 0)
                return;
        tell_growth(&was, t);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(proc_exec, struct task_struct *t, int old_pid, struct linux_binprm *bprm) {
        struct bh_sensor_filter *f = the_filter();
        struct big *b = my_big();
        struct stdio io = { .num = -1 };
        struct bh_ev_head *h;
        struct bh_ev_proc *p;

        if (!b || !wanted(f, BH_EV_EXECVE, true, t))
                return 0;
        if (f->wants & BH_WANTS_RIGHTS)
                rights_of_exec(t, bprm);
        look_at_stdio(&io, t);
        p = start_whole(b, io.socket != NULL);
        h = (void *) b->rec;
        fill_head(h, t, BH_EV_EXECVE, bpf_ktime_get_boot_ns());
        if (io.socket) {
                struct bh_ev_fd *fd = (void *) b->rec + at_fd();

                fill_fd(fd, io.socket, io.num);
                fd->flags |= BH_FD_STDIO;
        }
        fill_exec(p, t, old_pid, bprm);
        p->flags |= io.flags;
        add_exec_strings(b, t, only_read(bprm)->filename, f->wants);
        SEND_WHOLE(h, end_whole(b));
        return 0;
}

/* At the birth of a process, seen by its parent; a thread is no process. */
inline_ int born(struct task_struct *child, u64 clone_flags) {
        struct bh_sensor_filter *f = the_filter();
        struct task_struct *t = bpf_get_current_task_btf();
        struct big *b = my_big();
        struct bh_rights none;
        struct bh_ev_head *h;
        struct bh_ev_proc *p;

        watch_rights(f, BH_EV_CLONE);
        if (f->wants & BH_WANTS_RIGHTS)
                learn_rights(child, &none);
        if (!b || child->tgid != child->pid || !wanted(f, BH_EV_CLONE, true, t))
                return 0;
        p = start_whole(b, false);
        h = (void *) b->rec;
        fill_head(h, t, BH_EV_CLONE, bpf_ktime_get_boot_ns());
        h->res = child->tgid;
        fill_proc(p, child);
        p->clone_flags = clone_flags;
        if (only_read(child)->cgroups != only_read(t)->cgroups)
                add_cgroup(b, child);
        SEND_WHOLE(h, end_whole(b));
        return 0;
}

SEC("tp_btf/task_newtask")
int BPF_PROG(proc_newtask, struct task_struct *child, u64 clone_flags) {
        return born(child, clone_flags);
}

/* Where there is no task_newtask. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(proc_fork, struct task_struct *parent, struct task_struct *child) {
        return born(child, 0);
}

struct small {
        struct bh_ev_head head;
        u64 nums[3];
        u32 lens[2];
        u8 text[16];
};

inline_ u32 reaper_of(struct task_struct *t) {
        struct nsproxy *n = t->nsproxy;

        return n ? n->pid_ns_for_children->child_reaper->tgid : 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(proc_exit, struct task_struct *t) {
        struct bh_sensor_filter *f = the_filter();
        struct signal_struct *signal = only_read(t)->signal;
        struct small r = { 0 };

        if (signal->live.counter != 0)
                return 0;
        if (is_own(t->tgid)) { /* pinned, we outlive it: its number is anybody's from now on */
                control.own_tgid = 0;
                return 0;
        }
        if (!wanted(f, BH_EV_PROCEXIT, true, t))
                return 0;
        watch_rights(f, BH_EV_PROCEXIT);
        fill_head(&r.head, t, BH_EV_PROCEXIT, bpf_ktime_get_boot_ns());
        r.head.n_nums = 2;
        r.nums[1] = reaper_of(only_read(t));
        r.nums[0] = signal->flags & BH_SIGNAL_GROUP_EXIT ? signal->group_exit_code : only_read(t)->group_leader->exit_code;
        BH_SEND(ring_proc, BH_LANE_PROC, &r.head, at_bytes(false, false, 2, 0));
        return 0;
}

SEC("tp_btf/task_rename")
int BPF_PROG(proc_rename, struct task_struct *t, const char *comm) {
        struct bh_sensor_filter *f = the_filter();
        struct small r = { 0 };
        long n;

        /* An exec renames too: its own event says so. Threads have names of their own. */
        if (t->pid != t->tgid || BPF_CORE_READ_BITFIELD(t, in_execve) || !wanted(f, BH_EV_RENAME_TASK, true, t))
                return 0;
        fill_head(&r.head, t, BH_EV_RENAME_TASK, bpf_ktime_get_boot_ns());
        r.head.n_strs = 1;
        n = bpf_probe_read_kernel_str(&r.nums[1], 16, comm); /* after the table of one length */
        if (n < 1 || n > 16)
                return 0;
        r.nums[0] = n - 1;
        BH_SEND_SMALL(ring_proc, BH_LANE_PROC, &r.head, at_bytes(false, false, 0, 1) + n - 1, sizeof(r));
        return 0;
}
