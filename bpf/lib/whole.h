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
        /* Where the next string goes, and where the table of lengths stands: here, so that the verifier forgets it. */
        volatile u32 at, lens_at, cut, has_fd;
};

/* n bytes more have become string `slot`. */
inline_ void added(struct big *b, u32 slot, u32 n) {
        u32 *lens = (void *) &b->rec[b->lens_at & 0x3ff];

        lens[slot] = n;
        b->at += n;
}

/* Moves the text of a walk into the record. */
inline_ void add_walked(struct big *b, u32 slot) {
        struct path_buf *w = &b->path;
        u32 n = walked(w), at = b->at;

        if (n > BH_PATH_MAX || at > BH_EV_MAX_SIZE)
                return;
        bpf_probe_read_kernel(&b->rec[at], n, &w->at[w->pos & (BH_PATH_MAX - 1)]);
        added(b, slot, n);
        b->cut |= w->cut;
}

inline_ void add_path(struct big *b, u32 slot, struct task_struct *t, struct dentry *dentry, struct vfsmount *mnt) {
        if (!dentry)
                return;
        walk_path(&b->path, t, dentry, mnt);
        add_walked(b, slot);
}

inline_ void add_cgroup(struct big *b, struct task_struct *t) {
        walk_cgroup(&b->path, t);
        add_walked(b, BH_PROC_STR_CGROUP);
}

inline_ void add_kernel_string(struct big *b, u32 slot, const char *text, u32 size) {
        u32 at = b->at;
        long n;

        if (at > BH_EV_MAX_SIZE)
                return;
        n = bpf_probe_read_kernel_str(&b->rec[at], size, text);
        if (n > 1 && n <= size)
                added(b, slot, n - 1);
}

/* Where the parts of the record stand; what is not filled in is zero. */
inline_ struct bh_ev_proc *start_whole(struct big *b, bool has_fd) {
        b->has_fd = has_fd;
        b->lens_at = at_lens(has_fd, true, 0);
        b->at = at_bytes(has_fd, true, 0, BH_PROC_STRS);
        b->cut = 0;
        __builtin_memset(b->rec + at_fd(), 0, at_bytes(true, true, 0, BH_PROC_STRS) - at_fd());
        return (void *) &b->rec[(b->lens_at - sizeof(struct bh_ev_proc)) & 0xff];
}

/* The record's size, or 0 when it has become too long. */
inline_ u32 end_whole(struct big *b) {
        struct bh_ev_head *h = (void *) b->rec;
        u32 at = (b->at + 7) & ~7u;

        h->flags |= BH_EV_HAS_PROC | (b->has_fd ? BH_EV_HAS_FD : 0) | (b->cut ? BH_EV_CUT : 0);
        h->n_strs = BH_PROC_STRS;
        return at > BH_EV_MAX_SIZE ? 0 : at;
}

/* Older verifiers forget a bound when a number is rounded: it is rounded before, and bounded last. */
#define SEND_WHOLE(h, bytes)                                                                                    \
        do {                                                                                                    \
                u32 whole_ = (bytes);                                                                           \
                forget(whole_);                                                                                 \
                if (whole_ && whole_ <= BH_EV_MAX_SIZE)                                                         \
                        BH_SEND_ROUND(ring_proc, BH_LANE_PROC, h, whole_);                                      \
        } while (0)

/* By the mode bits alone: access lists and read-only mounts are not asked. */
inline_ bool could_write(const struct bh_ev_proc *p, u32 exe_gid) {
        if (p->exe_uid == p->fsuid)
                return p->exe_mode & 0200;
        if (exe_gid == p->egid)
                return p->exe_mode & 0020;
        return (p->exe_mode & 0002) || (p->cap_effective & (1ull << 1)); /* CAP_DAC_OVERRIDE */
}

#define MEMFD 0x3a64666d656dull /* "memfd:", as a little-endian machine reads it */

/* The program's file. */
apart_ int fill_exe_of(struct bh_ev_proc *p, u64 file) {
        struct file *exe = (void *) file;
        struct inode *inode = GET(file, exe, f_inode);
        struct dentry *dentry = GET(file, exe, f_path.dentry);
        struct inode_times times = { 0 };
        struct super_block *sb = GET(inode, inode, i_sb);
        u32 flags = 0;
        u64 name;

        if (!p || !exe)
                return 0;
        read_times(inode, &times);
        p->exe_ctime_ns = times.ctime_ns;
        p->exe_mtime_ns = times.mtime_ns;
        p->exe_ino = GET(inode, inode, i_ino);
        p->exe_mode = GET(inode, inode, i_mode);
        p->exe_uid = GET(inode, inode, i_uid.val);
        p->exe_dev = dev_of_kernel(GET(super_block, sb, s_dev));
        p->exe_magic = GET(super_block, sb, s_magic);
        if (GET(inode, inode, i_nlink) == 0)
                flags |= BH_PROC_EXE_NO_LINK;
        if (p->exe_magic == BH_MAGIC_OVERLAY) {
                u32 o = overlay_flags(dentry, inode);

                flags |= (o & BH_FD_UPPER ? BH_PROC_EXE_UPPER : 0) | (o & BH_FD_LOWER ? BH_PROC_EXE_LOWER : 0);
        }
        if (p->exe_magic == BH_MAGIC_TMPFS)
                flags |= BH_PROC_EXE_TMPFS;
        name = word_at(GET(dentry, dentry, d_name.name)) << 16 >> 16;
        if ((flags & BH_PROC_EXE_NO_LINK) && GET(dentry, dentry, d_parent) == dentry && name == MEMFD)
                flags |= BH_PROC_EXE_MEMFD;
        p->flags |= flags;
        if (could_write(p, GET(inode, inode, i_gid.val)))
                p->flags |= BH_PROC_EXE_WRITABLE;
        return 0;
}

inline_ void fill_exe(struct bh_ev_proc *p, struct file *exe) {
        fill_exe_of(p, plain(exe));
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
                struct inode *inode = file ? GET(file, file, f_inode) : NULL;
                u32 kind = inode ? GET(inode, inode, i_mode) & S_IFMT : 0;

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
