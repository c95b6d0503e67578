/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * System calls that say more than their arguments do: what rights a task had
 * and has, in which namespace it was and is, what a struct of the caller's
 * holds.
 */
#include "../lib/call.h"

/* dev, dir, type */
SEC("tp_btf/sys_exit")
int BPF_PROG(sys_mount, struct pt_regs *regs, long ret) {
        struct sums sums;
        struct call k;

        if (!begin_call(&k, regs, ret, BH_HAVE_ANY_ACCESS))
                return 0;
        start_record(&k, false, 6, 4);
        sums = sums_of(&k);
        add_user_string(k.s, k.args[0], BH_PATH_MAX);
        check_text(k.s, sums.a);
        add_path_argument(k.s, AT_FDCWD, k.args[1]);
        check_text(k.s, sums.b);
        add_user_string(k.s, k.args[2], 256);
        send_call(&k);
        return 0;
}

#define RIGHTS_NUMS 10

/* What it was and is; by type, the user's or the group's ids, or the capabilities. */
inline_ void fill_change(u64 *nums, u32 type, const struct bh_rights *was, const struct bh_rights *is) {
        bool group = type == BH_EV_SETGID || type == BH_EV_SETREGID || type == BH_EV_SETRESGID;

        if (!was->known)
                was = is;
        nums[6] = group ? was->gid : was->uid;
        nums[7] = group ? was->egid : was->euid;
        nums[8] = group ? is->gid : is->uid;
        nums[9] = group ? is->egid : is->euid;
}

inline_ void fill_caps(u64 *nums, struct task_struct *t) {
        const struct cred *cred = only_read(t)->cred;

        nums[6] = caps_of(cred, cap_inheritable);
        nums[7] = caps_of(cred, cap_permitted);
        nums[8] = caps_of(cred, cap_effective);
        nums[9] = 0;
}

/* The first namespace that is another one now. */
inline_ void fill_namespace_change(u64 *nums, const struct bh_rights *was, const struct bh_rights *is) {
        nums[6] = nums[7] = nums[8] = nums[9] = 0;
        if (!was->known)
                return;
        for (int i = BH_NAMESPACES - 1; i >= 0; i--) {
                if (was->ns[i] == is->ns[i])
                        continue;
                nums[6] = was->ns[i];
                nums[7] = is->ns[i];
        }
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_rights, struct pt_regs *regs, long ret) {
        struct bh_rights was = { 0 }, is = { 0 };
        struct file *file = NULL;
        struct call k;
        bool has_fd;
        u32 type;

        if (!find_call(&k, regs, ret))
                return 0;
        if (k.f->wants & BH_WANTS_RIGHTS) {
                if (ret < 0)
                        compare_rights();
                else
                        learn_rights(k.t, &was);
        }
        type = k.row->type;
        if (!type || !rows_left(k.f, type, BH_HAVE_ANY_ACCESS | BH_HAVE_INET | outcome(ret) | where_is(k.t)))
                return 0;
        k.s = my_scratch();
        if (!k.s)
                return 0;
        if (type == BH_EV_SETNS)
                file = file_of_fd(k.t, (s32) k.args[0]);
        has_fd = file != NULL;
        start_record(&k, has_fd, RIGHTS_NUMS, has_fd);
        rights_now(&is, k.t);
        if (type == BH_EV_CAPSET)
                fill_caps(nums_of(&k, has_fd), k.t);
        else if (type == BH_EV_SETNS || type == BH_EV_UNSHARE)
                fill_namespace_change(nums_of(&k, has_fd), &was, &is);
        else
                fill_change(nums_of(&k, has_fd), type, &was, &is);
        if (file) {
                struct bh_ev_fd *fd = fd_part(&k);

                fill_fd(fd, file, (s32) k.args[0]);
                add_fd_name(k.s, fd, k.t, file);
        }
        send_call(&k);
        return 0;
}

/* bpf(2)'s attributes begin with the type of what they make; its name stands there: */
#define BPF_CMD_MAP_CREATE 0
#define BPF_CMD_PROG_LOAD 5
#define MAP_NAME_AT 28
#define PROG_NAME_AT 48

struct perf_words {
        u32 type, size;
        u64 config;
};
struct uring_words {
        u32 sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features;
};

inline_ void add_bpf(struct call *k, bool has_fd) {
        u32 cmd = k->args[0], type = 0;

        if (cmd != BPF_CMD_MAP_CREATE && cmd != BPF_CMD_PROG_LOAD)
                return add_nothing(k->s);
        bpf_probe_read_user(&type, sizeof(type), (void *) k->args[1]);
        nums_of(k, has_fd)[6] = type;
        add_user_string(k->s, k->args[1] + (cmd == BPF_CMD_PROG_LOAD ? PROG_NAME_AT : MAP_NAME_AT), 16);
}

inline_ void add_struct(struct call *k, bool has_fd) {
        u64 *nums = nums_of(k, has_fd);
        u32 ends[2] = { 0 };

        if (k->row->type == BH_EV_BPF) {
                add_bpf(k, has_fd);
        } else if (k->row->type == BH_EV_PERF_EVENT_OPEN) {
                struct perf_words w = { 0 };

                bpf_probe_read_user(&w, sizeof(w), (void *) k->args[0]);
                nums[6] = w.type;
                nums[7] = w.config;
        } else if (k->row->type == BH_EV_IO_URING_SETUP) {
                struct uring_words w = { 0 };

                bpf_probe_read_user(&w, sizeof(w), (void *) k->args[1]);
                nums[6] = w.flags;
                nums[7] = w.sq_entries;
                nums[8] = w.cq_entries;
                nums[9] = w.features;
                nums[10] = w.sq_thread_cpu;
                nums[11] = w.sq_thread_idle;
        } else { /* a pipe */
                struct file *file;

                bpf_probe_read_user(ends, sizeof(ends), (void *) k->args[0]);
                file = k->ret >= 0 ? file_of_fd(k->t, ends[0]) : NULL;
                nums[6] = ends[0];
                nums[7] = ends[1];
                nums[8] = file ? BPF_CORE_READ(file, f_inode, i_ino) : 0;
        }
}

#define PR_SET_NAME 15
#define STRUCT_NUMS 12

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_struct, struct pt_regs *regs, long ret) {
        struct file *file = NULL;
        struct call k;
        bool has_fd;
        u32 type;

        if (!begin_call(&k, regs, ret, BH_HAVE_ANY_ACCESS | BH_HAVE_INET))
                return 0;
        type = k.row->type;
        if (k.row->flags & BH_CALL_RETURNS_FD)
                file = file_of_fd(k.t, ret);
        has_fd = file != NULL;
        if (type == BH_EV_PRCTL) {
                start_record(&k, false, 6, 1);
                if (k.args[0] == PR_SET_NAME)
                        add_user_string(k.s, k.args[1], 16);
                send_call(&k);
                return 0;
        }
        start_record(&k, has_fd, STRUCT_NUMS, has_fd + (type == BH_EV_BPF));
        for (int i = 6; i < STRUCT_NUMS; i++)
                nums_of(&k, has_fd)[i] = 0;
        if (file) {
                struct bh_ev_fd *fd = fd_part(&k);

                fill_fd(fd, file, ret);
                fd->kind = type == BH_EV_BPF ? BH_FD_BPF : type == BH_EV_IO_URING_SETUP ? BH_FD_IO_URING : BH_FD_OTHER;
                add_fd_name(k.s, fd, k.t, file);
        }
        add_struct(&k, has_fd);
        send_call(&k);
        return 0;
}
