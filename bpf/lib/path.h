/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_PATH_H
#define BH_BPF_LIB_PATH_H
/*
 * The path of a dentry, as the process would write it: from its own root, by
 * the kernel's tree and mounts, whatever names were asked for.
 *
 * It is written from its end to its beginning: `at` is filled downwards from
 * BH_PATH_MAX; what is above stays zero, so the text is followed by NULs and
 * can serve as a key. Before the text there is room for a key's head.
 */
#include "kernel.h"
#include "put.h"

#define BH_PATH_DEPTH 2048
#define BH_PATH_AHEAD 16

/* The walk's state lives with its text, in memory that the verifier does not follow: so it ends its own walk. */
struct path_buf {
        u8 ahead[BH_PATH_AHEAD];
        u8 at[2 * BH_PATH_MAX]; /* the second half is zero, for the verifier's and the keys' sake */
        struct dentry *dentry;
        struct vfsmount *vfs;
        struct mount *mount;
        struct dentry *mount_root;
        struct dentry *root;
        struct mount *root_mount;
        u32 pos;  /* the text is at[pos .. BH_PATH_MAX) */
        u32 name; /* where its last part begins */
        u32 cut;
        u32 no_tree;
};

struct walk {
        struct path_buf *buf;
};

inline_ struct mount *mount_of(struct vfsmount *m) {
        return (void *) m - bpf_core_field_offset(struct mount, mnt);
}

/* d_parent and d_name stand together in every kernel: read as one where they do. */
struct dentry_part {
        struct dentry *parent;
        u32 hash, len;
        const unsigned char *name;
};

inline_ void read_dentry(struct dentry *d, struct dentry_part *ret) {
        u32 at = bpf_core_field_offset(struct dentry, d_parent);

        if (can_cast) {
                struct dentry *as = bpf_rdonly_cast(d, bpf_core_type_id_kernel(struct dentry));

                ret->parent = as->d_parent;
                ret->len = as->d_name.len;
                ret->name = as->d_name.name;
                return;
        }
        if (bpf_core_field_offset(struct dentry, d_name) == at + 8 && bpf_core_field_offset(struct qstr, len) == 4 &&
            bpf_core_field_offset(struct qstr, name) == 8) {
                bpf_probe_read_kernel(ret, sizeof(*ret), (void *) d + at);
                return;
        }
        ret->parent = BPF_CORE_READ(d, d_parent);
        ret->len = BPF_CORE_READ(d, d_name.len);
        ret->name = BPF_CORE_READ(d, d_name.name);
}

#define SHORT_NAME 64

/*
 * The bytes of a short name, so that they end at `end`: by words, from the last
 * one to the first, which may bring along bytes that lie before the name; they
 * go where the next name comes.
 */
inline_ void copy_name(struct path_buf *w, u32 end, const unsigned char *name, u32 len) {
        for (u32 done = 0; done < SHORT_NAME && done < len; done += 8) {
                u64 word = word_at(name + len - done - 8);

                __builtin_memcpy(&w->at[(end - done - 8) & (BH_PATH_MAX - 1)], &word, 8);
        }
}

/* Puts one name in front; a slash before it when asked. False when there is no room. */
inline_ bool put_name(struct path_buf *w, const unsigned char *name, u32 len, bool slash) {
        u32 pos = w->pos, n = len & 0xff; /* NAME_MAX is 255 */

        if (n + slash > pos) {
                w->cut = 1;
                return false;
        }
        if (can_cast && n <= SHORT_NAME && pos > SHORT_NAME + 8)
                copy_name(w, pos, name, n);
        else
                bpf_probe_read_kernel(&w->at[(pos - n) & (BH_PATH_MAX - 1)], n, name);
        pos -= n;
        if (w->pos == BH_PATH_MAX)
                w->name = pos;
        if (slash) {
                pos--;
                w->at[pos & (BH_PATH_MAX - 1)] = '/';
        }
        w->pos = pos;
        return true;
}

inline_ bool up_a_mount(struct path_buf *w) {
        struct mount *here = w->mount; /* not in one expression: our own structs must not be relocated */
        struct mount *parent = GET(mount, here, mnt_parent);

        if (parent == here || !parent)
                return false;
        w->dentry = GET(mount, here, mnt_mountpoint);
        w->mount = parent;
        w->mount_root = GET(mount, parent, mnt.mnt_root);
        return true;
}

/* One step towards the root; 1 ends the walk. */
static long walk_step(u64 i, struct walk *ctx) {
        struct path_buf *w = ctx->buf;
        struct dentry_part d;

        if (w->dentry == w->root && w->mount == w->root_mount)
                return 1;
        if (w->dentry == w->mount_root)
                return up_a_mount(w) ? 0 : 1;
        read_dentry(w->dentry, &d);
        if (d.parent == w->dentry) { /* of no tree: a memfd; a pipe has no name at all */
                w->no_tree = 1;
                put_name(w, d.name, d.len, false);
                return 1;
        }
        if (!put_name(w, d.name, d.len, true))
                return 1;
        w->dentry = d.parent;
        return 0;
}

inline_ void start_text(struct path_buf *w) {
        w->pos = w->name = BH_PATH_MAX;
        w->cut = w->no_tree = 0;
}

/* The root itself has no name. */
inline_ void end_text(struct path_buf *w) {
        if (w->pos < BH_PATH_MAX || w->no_tree)
                return;
        w->pos = BH_PATH_MAX - 1;
        w->at[BH_PATH_MAX - 1] = '/';
}

/* From where dentry, vfs and the roots are set to. */
apart_ int walk_from(struct path_buf *w) {
        struct walk ctx = { w };
        struct vfsmount *vfs;

        if (!w)
                return 0;
        vfs = w->vfs;
        start_text(w);
        w->mount = mount_of(vfs);
        w->mount_root = GET(vfsmount, vfs, mnt_root);
        bpf_loop(BH_PATH_DEPTH, walk_step, &ctx, 0);
        end_text(w);
        return 0;
}

inline_ void walk_path(struct path_buf *w, struct task_struct *task, struct dentry *dentry, struct vfsmount *mnt) {
        struct fs_struct *fs = only_read(task)->fs;

        w->dentry = dentry;
        w->vfs = mnt;
        w->root = fs ? fs->root.dentry : NULL;
        w->root_mount = fs ? mount_of(fs->root.mnt) : NULL;
        walk_from(w);
}

inline_ u32 walked(const struct path_buf *w) {
        return BH_PATH_MAX - w->pos;
}

#endif
