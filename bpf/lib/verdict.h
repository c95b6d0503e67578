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
#define BH_SUM_DEPTH 32  /* of a longer way, or */
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

struct summing {
        struct path_buf *buf;
        u64 sum, secret[2];
        u32 whole;
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

/* As walk_step. */
static long sum_step(u64 i, struct summing *s) {
        struct path_buf *w = s->buf;
        struct dentry_part d;

        if (w->dentry == w->root && w->mount == w->root_mount) {
                s->whole = 1;
                return 1;
        }
        if (w->dentry == w->mount_root) {
                if (up_a_mount(w))
                        return 0;
                s->whole = 1;
                return 1;
        }
        read_dentry(w->dentry, &d);
        if (!sum_name(s, &d))
                return 1;
        if (d.parent == w->dentry) { /* of no tree */
                s->sum = sum_with(s, s->sum, 1);
                s->whole = 1;
                return 1;
        }
        w->dentry = d.parent;
        return 0;
}

/* Of the path that walk_path would write; 0: not known. */
apart_ u64 sum_from(struct path_buf *w, const struct bh_sensor_filter *f) {
        struct summing s = { .buf = w };
        struct vfsmount *vfs;

        if (!w || !f)
                return 0;
        vfs = w->vfs;
        s.secret[0] = s.sum = f->secret[0];
        s.secret[1] = f->secret[1];
        w->mount = mount_of(vfs);
        w->mount_root = GET(vfsmount, vfs, mnt_root);
        bpf_loop(BH_SUM_DEPTH, sum_step, &s, 0);
        return s.whole ? s.sum : 0;
}

/* Where the verdict on a sum stands, or will. */
inline_ struct verdict *verdict_on(u64 sum) {
        u32 at = sum >> 32 & (BH_VERDICTS - 1);

        return sum ? bpf_map_lookup_elem(&verdicts, &at) : NULL;
}

/* Does any of `rows` name this path? It is walked, too, when one does. */
inline_ bool path_of_file_wanted(const struct bh_sensor_filter *f, u64 rows, struct path_buf *w, struct task_struct *t,
                                 struct file *file, u32 which) {
        struct dentry *dentry = GET(file, file, f_path.dentry);
        struct vfsmount *mnt = GET(file, file, f_path.mnt);
        struct verdict *v = NULL;
        u64 sum = 0, named;

        if (rows != ~0ull && can_cast && f->secret[0]) {
                aim_walk(w, t, dentry, mnt);
                sum = sum_from(w, f);
                v = verdict_on(sum);
                if (v && v->sum == sum && !(v->named & rows))
                        return false;
        }
        walk_path(w, t, dentry, mnt);
        if (rows == ~0ull || w->cut)
                return true;
        named = rows_naming(f, ~0ull, w, which);
        if (v) {
                v->sum = sum;
                v->named = named;
        }
        return named & rows;
}

#endif
