/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_SOCKDIAG_H
#define BH_SENSE_SOCKDIAG_H
/*
 * The kernel's list of sockets (NETLINK_SOCK_DIAG, linux/inet_diag.h). We ask
 * for one family and protocol of the network namespace our socket belongs to;
 * the answer is datagrams of messages:
 *
 *     nlmsghdr 16 | inet_diag_msg 72 | attributes ... | the next message, at a multiple of 4
 *
 * and its last message is NLMSG_DONE or NLMSG_ERROR.
 */
#include "base/cur.h"
#include "base/err.h"

struct bh_diag_socket {
        uint64_t cookie;
        uint32_t inode;        /* 0: no descriptor leads to it yet, or any more */
        uint32_t backlog;      /* of one that listens */
        uint16_t lport, rport; /* host order */
        uint8_t family, state; /* AF_INET, AF_INET6; TCP_ESTABLISHED, ... also of UDP */
        uint8_t lip[16], rip[16]; /* IPv4 in the first four bytes */
};

/* A socket that asks, of the calling thread's network namespace. */
int bh_diag_open(int *ret_fd, struct bh_err *err) BH_MUST_CHECK;
typedef void (*bh_diag_fn)(void *user, const struct bh_diag_socket *d);
/* Asks, and tells each socket of the answer; `states` is a mask of 1 << TCP_... After a failure the rest of an answer may be left in fd. */
int bh_diag_each(int fd, unsigned family, unsigned protocol, uint32_t states, bh_diag_fn fn, void *user, struct bh_err *err) BH_MUST_CHECK;

#define BH_DIAG_DONE 2
/* Pure: the next socket of a datagram. 1: here it is; 0: the datagram ends; BH_DIAG_DONE: the answer ends; IO: the kernel refuses. */
int bh_diag_next(struct bh_cur *c, struct bh_diag_socket *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
