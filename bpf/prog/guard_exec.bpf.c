/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Programs that may not run: killed when the kernel has made them and before
 * they have run their first instruction. What a program is, is told by its
 * file, not by its name.
 *
 * Processes that are still in the host's mount namespace are not judged by
 * what their file is: a container's runtime starts itself from memory there.
 */
#include "../lib/guard.h"
#include "../lib/whole.h"

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

inline_ bool is_shell(struct guard_scratch *g, struct task_struct *t) {
        struct bh_guard_word word = { .kind = BH_GUARD_SHELL_WORD };

        bpf_probe_read_kernel_str(word.word, 16, t->comm);
        if (bpf_map_lookup_elem(&guard_words, &word))
                return true;
        __builtin_memset(word.word, 0, sizeof(word.word));
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
inline_ u32 kinds_of(struct guard_scratch *g, struct task_struct *t, struct bh_guard_control *c, const char *filename) {
        u32 flags = g->proc.flags, kinds = 0;

        if (only_read(t)->nsproxy->mnt_ns->ns.inum != c->host_mnt) {
                if (flags & BH_PROC_EXE_UPPER)
                        kinds |= 1u << BH_GUARD_DRIFTED;
                if ((flags & BH_PROC_EXE_MEMFD) || ((flags & BH_PROC_EXE_NO_LINK) && (flags & BH_PROC_EXE_TMPFS)))
                        kinds |= 1u << BH_GUARD_MEMFD;
        }
        if ((c->any & (1u << BH_GUARD_LISTED)) && is_listed(g, filename))
                kinds |= 1u << BH_GUARD_LISTED;
        if ((c->any & (1u << BH_GUARD_SHELL)) && talks_to_network(g, t) && is_shell(g, t))
                kinds |= 1u << BH_GUARD_SHELL;
        return kinds;
}

inline_ void tell_exec(struct guard_scratch *g, struct task_struct *t, u32 kinds, u32 flags) {
        struct bh_sensor_control *c = the_control();
        u32 n = walked(&g->path), what = 0;

        if (!c || n > BH_PATH_MAX)
                return;
        while (what < 3 && !(kinds & (1u << what)))
                what++;
        fill_head(&g->head, t, BH_EV_DENIED, bpf_ktime_get_boot_ns());
        g->head.flags = flags;
        g->head.res = flags & BH_EV_WOULD ? 0 : -1;
        g->head.n_nums = 2;
        g->head.n_strs = 1;
        g->nums[0] = what;
        g->nums[1] = kinds;
        forget(n);
        if (n > BH_PATH_MAX)
                return;
        g->lens[0] = n;
        bpf_probe_read_kernel(g->text, n, &g->path.at[g->path.pos & (BH_PATH_MAX - 1)]);
        BH_SEND(ring_proc, BH_LANE_PROC, &g->head, at_bytes(false, false, 2, 1) + n, c);
}

#define SIGKILL 9

SEC("tp_btf/sched_process_exec")
int BPF_PROG(guard_exec, struct task_struct *t, int old_pid, struct linux_binprm *b) {
        struct bh_guard_control *c = guard();
        struct guard_scratch *g = my_guard_scratch();
        struct bh_guard_row *row;
        struct file *exe;
        u32 kinds;

        if (!c || !g || t->tgid == c->own_tgid)
                return 0;
        row = row_here();
        if (!row || !((row->stop | row->would) & 0xf))
                return 0;
        exe = only_read(t)->mm->exe_file;
        if (!exe)
                return 0;
        __builtin_memset(&g->proc, 0, sizeof(g->proc));
        fill_exe(&g->proc, exe);
        walk_path(&g->path, t, exe->f_path.dentry, exe->f_path.mnt);
        kinds = kinds_of(g, t, c, b->filename);
        if (kinds & row->stop) {
                bpf_send_signal(SIGKILL);
                tell_exec(g, t, kinds & row->stop, BH_EV_KILLED);
        } else if (kinds & row->would) {
                tell_exec(g, t, kinds & row->would, BH_EV_WOULD);
        }
        return 0;
}
