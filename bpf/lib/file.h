/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_FILE_H
#define BH_BPF_LIB_FILE_H
/*
 * What a struct file says of what it is: kind, inode, device, and on an overlay
 * whether the container wrote it or the image had it.
 */
#include "kernel.h"
#include "put.h"

/* The overlay's words on a dentry of it: BH_FD_UPPER, BH_FD_LOWER. */
struct ovl_entry___old { /* until 6.4, in d_fsdata */
        unsigned int numlower;
} __attribute__((preserve_access_index));
struct ovl_entry___new {
        unsigned int __numlower;
} __attribute__((preserve_access_index));
struct ovl_inode___new {
        struct ovl_entry___new *oe;
} __attribute__((preserve_access_index));
struct dentry___fsdata {
        void *d_fsdata;
} __attribute__((preserve_access_index));

/*
 * Where overlayfs is a module its types are not the kernel's own; then what is
 * known is that the upper dentry follows the inode, and after it the lower.
 */
inline_ u32 overlay_by_place(struct inode *inode) {
        void *after[2] = { 0 };
        u32 flags = 0;

        bpf_probe_read_kernel(after, sizeof(after), (void *) inode + bpf_core_type_size(struct inode));
        if (after[0])
                flags |= BH_FD_UPPER;
        if (after[1])
                flags |= BH_FD_LOWER;
        return flags;
}

inline_ u32 old_lower(struct dentry *dentry) {
        struct ovl_entry___old *e = BPF_CORE_READ((struct dentry___fsdata *) dentry, d_fsdata);

        return BPF_CORE_READ(e, numlower);
}

inline_ u32 overlay_flags(struct dentry *dentry, struct inode *inode) {
        struct ovl_inode *oi;
        u32 flags = 0, lower = 0;

        if (!bpf_core_type_exists(struct ovl_inode))
                return overlay_by_place(inode);
        oi = (void *) inode - bpf_core_field_offset(struct ovl_inode, vfs_inode);
        if (BPF_CORE_READ(oi, __upperdentry))
                flags |= BH_FD_UPPER;
        if (bpf_core_field_exists(struct ovl_inode___new, oe))
                lower = BPF_CORE_READ((struct ovl_inode___new *) oi, oe, __numlower);
        else if (bpf_core_field_exists(struct ovl_entry___old, numlower))
                lower = old_lower(dentry);
        return lower ? flags | BH_FD_LOWER : flags;
}

inline_ u8 kind_of_mode(u32 mode) {
        switch (mode & S_IFMT) {
        case S_IFDIR:
                return BH_FD_DIR;
        case S_IFIFO:
                return BH_FD_PIPE;
        case 0: /* an anonymous inode: eventfd, epoll, ... */
                return BH_FD_OTHER;
        default:
                return BH_FD_FILE;
        }
}

/* Of anything but a socket. */
inline_ void fill_file(struct bh_ev_fd *fd, struct file *file) {
        struct inode *inode = GET(file, file, f_inode);
        struct super_block *sb = GET(inode, inode, i_sb);
        u32 nlink = GET(inode, inode, i_nlink);

        fd->mode = GET(inode, inode, i_mode);
        fd->ino = GET(inode, inode, i_ino);
        fd->dev = dev_of_kernel(GET(super_block, sb, s_dev));
        fd->magic = GET(super_block, sb, s_magic);
        fd->kind = kind_of_mode(fd->mode);
        fd->open_flags = GET(file, file, f_flags);
        fd->flags = GET(file, file, f_mode) & FMODE_CREATED ? BH_FD_CREATED : 0;
        if (nlink == 0)
                fd->flags |= BH_FD_NO_LINK;
        if (fd->magic == BH_MAGIC_OVERLAY)
                fd->flags |= overlay_flags(GET(file, file, f_path.dentry), inode);
}

struct inode_times {
        u64 mtime_ns, ctime_ns;
};

#define NS(sec, nsec) ((u64) (sec) * 1000000000ull + (nsec))

inline_ void read_times(struct inode *inode, struct inode_times *ret) {
        struct inode___struct_times *old = (void *) inode;
        struct inode___renamed_times *renamed = (void *) inode;
        struct inode___parts *parts = (void *) inode;

        if (bpf_core_field_exists(parts->i_ctime_sec)) {
                ret->mtime_ns = NS(GET(inode___parts, parts, i_mtime_sec), GET(inode___parts, parts, i_mtime_nsec));
                /* The highest bit is the kernel's own mark that somebody has looked. */
                ret->ctime_ns = NS(GET(inode___parts, parts, i_ctime_sec), GET(inode___parts, parts, i_ctime_nsec) & 0x7fffffff);
        } else if (bpf_core_field_exists(renamed->__i_ctime)) {
                ret->ctime_ns = NS(GET(inode___renamed_times, renamed, __i_ctime.tv_sec), GET(inode___renamed_times, renamed, __i_ctime.tv_nsec));
                if (bpf_core_field_exists(renamed->__i_mtime))
                        ret->mtime_ns = NS(GET(inode___renamed_times, renamed, __i_mtime.tv_sec), GET(inode___renamed_times, renamed, __i_mtime.tv_nsec));
                else /* 6.6 */
                        ret->mtime_ns = NS(GET(inode___struct_times, old, i_mtime.tv_sec), GET(inode___struct_times, old, i_mtime.tv_nsec));
        } else {
                ret->mtime_ns = NS(GET(inode___struct_times, old, i_mtime.tv_sec), GET(inode___struct_times, old, i_mtime.tv_nsec));
                ret->ctime_ns = NS(GET(inode___struct_times, old, i_ctime.tv_sec), GET(inode___struct_times, old, i_ctime.tv_nsec));
        }
}

/* The file that an fd of a process stands for, or NULL. */
inline_ struct file *file_of_fd(struct task_struct *t, s64 fd) {
        struct fdtable *table = only_read(t)->files->fdt;

        if (fd < 0 || fd >= table->max_fds)
                return NULL;
        return (struct file *) word_at((void *) table->fd + fd * sizeof(struct file *));
}

#endif
