/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Acts that no container needs and most ways out of one do: tracing others,
 * mounting, loading modules, packet sockets.
 */
#include "../lib/refuse.h"

#define ATTACH 0x02 /* of the mode: for writing too; /proc/PID/mem, process_vm_readv and pidfd_getfd ask for the same */

inline_ int refuse_trace(struct task_struct *other) {
        const struct bh_guard_row *row = row_to_refuse(1u << BH_GUARD_PTRACE);
        struct denied d = { 0 };
        long n;

        if (!row)
                return 0;
        n = bpf_probe_read_kernel_str(d.text, 16, other->comm);
        return refuse(row, &d, BH_GUARD_PTRACE, other->tgid, n > 0 && n <= 16 ? n - 1 : 0);
}

SEC("lsm/ptrace_access_check")
int BPF_PROG(lsm_ptrace, struct task_struct *child, unsigned int mode, int ret) {
        return ret ?: mode & ATTACH ? refuse_trace(only_read(child)) : 0;
}

/* The current one lets itself be traced. */
SEC("lsm/ptrace_traceme")
int BPF_PROG(lsm_traceme, struct task_struct *parent, int ret) {
        return ret ?: refuse_trace(only_read(parent));
}

inline_ int refuse_mount(const struct path *at, u64 flags) {
        const struct bh_guard_row *row = row_to_refuse(1u << BH_GUARD_MOUNT);

        return row ? refuse_path(row, at->dentry, at->mnt, BH_GUARD_MOUNT, flags) : 0;
}

SEC("lsm/sb_mount")
int BPF_PROG(lsm_mount, const char *device, const struct path *at, const char *type, unsigned long flags, void *data, int ret) {
        return ret ?: refuse_mount(only_read(at), flags);
}

SEC("lsm/move_mount")
int BPF_PROG(lsm_move_mount, const struct path *from, const struct path *to, int ret) {
        return ret ?: refuse_mount(only_read(to), 0);
}

SEC("lsm/sb_umount")
int BPF_PROG(lsm_umount, struct vfsmount *mnt, int flags, int ret) {
        struct vfsmount *m = only_read(mnt);
        const struct bh_guard_row *row;

        if (ret)
                return ret;
        row = row_to_refuse(1u << BH_GUARD_MOUNT);
        return row ? refuse_path(row, m->mnt_root, m, BH_GUARD_MOUNT, flags) : 0;
}

/* Of two enums of the kernel's that have the same words and values. */
enum kernel_read_file_id { READING_MODULE = 2, READING_KEXEC_IMAGE = 3 };
enum kernel_load_data_id { LOADING_MODULE = 2, LOADING_KEXEC_IMAGE = 3 };
#define IS(kind, word, id) ((id) == bpf_core_enum_value(enum kind, word))

SEC("lsm/kernel_read_file")
int BPF_PROG(lsm_module_file, struct file *file, u32 id, bool contents, int ret) {
        struct file *f = only_read(file);
        const struct bh_guard_row *row;

        if (ret || !(IS(kernel_read_file_id, READING_MODULE, id) || IS(kernel_read_file_id, READING_KEXEC_IMAGE, id)))
                return ret;
        row = row_to_refuse(1u << BH_GUARD_MODULE);
        return row && f ? refuse_path(row, f->f_path.dentry, f->f_path.mnt, BH_GUARD_MODULE, id) : 0;
}

SEC("lsm/kernel_load_data")
int BPF_PROG(lsm_module_data, u32 id, bool contents, int ret) {
        static const char memory[] = "from memory";
        struct denied d = { 0 };
        const struct bh_guard_row *row;

        if (ret || !(IS(kernel_load_data_id, LOADING_MODULE, id) || IS(kernel_load_data_id, LOADING_KEXEC_IMAGE, id)))
                return ret;
        row = row_to_refuse(1u << BH_GUARD_MODULE);
        if (!row)
                return 0;
        __builtin_memcpy(d.text, memory, sizeof(memory));
        return refuse(row, &d, BH_GUARD_MODULE, id, sizeof(memory) - 1);
}

/* Raw sockets of the internet are a control group's to refuse (guard_cgroup.bpf.c), which is not asked for these. */
SEC("lsm/socket_create")
int BPF_PROG(lsm_packet, int family, int type, int protocol, int kern, int ret) {
        static const char packet[] = "packet socket";
        struct denied d = { 0 };
        const struct bh_guard_row *row;

        if (ret || kern || family != AF_PACKET)
                return ret;
        row = row_to_refuse(1u << BH_GUARD_RAW_SOCKET);
        if (!row)
                return 0;
        __builtin_memcpy(d.text, packet, sizeof(packet));
        return refuse(row, &d, BH_GUARD_RAW_SOCKET, protocol, sizeof(packet) - 1);
}
