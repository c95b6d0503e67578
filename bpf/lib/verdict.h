/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_VERDICT_H
#define BH_BPF_LIB_VERDICT_H
/*
 * Which rows name a path, remembered: the same files are opened again and
 * again, and asking the maps costs several times as much as to walk.
 *
 * What is remembered belongs to a text and not to a file. Each time the path
 * is walked as it is now, and its names are summed up where they lie, without
 * being copied; so whatever was renamed or mounted has another sum. Two texts
 * that share one would need the filter's secret to be found. A filter that
 * comes has a new one, and remembers nothing of the last.
 */
#include "filter.h"

#define BH_VERDICTS 1024
#define BH_SUM_DEPTH 12  /* of a longer way, or */
#define BH_SUM_WORDS 8   /* a longer name (in words of 8 bytes) nothing is remembered */

struct verdict {
        u64 sum, named;
};

struct {
        __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
        __uint(max_entries, BH_VERDICTS);
        __type(key, u32);
        __type(value, struct verdict);
} verdicts SEC(".maps");

/* A walk that only sums up. Its state is in registers: in memory it would take as long again. */
struct summing {
        struct dentry *dentry, *mount_root;
        struct mount *mount;
        u64 sum, secret[2];
};

inline_ u64 sum_with(const struct summing *s, u64 sum, u64 word) {
        sum = (sum + word) * s->secret[0];
        return (sum ^ sum >> 32) * s->secret[1];
}

/*
 * Names lie in the kernel's memory, where eight bytes can be read of what is
 * shorter. What is left for the last word is less than eight: its highest byte
 * is the length, so no two rows of names are the same words.
 */
inline_ bool sum_name(struct summing *s, const struct dentry_part *d) {
        const u8 *at = d->name;
        u32 left = d->len;
        u64 sum = s->sum, last = 0;

        for (int i = 0; i < BH_SUM_WORDS && left >= 8; i++) {
                sum = sum_with(s, sum, word_at(at));
                at += 8;
                left -= 8;
        }
        if (left >= 8)
                return false;
        if (left)
                last = word_at(at) << (64 - left * 8) >> (64 - left * 8);
        s->sum = sum_with(s, sum, last | (u64) d->len << 56);
        return true;
}

enum { ON, WHOLE, UNKNOWN };

inline_ bool sum_up_a_mount(struct summing *s) {
        struct mount *here = s->mount, *parent = GET(mount, here, mnt_parent);

        if (parent == here || !parent)
                return false;
        s->dentry = GET(mount, here, mnt_mountpoint);
        s->mount = parent;
        s->mount_root = GET(mount, parent, mnt.mnt_root);
        return true;
}

/* As walk_step. */
inline_ int sum_step(struct summing *s, const struct dentry *root, const struct mount *root_mount) {
        struct dentry_part d;

        if (s->dentry == root && s->mount == root_mount)
                return WHOLE;
        if (s->dentry == s->mount_root)
                return sum_up_a_mount(s) ? ON : WHOLE;
        read_dentry(s->dentry, &d);
        if (!sum_name(s, &d))
                return UNKNOWN;
        if (d.parent == s->dentry) { /* of no tree */
                s->sum = sum_with(s, s->sum, 1);
                return WHOLE;
        }
        s->dentry = d.parent;
        return ON;
}

/* Of the path that walk_path would write from a dentry and its mount to a root and its mount; 0: not known. */
apart_ u64 sum_from(u64 dentry, u64 vfs, u64 root, u64 root_vfs, const struct bh_sensor_filter *f) {
        struct summing s;
        int how = ON;

        if (!f)
                return 0;
        s = (struct summing){ .dentry = (void *) dentry, .mount = mount_of((void *) vfs), .sum = f->secret[0], .secret = { f->secret[0], f->secret[1] } };
        s.mount_root = GET(mount, s.mount, mnt.mnt_root);
        for (int i = 0; i < BH_SUM_DEPTH && how == ON; i++)
                how = sum_step(&s, (void *) root, mount_of((void *) root_vfs));
        return how == WHOLE ? s.sum : 0;
}

inline_ u64 sum_of_path(const struct bh_sensor_filter *f, struct task_struct *t, struct file *file) {
        struct fs_struct *fs = only_read(t)->fs;

        return fs ? sum_from(word_at(&file->f_path.dentry), word_at(&file->f_path.mnt), word_at(&fs->root.dentry), word_at(&fs->root.mnt), f) : 0;
}

/* Where the verdict on a sum stands, or will. */
inline_ struct verdict *verdict_on(u64 sum) {
        u32 at = sum >> 32 & (BH_VERDICTS - 1);

        return sum ? bpf_map_lookup_elem(&verdicts, &at) : NULL;
}

/* Those of `rows` that name the path of a file. It is walked, too, when there are any. */
inline_ u64 rows_naming_file(const struct bh_sensor_filter *f, u64 rows, struct path_buf *w, struct task_struct *t,
                             struct file *file) {
        struct verdict *v = NULL;
        bool known = false;
        u64 sum = 0, named = 0;

        if (can_cast && f->secret[0]) {
                sum = sum_of_path(f, t, file);
                v = verdict_on(sum);
                known = v && v->sum == sum;
                named = known ? v->named & rows : 0;
                if (known && !named)
                        return 0;
        }
        walk_path(w, t, GET(file, file, f_path.dentry), GET(file, file, f_path.mnt));
        if (known)
                return named;
        if (w->cut)
                return rows;
        named = rows_naming(f, ~0ull, w);
        if (v) {
                v->sum = sum;
                v->named = named;
        }
        return named & rows;
}

#endif
