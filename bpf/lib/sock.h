/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_SOCK_H
#define BH_BPF_LIB_SOCK_H
/*
 * What a socket is connected to, from the kernel's own struct.
 */
#include "file.h"

#define TCP_ESTABLISHED 1
#define TCP_LISTEN 10
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_TYPE 0xf /* the rest are flags */

inline_ u8 l4_of(struct sock *sk, u16 family) {
        u16 type = GET(sock, sk, sk_type);

        if (family != AF_INET && family != AF_INET6)
                return 0;
        return GET(sock, sk, sk_protocol) ?: type == SOCK_STREAM ? 6 : type == SOCK_DGRAM ? 17 : 0;
}

inline_ void read_v6(u8 *to, const void *from) {
        u64 parts[2] = { word_at(from), word_at(from + 8) };

        __builtin_memcpy(to, parts, sizeof(parts));
}

inline_ void fill_inet(struct bh_ev_fd *fd, struct sock *sk, u16 family) {
        struct inet_sock *inet = (void *) sk;

        fd->kind = family == AF_INET ? BH_FD_IPV4 : BH_FD_IPV6;
        fd->lport = GET(sock, sk, __sk_common.skc_num);
        fd->rport = bpf_ntohs(GET(sock, sk, __sk_common.skc_dport));
        if (family == AF_INET) {
                u32 local = GET(sock, sk, __sk_common.skc_rcv_saddr) ?: GET(inet_sock, inet, inet_saddr);
                u32 remote = GET(sock, sk, __sk_common.skc_daddr);

                __builtin_memcpy(fd->lip, &local, 4);
                __builtin_memcpy(fd->rip, &remote, 4);
                return;
        }
        read_v6(fd->lip, (void *) sk + bpf_core_field_offset(struct sock, __sk_common.skc_v6_rcv_saddr));
        read_v6(fd->rip, (void *) sk + bpf_core_field_offset(struct sock, __sk_common.skc_v6_daddr));
}

inline_ void fill_sock(struct bh_ev_fd *fd, struct sock *sk) {
        u16 family = GET(sock, sk, __sk_common.skc_family);
        u8 state = GET(sock, sk, __sk_common.skc_state);

        fd->family = family;
        fd->l4 = l4_of(sk, family);
        if (state == TCP_LISTEN)
                fd->flags |= BH_FD_SERVER;
        if (state == TCP_ESTABLISHED)
                fd->flags |= BH_FD_CONNECTED;
        if (family == AF_INET || family == AF_INET6)
                fill_inet(fd, sk, family);
        else if (family == AF_UNIX)
                fd->kind = BH_FD_UNIX;
        else
                fd->kind = family == AF_NETLINK ? BH_FD_NETLINK : family == AF_PACKET ? BH_FD_PACKET : BH_FD_OTHER;
}

inline_ bool is_socket(struct file *file) {
        struct inode *inode = GET(file, file, f_inode);

        return (GET(inode, inode, i_mode) & S_IFMT) == S_IFSOCK;
}

inline_ struct sock *sock_of(struct file *file) {
        struct socket *socket = GET(file, file, private_data);

        return GET(socket, socket, sk);
}

inline_ u32 inet_of(struct file *file) {
        struct sock *sk = sock_of(file);
        u16 family = GET(sock, sk, __sk_common.skc_family);

        return family == AF_INET || family == AF_INET6 ? 0x80 : 0; /* BH_HAVE_INET */
}

/* The fd part must be zeroed before. */
apart_ int fill_fd_of(struct bh_ev_fd *fd, u64 file, s32 num) {
        struct file *f = (void *) file;

        if (!fd)
                return 0;
        fill_file(fd, f);
        fd->num = num;
        if ((fd->mode & S_IFMT) == S_IFSOCK)
                fill_sock(fd, sock_of(f));
        return 0;
}

inline_ void fill_fd(struct bh_ev_fd *fd, struct file *file, s32 num) {
        fill_fd_of(fd, (u64) file, num); /* which was read, and is a number already */
}

#endif
