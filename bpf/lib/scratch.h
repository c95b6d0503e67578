/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_SCRATCH_H
#define BH_BPF_LIB_SCRATCH_H
/*
 * The buffer of a CPU in which system calls' records are built, and the pieces
 * that go into them. System calls end with preemption off and never inside
 * each other, so one is enough.
 */
#include "maps.h"
#include "path.h"
#include "sock.h"
#include "task.h"

struct scratch {
        u8 rec[BH_REC_BYTES];
        struct path_buf path;
        /* Where the next string goes, its number, where their lengths stand: here, so that the verifier forgets it. */
        volatile u32 at, n, lens_at, flags;
};

struct {
        __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
        __uint(max_entries, 1);
        __type(key, u32);
        __type(value, struct scratch);
} scratches SEC(".maps");

inline_ struct scratch *my_scratch(void) {
        u32 zero = 0;

        return bpf_map_lookup_elem(&scratches, &zero);
}

inline_ void add_length(struct scratch *s, u32 n) {
        u32 *lens = (void *) &s->rec[s->lens_at & 0x1ff], i = s->n;

        lens[i & (BH_EV_MAX_STRS - 1)] = n;
        s->n = i + 1;
        s->at += n;
}

inline_ void add_nothing(struct scratch *s) {
        add_length(s, 0);
}

/* The path that was walked last. */
inline_ void add_walked_path(struct scratch *s) {
        struct path_buf *w = &s->path;
        u32 n = walked(w), at = s->at;

        forget(n);
        if (n > BH_PATH_MAX || at > BH_REC_MASK)
                return add_nothing(s);
        bpf_probe_read_kernel(&s->rec[at & BH_REC_MASK], n, &w->at[w->pos & (BH_PATH_MAX - 1)]);
        if (w->cut)
                s->flags |= BH_EV_CUT;
        add_length(s, n);
}

/* A string of the caller's memory, as it is now. */
inline_ void add_user_string(struct scratch *s, u64 from, u32 most) {
        u32 at = s->at;
        long n = 0;

        if (at <= BH_REC_MASK)
                n = bpf_probe_read_user_str(&s->rec[at & BH_REC_MASK], most, (void *) from);
        if (n == most)
                s->flags |= BH_EV_CUT;
        add_length(s, n > 1 && n <= most ? n - 1 : 0);
}

#define AT_FDCWD -100

/* The name that a Unix socket was bound to; one that is no file's begins with "@". */
inline_ u32 read_unix_name(u8 *to, struct sock *sk) {
        struct unix_sock *u = (void *) sk;
        struct unix_address *address = BPF_CORE_READ(u, addr);
        char *name = (void *) address + bpf_core_field_offset(struct unix_address, name) + 2;
        u32 n;

        if (!address)
                return 0;
        n = BPF_CORE_READ(address, len) - 2;
        if (n == 0 || n > 108)
                return 0;
        bpf_probe_read_kernel(to, n & 127, name);
        if (to[0] == 0)
                to[0] = '@';
        else if (n > 1)
                n = bpf_probe_read_kernel_str(to, 108, name) - 1; /* some count the NUL, some do not */
        return n & 127;
}

apart_ int add_unix_name_of(struct scratch *s, u64 file) {
        struct sock *sk = sock_of((void *) file), *peer;
        u32 n = 0, at = s ? s->at : 0;

        if (!s)
                return 0;
        if (at <= BH_REC_MASK && BPF_CORE_READ(sk, __sk_common.skc_family) == AF_UNIX) {
                u8 *to = &s->rec[at & BH_REC_MASK];

                peer = BPF_CORE_READ((struct unix_sock *) sk, peer);
                n = peer ? read_unix_name(to, peer) : 0;
                if (!n)
                        n = read_unix_name(to, sk);
        }
        add_length(s, n);
        return 0;
}

/* Of a socket whose fd part is filled; nothing where it has no name. */
inline_ void add_socket_name(struct scratch *s, const struct bh_ev_fd *fd, struct file *file) {
        if (fd->kind == BH_FD_UNIX)
                add_unix_name_of(s, (u64) file); /* which was read, and is a number already */
        else
                add_nothing(s);
}

/* What people call this fd: the path of a file, the name of a Unix socket, nothing for other sockets. */
inline_ void add_fd_name(struct scratch *s, const struct bh_ev_fd *fd, struct task_struct *t, struct file *file) {
        if (is_socket(file))
                return add_socket_name(s, fd, file);
        walk_path(&s->path, t, BPF_CORE_READ(file, f_path.dentry), BPF_CORE_READ(file, f_path.mnt));
        add_walked_path(s);
}

/* The directory from which the current task reads a relative path: the path of dirfd, or of where it is. */
apart_ int add_base(struct scratch *s, s32 dirfd) {
        struct task_struct *t = bpf_get_current_task_btf();
        struct fs_struct *fs = only_read(t)->fs;
        struct file *file;

        if (!s)
                return 0;
        if (dirfd == AT_FDCWD) {
                walk_path(&s->path, t, BPF_CORE_READ(fs, pwd.dentry), BPF_CORE_READ(fs, pwd.mnt));
                add_walked_path(s);
                return 0;
        }
        file = file_of_fd(t, dirfd);
        if (!file) {
                add_nothing(s);
                return 0;
        }
        walk_path(&s->path, t, BPF_CORE_READ(file, f_path.dentry), BPF_CORE_READ(file, f_path.mnt));
        add_walked_path(s);
        return 0;
}

/* A path argument: its base unless it is absolute, and what the caller wrote. */
apart_ int add_path_argument(struct scratch *s, s32 dirfd, u64 from) {
        char first = 0;

        if (!s)
                return 0;
        bpf_probe_read_user(&first, 1, (void *) from);
        if (first == '/')
                add_nothing(s);
        else
                add_base(s, dirfd);
        add_user_string(s, from, BH_PATH_MAX);
        return 0;
}

#endif
