/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Files that may not be opened, or not for writing: those on a list, by the
 * path that the process sees; and those of the kernel's own that make it run a
 * program, by what they are.
 */
#include "../lib/refuse.h"

#define MAY_WRITE 2 /* of f_mode */
#define LISTED_BITS ((1u << BH_GUARD_FILE_OPEN) | (1u << BH_GUARD_FILE_WRITE))

/* A file of a file system that holds no data, by its last name. */
inline_ bool is_kernel_file(struct file *file) {
        struct bh_guard_word key = { 0 };

        key.kind = (u32) BPF_CORE_READ(file, f_inode, i_sb, s_magic);
        bpf_probe_read_kernel_str(key.word, sizeof(key.word), BPF_CORE_READ(file, f_path.dentry, d_name.name));
        return bpf_map_lookup_elem(&guard_words, &key) != NULL;
}

/* The path that was walked last. */
inline_ bool is_listed_file(struct path_buf *w) {
        u32 n = walked(w) + 1, pos = w->pos & (BH_PATH_MAX - 1);
        struct bh_guard_file *key = (void *) &w->at[pos] - 4;

        key->bits = (n > BH_GUARD_PATH - 1 ? BH_GUARD_PATH - 1 : n) * 8;
        return bpf_map_lookup_elem(&guard_files, key) != NULL;
}

/* The bits of what this open is. */
inline_ u32 kinds_of_open(struct guard_scratch *g, struct file *file, u32 asked) {
        struct task_struct *t = bpf_get_current_task_btf();
        bool write = file->f_mode & MAY_WRITE;
        u32 kinds = 0;

        if (write && (asked & (1u << BH_GUARD_KERNEL_FILE)) && is_kernel_file(file))
                kinds |= 1u << BH_GUARD_KERNEL_FILE;
        if (!(asked & LISTED_BITS) || (!write && !(asked & (1u << BH_GUARD_FILE_OPEN))))
                return kinds;
        walk_path(&g->path, t, file->f_path.dentry, file->f_path.mnt);
        if (is_listed_file(&g->path))
                kinds |= (1u << BH_GUARD_FILE_OPEN) | (write ? 1u << BH_GUARD_FILE_WRITE : 0);
        return kinds;
}

/* The first that is refused, or else that would be. */
inline_ u32 which_of(u32 kinds) {
        for (u32 i = BH_GUARD_FILE_OPEN; i < BH_GUARD_KERNEL_FILE; i++)
                if (kinds & (1u << i))
                        return i;
        return BH_GUARD_KERNEL_FILE;
}

SEC("lsm/file_open")
int BPF_PROG(lsm_file, struct file *file, int ret) {
        const struct bh_guard_row *row;
        struct guard_scratch *g = my_guard_scratch();
        struct file *f = only_read(file);
        u32 kinds;

        if (ret || !g)
                return ret;
        row = row_to_refuse(LISTED_BITS | (1u << BH_GUARD_KERNEL_FILE));
        if (!row)
                return 0;
        kinds = kinds_of_open(g, f, row->stop | row->would);
        if (kinds & row->stop)
                kinds &= row->stop;
        else
                kinds &= row->would;
        return kinds ? refuse_path(row, f->f_path.dentry, f->f_path.mnt, which_of(kinds), f->f_flags) : 0;
}
