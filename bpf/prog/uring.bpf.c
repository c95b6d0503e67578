/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What is asked through io_uring, where no system call is made for it. Names
 * are the kernel's own copies. A file or socket that came out of it is seen
 * when the request is complete; requests on names, and opens into a ring's own
 * table of files, when they are made, before it is known how they end.
 */
#include "../lib/call.h"

enum uring_op {
        OP_SENDMSG = 9,
        OP_RECVMSG = 10,
        OP_ACCEPT = 13,
        OP_CONNECT = 16,
        OP_OPENAT = 18,
        OP_SEND = 26,
        OP_RECV = 27,
        OP_OPENAT2 = 28,
        OP_RENAMEAT = 35,
        OP_UNLINKAT = 36,
        OP_MKDIRAT = 37,
        OP_SYMLINKAT = 38,
        OP_LINKAT = 39,
        OP_SOCKET = 45,
        OP_BIND = 56,
        OP_LISTEN = 57,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct io_uring_cqe {
        s32 res;
};
struct io_kiocb {
        struct file *file;
        u8 opcode;
};
struct filename {
        const char *name;
};
struct open_how {
        u64 flags, mode, resolve;
};
struct io_open {
        int dfd;
        u32 file_slot;
        struct filename *filename;
        struct open_how how;
};
struct io_rename { /* and io_link */
        int old_dfd, new_dfd;
        struct filename *oldpath, *newpath;
};
struct io_unlink { /* and io_mkdir */
        int dfd;
        struct filename *filename;
};
#pragma clang attribute pop

/* Made here as if it were a system call, with a row of its own. */
struct asked {
        struct call k;
        struct bh_sensor_call row;
};

inline_ bool begin_asked(struct asked *a, u32 type, long ret, u32 have) {
        struct call *k = &a->k;

        a->row = (struct bh_sensor_call){ .type = type };
        k->row = &a->row;
        k->ret = ret;
        k->t = bpf_get_current_task_btf();
        k->f = the_filter();
        if (is_own(k->t->tgid))
                return false;
        if (!rows_left(k->f, type, have | outcome(ret) | where_is(k->t)))
                return false;
        k->s = my_scratch();
        return k->s != NULL;
}

inline_ void send_asked(struct asked *a) {
        struct bh_ev_head *h = (void *) a->k.s->rec;

        h->flags |= BH_EV_IO_URING;
        send_call(&a->k);
}

inline_ void add_kernel_path(struct call *k, s32 dirfd, struct filename *name) {
        const char *text = BPF_CORE_READ(name, name);
        char first = 0;
        long n = 0;

        bpf_probe_read_kernel(&first, 1, text);
        if (first == '/')
                add_nothing(k->s);
        else
                add_base(k->s, dirfd);
        if (k->s->at <= BH_REC_MASK)
                n = bpf_probe_read_kernel_str(&k->s->rec[k->s->at & BH_REC_MASK], BH_PATH_MAX, text);
        add_length(k->s, n > 1 ? n - 1 : 0);
}

inline_ void ask_open(struct asked *a, void *req, u32 type) {
        struct io_open *open = req;
        struct filename *name = BPF_CORE_READ(open, filename);
        struct bh_ev_fd *fd;

        /* Into the process's own table: it is told when it is there. */
        if (BPF_CORE_READ(open, file_slot) == 0 || !begin_asked(a, type, 0, BH_HAVE_ANY_ACCESS))
                return;
        a->k.args[0] = BPF_CORE_READ(open, dfd);
        a->k.args[2] = BPF_CORE_READ(open, how.flags);
        a->k.args[3] = BPF_CORE_READ(open, how.mode);
        start_record(&a->k, true, 9, 3);
        nums_of(&a->k, true)[6] = a->k.args[2];
        nums_of(&a->k, true)[7] = a->k.args[3];
        nums_of(&a->k, true)[8] = BPF_CORE_READ(open, how.resolve);
        fd = fd_part(&a->k);
        fd->kind = BH_FD_FILE;
        fd->open_flags = a->k.args[2];
        add_nothing(a->k.s);
        add_kernel_path(&a->k, a->k.args[0], name);
        send_asked(a);
}

inline_ void ask_name(struct asked *a, void *req, u32 type) {
        struct io_unlink *u = req;

        if (!begin_asked(a, type, 0, BH_HAVE_ANY_ACCESS))
                return;
        a->k.args[0] = BPF_CORE_READ(u, dfd);
        start_record(&a->k, false, 6, 2);
        add_kernel_path(&a->k, a->k.args[0], BPF_CORE_READ(u, filename));
        send_asked(a);
}

inline_ void ask_names(struct asked *a, void *req, u32 type) {
        struct io_rename *r = req;

        if (!begin_asked(a, type, 0, BH_HAVE_ANY_ACCESS))
                return;
        a->k.args[0] = BPF_CORE_READ(r, old_dfd);
        a->k.args[2] = BPF_CORE_READ(r, new_dfd);
        start_record(&a->k, false, 6, type == BH_EV_SYMLINKAT ? 3 : 4);
        if (type == BH_EV_SYMLINKAT) {
                struct filename *target = BPF_CORE_READ(r, oldpath);
                long n = bpf_probe_read_kernel_str(&a->k.s->rec[a->k.s->at & BH_REC_MASK], BH_PATH_MAX, BPF_CORE_READ(target, name));

                add_length(a->k.s, n > 1 ? n - 1 : 0);
        } else {
                add_kernel_path(&a->k, a->k.args[0], BPF_CORE_READ(r, oldpath));
        }
        add_kernel_path(&a->k, a->k.args[2], BPF_CORE_READ(r, newpath));
        send_asked(a);
}

inline_ int submitted(void *req) {
        struct asked a = { 0 };

        switch (BPF_CORE_READ((struct io_kiocb *) req, opcode)) {
        case OP_OPENAT:
                ask_open(&a, req, BH_EV_OPENAT);
                break;
        case OP_OPENAT2:
                ask_open(&a, req, BH_EV_OPENAT2);
                break;
        case OP_UNLINKAT:
                ask_name(&a, req, BH_EV_UNLINKAT);
                break;
        case OP_MKDIRAT:
                ask_name(&a, req, BH_EV_MKDIRAT);
                break;
        case OP_RENAMEAT:
                ask_names(&a, req, BH_EV_RENAMEAT2);
                break;
        case OP_LINKAT:
                ask_names(&a, req, BH_EV_LINKAT);
                break;
        case OP_SYMLINKAT:
                ask_names(&a, req, BH_EV_SYMLINKAT);
                break;
        }
        return 0;
}

SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(uring_submit, void *req) {
        return submitted(req);
}

/* Its name until 6.4. */
SEC("tp_btf/io_uring_submit_sqe")
int BPF_PROG(uring_submit_sqe, void *req) {
        return submitted(req);
}

inline_ void opened(struct asked *a, u32 type, s32 res) {
        struct task_struct *t = bpf_get_current_task_btf();
        struct file *file = file_of_fd(t, res);
        u32 access;
        u64 rows;

        if (!file)
                return;
        access = BPF_CORE_READ(file, f_flags) & 3;
        if (!begin_asked(a, type, res, (access != 1 ? BH_HAVE_READ : 0) | (access ? BH_HAVE_WRITE : 0) | BH_HAVE_EXEC))
                return;
        rows = rows_left(a->k.f, type, (access != 1 ? BH_HAVE_READ : 0) | (access ? BH_HAVE_WRITE : 0) | BH_HAVE_EXEC |
                                               BH_HAVE_SUCCESS | where_is(t));
        walk_path(&a->k.s->path, t, BPF_CORE_READ(file, f_path.dentry), BPF_CORE_READ(file, f_path.mnt));
        if (!path_wanted(a->k.f, rows, &a->k.s->path))
                return;
        a->k.args[0] = AT_FDCWD;
        a->k.args[2] = BPF_CORE_READ(file, f_flags);
        start_record(&a->k, true, 9, 3);
        nums_of(&a->k, true)[6] = a->k.args[2];
        nums_of(&a->k, true)[7] = nums_of(&a->k, true)[8] = 0;
        fill_fd(fd_part(&a->k), file, res);
        add_walked_path(a->k.s);
        send_asked(a);
}

inline_ void socket_done(struct asked *a, void *req, u32 type, s32 res, u32 flags, bool returns) {
        struct task_struct *t = bpf_get_current_task_btf();
        struct file *file = returns ? file_of_fd(t, res) : BPF_CORE_READ((struct io_kiocb *) req, file);
        struct bh_ev_fd *fd;

        if (!file || !is_socket(file) || !begin_asked(a, type, res, BH_HAVE_ANY_ACCESS | inet_of(file)))
                return;
        start_record(&a->k, true, 7, 2);
        nums_of(&a->k, true)[6] = res > 0 ? res : 0;
        fd = fd_part(&a->k);
        fill_fd(fd, file, returns ? res : -1); /* its number is not kept by the ring */
        fd->flags |= flags;
        add_socket_name(a->k.s, fd, file);
        send_asked(a);
}

/* What a finished request stands for. */
struct done {
        u32 type, flags;
        bool returns; /* a socket */
};

inline_ struct done done_of(u32 op) {
        switch (op) {
        case OP_CONNECT:
                return (struct done){ BH_EV_CONNECT, BH_FD_CLIENT, false };
        case OP_ACCEPT:
                return (struct done){ BH_EV_ACCEPT4, BH_FD_SERVER, true };
        case OP_SOCKET:
                return (struct done){ BH_EV_SOCKET, 0, true };
        case OP_BIND:
                return (struct done){ BH_EV_BIND, BH_FD_SERVER, false };
        case OP_LISTEN:
                return (struct done){ BH_EV_LISTEN, BH_FD_SERVER, false };
        case OP_SENDMSG:
                return (struct done){ BH_EV_SENDMSG, 0, false };
        case OP_SEND:
                return (struct done){ BH_EV_SENDTO, 0, false };
        case OP_RECVMSG:
                return (struct done){ BH_EV_RECVMSG, 0, false };
        case OP_RECV:
                return (struct done){ BH_EV_RECVFROM, 0, false };
        default:
                return (struct done){ 0 };
        }
}

inline_ int completed(void *req, s32 res) {
        struct asked a = { 0 };
        struct done done;
        u32 op;

        if (!req)
                return 0;
        op = BPF_CORE_READ((struct io_kiocb *) req, opcode);
        done = done_of(op);
        forget(done.type);
        if (op == OP_OPENAT || op == OP_OPENAT2) {
                if (BPF_CORE_READ((struct io_open *) req, file_slot)) /* told when it was asked */
                        return 0;
                opened(&a, op == OP_OPENAT ? BH_EV_OPENAT : BH_EV_OPENAT2, res);
        } else if (done.type)
                socket_done(&a, req, done.type, res, done.flags, done.returns);
        return 0;
}

SEC("tp_btf/io_uring_complete")
int BPF_PROG(uring_complete, void *ring, void *req, struct io_uring_cqe *cqe) {
        return completed(req, cqe->res);
}

/* Until 6.12 the result was an argument of its own. */
SEC("tp_btf/io_uring_complete")
int BPF_PROG(uring_complete_res, void *ring, void *req, u64 user_data, int res, unsigned int flags) {
        return completed(req, res + (flags & 0));
}
