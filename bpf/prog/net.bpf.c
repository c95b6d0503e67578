/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * System calls of sockets. Addresses are those of the kernel's socket; what
 * the caller wrote is used only where the kernel did not keep it: a call that
 * failed, and the other end of a socket that is not connected.
 */
#include "../lib/call.h"

struct address { /* sockaddr_in and sockaddr_in6, as far as they agree */
        u16 family, port;
        u8 rest[24];
};

#define SOCKADDR_FLOW 4 /* of an IPv6 address, before its bytes */

inline_ void remote_from_user(struct bh_ev_fd *fd, u64 from) {
        struct address a = { 0 };

        if (!from || bpf_probe_read_user(&a, 16, (void *) from) != 0)
                return;
        if (a.family == AF_INET && fd->family == AF_INET) {
                fd->rport = bpf_ntohs(a.port);
                __builtin_memcpy(fd->rip, a.rest, 4);
        } else if (a.family == AF_INET6 && fd->family == AF_INET6) {
                fd->rport = bpf_ntohs(a.port);
                bpf_probe_read_user(fd->rip, 16, (void *) (from + 4 + SOCKADDR_FLOW));
        }
}

inline_ void local_from_user(struct bh_ev_fd *fd, u64 from) {
        struct address a = { 0 };

        if (!from || bpf_probe_read_user(&a, 16, (void *) from) != 0)
                return;
        fd->lport = bpf_ntohs(a.port);
        if (a.family == AF_INET)
                __builtin_memcpy(fd->lip, a.rest, 4);
        else if (a.family == AF_INET6)
                bpf_probe_read_user(fd->lip, 16, (void *) (from + 4 + SOCKADDR_FLOW));
}

#define EINPROGRESS 115

inline_ struct file *socket_of_call(struct call *k, s64 *ret_num) {
        struct file *file;

        *ret_num = k->row->flags & BH_CALL_RETURNS_FD ? k->ret : k->row->fd ? (s32) k->args[(k->row->fd - 1) & 7] : -1;
        file = *ret_num >= 0 ? file_of_fd(k->t, *ret_num) : NULL;
        return file && is_socket(file) ? file : NULL;
}

/* What socket() was asked for: streams and datagrams between programs and machines are made all the time. */
inline_ bool is_everyday(u32 domain, u32 type) {
        return (domain == AF_UNIX || domain == AF_INET || domain == AF_INET6) && (type & SOCK_TYPE) != SOCK_RAW;
}

/* Where a connection leads within the machine; 0: elsewhere, or the caller's words say where to. */
inline_ u32 loopback_of(struct sock *sk, u16 family) {
        const void *v6 = (void *) sk + bpf_core_field_offset(struct sock, __sk_common.skc_v6_daddr);

        if (GET(sock, sk, __sk_common.skc_dport) == 0)
                return 0;
        if (family == AF_INET)
                return (bpf_ntohl(GET(sock, sk, __sk_common.skc_daddr)) >> 24) == 127 ? BH_HAVE_AWAY4 : 0;
        return word_at(v6) == 0 && word_at(v6 + 8) == bpf_cpu_to_be64(1) ? BH_HAVE_AWAY6 : 0;
}

/* What does not hold of a connection that a call has made. */
apart_ u32 ruled_out(u64 file) {
        struct sock *sk = sock_of((void *) file);
        u16 family = GET(sock, sk, __sk_common.skc_family);

        if (family != AF_INET && family != AF_INET6)
                return BH_HAVE_RING;
        return BH_HAVE_RING | BH_HAVE_LOCAL | loopback_of(sk, family);
}

/* Flags, families and ends are known before anything is written. */
inline_ bool socket_wanted(struct call *k, struct file *file) {
        u32 have = outcome(k->ret) | where_is(k->t) | BH_HAVE_ANY_ACCESS;

        have |= file ? inet_of(file) : BH_HAVE_INET; /* of what family, nobody knows */
        if (k->row->type == BH_EV_CONNECT && file)
                have &= ~ruled_out((u64) file); /* which was read, and is a number already */
        if (k->row->type == BH_EV_CONNECT && k->ret == -EINPROGRESS)
                have |= BH_HAVE_SUCCESS;
        if (k->row->type == BH_EV_SOCKET && is_everyday(k->args[0], k->args[1]))
                have &= ~BH_HAVE_ODD;
        if (!rows_left(k->f, k->row->type, have))
                return false;
        k->s = my_scratch();
        return k->s != NULL;
}

