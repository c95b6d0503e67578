/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_WHOLE_H
#define BH_BPF_LIB_WHOLE_H
/*
 * A process described whole: its program's file, its standard descriptors and
 * all its strings. Of exec, and of what was there before us.
 */
#include "cgroup.h"
#include "filter.h"
#include "send.h"
#include "sock.h"
#include "task.h"

#define BIG_BYTES (BH_EV_MAX_SIZE + 16384)
#define ARGS_MAX (128 * 1024)
#define ENV_MAX (64 * 1024)
struct big {
        u8 rec[BIG_BYTES];
        struct path_buf path;
};

/* The strings of a process, one after the other. */
struct strings {
        struct big *big;
        u32 *lens;
        u32 at;
        bool cut;
};

/* Moves the text of a walk into the record. */
inline_ void add_walked(struct strings *s, u32 slot) {
        struct path_buf *w = &s->big->path;
        u32 n = walked(w);

        if (n > BH_PATH_MAX)
                n = BH_PATH_MAX;
        if (s->at > BH_EV_MAX_SIZE)
                return;
        if (n)
                bpf_probe_read_kernel(&s->big->rec[s->at], n, &w->at[w->pos & (BH_PATH_MAX - 1)]);
        s->lens[slot] = n;
        s->at += n;
        s->cut |= w->cut;
}

inline_ void add_path(struct strings *s, u32 slot, struct task_struct *t, struct dentry *dentry, struct vfsmount *mnt) {
        if (!dentry)
                return;
        walk_path(&s->big->path, t, dentry, mnt);
        add_walked(s, slot);
}

inline_ void add_cgroup(struct strings *s, struct task_struct *t) {
        walk_cgroup(&s->big->path, t);
        add_walked(s, BH_PROC_STR_CGROUP);
}

inline_ void add_kernel_string(struct strings *s, u32 slot, const char *text, u32 size) {
        long n;

        if (s->at > BH_EV_MAX_SIZE)
                return;
        n = bpf_probe_read_kernel_str(&s->big->rec[s->at], size, text);
        if (n <= 1 || n > size)
                return;
        s->lens[slot] = n - 1;
        s->at += n - 1;
}

#define MEMFD 0x3a64666d656dull /* "memfd:", as a little-endian machine reads it */

/* The program's file. */
inline_ void fill_exe(struct bh_ev_proc *p, struct file *exe) {
        struct inode *inode = BPF_CORE_READ(exe, f_inode);
        struct dentry *dentry = BPF_CORE_READ(exe, f_path.dentry);
        struct inode_times times = { 0 };
        u32 flags = 0;
        u64 name = 0;

        if (!exe)
                return;
        read_times(inode, &times);
        p->exe_ctime_ns = times.ctime_ns;
        p->exe_mtime_ns = times.mtime_ns;
        p->exe_ino = BPF_CORE_READ(inode, i_ino);
        p->exe_mode = BPF_CORE_READ(inode, i_mode);
        p->exe_uid = BPF_CORE_READ(inode, i_uid.val);
        p->exe_dev = dev_of_kernel(BPF_CORE_READ(inode, i_sb, s_dev));
        p->exe_magic = BPF_CORE_READ(inode, i_sb, s_magic);
        if (BPF_CORE_READ(inode, i_nlink) == 0)
                flags |= BH_PROC_EXE_NO_LINK;
        if (p->exe_magic == BH_MAGIC_OVERLAY) {
                u32 o = overlay_flags(dentry, inode);

                flags |= (o & BH_FD_UPPER ? BH_PROC_EXE_UPPER : 0) | (o & BH_FD_LOWER ? BH_PROC_EXE_LOWER : 0);
        }
        if (p->exe_magic == BH_MAGIC_TMPFS)
                flags |= BH_PROC_EXE_TMPFS;
        bpf_probe_read_kernel(&name, 6, BPF_CORE_READ(dentry, d_name.name));
        if ((flags & BH_PROC_EXE_NO_LINK) && BPF_CORE_READ(dentry, d_parent) == dentry && name == MEMFD)
                flags |= BH_PROC_EXE_MEMFD;
        p->flags |= flags;
}

/* By the mode bits alone: access lists and read-only mounts are not asked. */
inline_ bool could_write(const struct bh_ev_proc *p, u32 exe_gid) {
        if (p->exe_uid == p->fsuid)
                return p->exe_mode & 0200;
        if (exe_gid == p->egid)
                return p->exe_mode & 0020;
        return (p->exe_mode & 0002) || (p->cap_effective & (1ull << 1)); /* CAP_DAC_OVERRIDE */
}

/* Which of 0, 1 and 2 are sockets and pipes, and the first socket. */
struct stdio {
        u32 flags; /* of bh_ev_proc */
        s32 num;
        struct file *socket;
};

inline_ void look_at_stdio(struct stdio *ret, struct task_struct *t) {
        for (s32 i = 2; i >= 0; i--) {
                struct file *file = file_of_fd(t, i);
                u32 kind = file ? BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT : 0;

                if (kind == S_IFSOCK) {
                        ret->flags |= BH_PROC_STDIN_SOCKET << i;
                        ret->socket = file;
                        ret->num = i;
                } else if (kind == S_IFIFO && i < 2) {
                        ret->flags |= BH_PROC_STDIN_PIPE << i;
                }
        }
}

#endif
