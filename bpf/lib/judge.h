/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_JUDGE_H
#define BH_BPF_LIB_JUDGE_H
/*
 * May this program run here? What a program is, is told by its file, not by
 * its name. Asked by the tracepoint that can kill (guard_exec.bpf.c), and by
 * the hook that can refuse, where there is one (guard_lsm_exec.bpf.c).
 *
 * Processes that are still in the host's mount namespace are not judged by
 * what their file is: a container's runtime starts itself from memory there.
 */
#include "guard.h"
#include "whole.h"

struct guard_scratch {
        struct bh_ev_head head;
        u64 nums[2];
        u32 lens[2];
        u8 text[BH_PATH_MAX];
        struct path_buf path;
        struct bh_ev_proc proc;
        struct bh_ev_fd fd;
        struct bh_guard_path key;
};

struct {
        __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
        __uint(max_entries, 1);
        __type(key, u32);
        __type(value, struct guard_scratch);
} guard_scratches SEC(".maps");

inline_ struct guard_scratch *my_guard_scratch(void) {
        u32 zero = 0;

        return bpf_map_lookup_elem(&guard_scratches, &zero);
}

/* What is asked about: the task that executes, its file, and what the caller called it. */
struct exec_asked {
        struct task_struct *task;
        struct file *exe;
        const char *filename;
        const char *comm; /* NULL: it has not got its new name yet */
};

inline_ bool is_shell(struct guard_scratch *g, const struct exec_asked *a) {
        struct bh_guard_word word = { .kind = BH_GUARD_SHELL_WORD };

        if (a->comm) {
                bpf_probe_read_kernel_str(word.word, 16, a->comm);
                if (bpf_map_lookup_elem(&guard_words, &word))
                        return true;
                __builtin_memset(word.word, 0, sizeof(word.word));
        }
        bpf_probe_read_kernel_str(word.word, sizeof(word.word), &g->path.at[g->path.name & (BH_PATH_MAX - 1)]);
        return bpf_map_lookup_elem(&guard_words, &word) != NULL;
}

/* One of 0, 1 and 2 is an IPv4 or IPv6 connection to somebody. */
inline_ bool talks_to_network(struct guard_scratch *g, struct task_struct *t) {
        for (int i = 0; i < 3; i++) {
                struct file *file = file_of_fd(t, i);
                struct sock *sk;

                if (!file || !is_socket(file) || !inet_of(file))
                        continue;
                sk = sock_of(file);
                if (BPF_CORE_READ(sk, __sk_common.skc_dport))
                        return true;
        }
        return false;
}

inline_ bool is_listed(struct guard_scratch *g, const char *filename) {
        __builtin_memset(&g->key, 0, sizeof(g->key));
        bpf_probe_read_kernel_str(g->key.path, sizeof(g->key.path), &g->path.at[g->path.pos & (BH_PATH_MAX - 1)]);
        if (bpf_map_lookup_elem(&guard_paths, &g->key))
                return true;
        __builtin_memset(&g->key, 0, sizeof(g->key)); /* a script's name; its file is its interpreter's */
        bpf_probe_read_kernel_str(g->key.path, sizeof(g->key.path), filename);
        return bpf_map_lookup_elem(&guard_paths, &g->key) != NULL;
}

/* Of what kind of unwanted program is it? A bit each. */
inline_ u32 kinds_of(struct guard_scratch *g, const struct exec_asked *a, struct bh_guard_control *c) {
        u32 flags = g->proc.flags, kinds = 0;

        if (only_read(a->task)->nsproxy->mnt_ns->ns.inum != c->host_mnt) {
                if (flags & BH_PROC_EXE_UPPER)
                        kinds |= 1u << BH_GUARD_DRIFTED;
                if ((flags & BH_PROC_EXE_MEMFD) || ((flags & BH_PROC_EXE_NO_LINK) && (flags & BH_PROC_EXE_TMPFS)))
                        kinds |= 1u << BH_GUARD_MEMFD;
        }
        if ((c->any & (1u << BH_GUARD_LISTED)) && is_listed(g, a->filename))
                kinds |= 1u << BH_GUARD_LISTED;
        if ((c->any & (1u << BH_GUARD_SHELL)) && talks_to_network(g, a->task) && is_shell(g, a))
                kinds |= 1u << BH_GUARD_SHELL;
        return kinds;
}

/* Of the path that was walked last. */
inline_ void tell_path(struct guard_scratch *g, struct task_struct *t, u32 what, u64 number, u32 flags) {
        u32 n = walked(&g->path);

        if (n > BH_PATH_MAX)
                return;
        fill_head(&g->head, t, BH_EV_DENIED, bpf_ktime_get_boot_ns());
        g->head.flags = flags;
        g->head.res = flags & BH_EV_WOULD ? 0 : -1;
        g->head.n_nums = 2;
        g->head.n_strs = 1;
        g->nums[0] = what;
        g->nums[1] = number;
        forget(n);
        if (n > BH_PATH_MAX)
                return;
        g->lens[0] = n;
        bpf_probe_read_kernel(g->text, n, &g->path.at[g->path.pos & (BH_PATH_MAX - 1)]);
        BH_SEND(ring_proc, BH_LANE_PROC, &g->head, at_bytes(false, false, 2, 1) + n);
}

inline_ void tell_exec(struct guard_scratch *g, struct task_struct *t, u32 kinds, u32 flags) {
        u32 what = 0;

        while (what < 3 && !(kinds & (1u << what)))
                what++;
        tell_path(g, t, what, kinds, flags);
}

/* BH_GUARD_STOP, BH_EV_WOULD or 0, as the row of this place says; tells of it with `stopped` as its flags when it is stopped. */
inline_ u32 judge_exec(const struct exec_asked *a, u32 stopped) {
        struct bh_guard_control *c = guard();
        struct guard_scratch *g = my_guard_scratch();
        struct bh_guard_row *row;
        u32 kinds;

        if (!c || !g || !a->exe || is_own(a->task->tgid))
                return 0;
        row = row_here();
        if (!row || !((row->stop | row->would) & 0xf))
                return 0;
        __builtin_memset(&g->proc, 0, sizeof(g->proc));
        fill_exe(&g->proc, a->exe);
        walk_path(&g->path, a->task, a->exe->f_path.dentry, a->exe->f_path.mnt);
        kinds = kinds_of(g, a, c);
        if (kinds & row->stop) {
                tell_exec(g, a->task, kinds & row->stop, stopped);
                return BH_GUARD_STOP;
        }
        if (kinds & row->would) {
                tell_exec(g, a->task, kinds & row->would, BH_EV_WOULD);
                return BH_EV_WOULD;
        }
        return 0;
}

#endif