inline_ void fill_ends(struct call *k, struct bh_ev_fd *fd) {
        u32 type = k->row->type;

        if (k->row->flags & BH_CALL_SERVER)
                fd->flags |= BH_FD_SERVER;
        if (k->row->flags & BH_CALL_CLIENT)
                fd->flags |= BH_FD_CLIENT;
        if (type == BH_EV_CONNECT && fd->rport == 0)
                remote_from_user(fd, k->args[1]);
        if (type == BH_EV_BIND && k->ret < 0)
                local_from_user(fd, k->args[1]);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_socket, struct pt_regs *regs, long ret) {
        struct call k;
        struct file *file;
        s64 num;
        u32 n_nums;

        if (!find_call(&k, regs, ret))
                return 0;
        file = socket_of_call(&k, &num);
        if (!socket_wanted(&k, file))
                return 0;
        n_nums = k.row->type == BH_EV_SOCKETPAIR ? 8 : 6;
        if (n_nums == 8) { /* the two ends stand in the caller's array */
                u32 ends[2] = { 0 };

                bpf_probe_read_user(ends, sizeof(ends), (void *) k.args[3]);
                num = ends[0];
                file = ret >= 0 ? file_of_fd(k.t, num) : NULL;
                start_record(&k, file != NULL, 8, file != NULL);
                nums_of(&k, file != NULL)[6] = ends[0];
                nums_of(&k, file != NULL)[7] = ends[1];
        } else {
                start_record(&k, file != NULL, 6, file != NULL);
        }
        if (file) {
                struct bh_ev_fd *fd = fd_part(&k);

                fill_fd(fd, file, num);
                fill_ends(&k, fd);
                add_socket_name(k.s, fd, file);
        }
        send_call(&k);
        return 0;
}

/* struct msghdr of the caller's, of which a 32-bit program has another shape. */
struct message {
        u64 name;
        u32 name_len, pad;
        u64 vector, n_vector;
};
struct piece {
        u64 base, len;
};

struct payload {
        u64 name, base, len;
};

inline_ void read_message(struct payload *ret, u64 from) {
        struct message m = { 0 };
        struct piece p = { 0 };

        if (bpf_probe_read_user(&m, sizeof(m), (void *) from) != 0)
                return;
        ret->name = m.name_len ? m.name : 0;
        if (m.n_vector && bpf_probe_read_user(&p, sizeof(p), (void *) m.vector) == 0) {
                ret->base = p.base;
                ret->len = p.len;
        }
}

inline_ void add_data(struct scratch *s, const struct payload *p, u64 most) {
        u64 n = p->len < most ? p->len : most;
        u32 at = s->at;

        if (n > BH_DATA_BYTES) {
                n = BH_DATA_BYTES;
                s->flags |= BH_EV_CUT;
        }
        if (at > BH_REC_MASK || bpf_probe_read_user(&s->rec[at & BH_REC_MASK], n, (void *) p->base) != 0)
                n = 0;
        add_length(s, n);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_data, struct pt_regs *regs, long ret) {
        struct payload p = { 0 };
        struct bh_ev_fd *fd;
        struct call k;
        struct file *file;
        bool vector;
        s64 num;

        if (!find_call(&k, regs, ret))
                return 0;
        file = socket_of_call(&k, &num);
        if (!file || !socket_wanted(&k, file))
                return 0;
        vector = k.row->flags & BH_CALL_VECTOR;
        if (vector && !k.compat)
                read_message(&p, k.args[1]);
        else if (!vector)
                p = (struct payload){ .base = k.args[1], .len = k.args[2], .name = k.args[4] };
        start_record(&k, true, vector ? 7 : 6, 2);
        if (vector)
                nums_of(&k, true)[6] = p.len;
        fd = fd_part(&k);
        fill_fd(fd, file, num);
        if (fd->rport == 0)
                remote_from_user(fd, p.name);
        add_socket_name(k.s, fd, file);
        if ((k.f->wants & BH_WANTS_DATA) && ret > 0)
                add_data(k.s, &p, ret);
        send_call(&k);
        return 0;
}
