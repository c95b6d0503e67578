/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/sockdiag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "sys/fd.h"

#define ANSWER_BYTES 65536u

int bh_diag_open(int *ret_fd, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
        const struct timeval patience = { .tv_sec = 1 };

        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0)
                return bh_fail_sys(err, errno, "a socket for sock_diag");
        *ret_fd = BH_TAKE_FD(fd);
        return 0;
}

static int ask(int fd, unsigned family, unsigned protocol, uint32_t states, struct bh_err *err) {
        const struct inet_diag_req_v2 want = { .sdiag_family = (uint8_t) family, .sdiag_protocol = (uint8_t) protocol,
                                               .idiag_states = states };
        char order[sizeof(struct nlmsghdr) + sizeof want];
        const struct nlmsghdr head = { .nlmsg_len = sizeof order, .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                                       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP };

        memcpy(order, &head, sizeof head);
        memcpy(order + sizeof head, &want, sizeof want);
        if (send(fd, order, sizeof order, 0) != (ssize_t) sizeof order)
                return bh_fail_sys(err, errno, "sock_diag refuses");
        return 0;
}

/* The kernel's own structure, in its order of bytes; false: the bytes end before. */
static bool take(struct bh_cur *c, void *ret, size_t n) {
        struct bh_str s = bh_cur_take(c, n);

        if (c->bad)
                return false;
        memcpy(ret, s.at, n);
        return true;
}

static int take_socket(struct bh_cur *c, struct bh_diag_socket *ret, struct bh_err *err) {
        struct inet_diag_msg m;

        if (!take(c, &m, sizeof m))
                return bh_fail(err, BH_E_FORMAT, "a socket that is cut");
        if (m.idiag_family != AF_INET && m.idiag_family != AF_INET6)
                return bh_fail(err, BH_E_FORMAT, "a socket of family %u", m.idiag_family);
        *ret = (struct bh_diag_socket){ .cookie = m.id.idiag_cookie[0] | (uint64_t) m.id.idiag_cookie[1] << 32,
                                        .inode = m.idiag_inode, .backlog = m.idiag_wqueue, .lport = ntohs(m.id.idiag_sport),
                                        .rport = ntohs(m.id.idiag_dport), .family = m.idiag_family, .state = m.idiag_state };
        memcpy(ret->lip, m.id.idiag_src, m.idiag_family == AF_INET ? 4 : 16);
        memcpy(ret->rip, m.id.idiag_dst, m.idiag_family == AF_INET ? 4 : 16);
        return 1;
}

/* A negative number of an error; 0 is none. */
static int take_refusal(struct bh_cur *c, struct bh_err *err) {
        int32_t number = 0;

        if (!take(c, &number, sizeof number))
                return bh_fail(err, BH_E_FORMAT, "a refusal that is cut");
        if (number >= 0 || number < -4095)
                return BH_DIAG_DONE;
        return bh_fail_sys(err, -number, "sock_diag refuses");
}

int bh_diag_next(struct bh_cur *c, struct bh_diag_socket *ret, struct bh_err *err) {
        while (c->left) {
                struct nlmsghdr head;
                struct bh_cur body;

                if (!take(c, &head, sizeof head) || head.nlmsg_len < sizeof head)
                        return bh_fail(err, BH_E_FORMAT, "a message shorter than its head");
                body = bh_cur_of(bh_cur_take(c, head.nlmsg_len - sizeof head));
                if (c->bad)
                        return bh_fail(err, BH_E_FORMAT, "a message of %u bytes that is cut", head.nlmsg_len);
                bh_cur_skip(c, BH_MIN((size_t) (-head.nlmsg_len & 3u), c->left));
                if (head.nlmsg_type == SOCK_DIAG_BY_FAMILY)
                        return take_socket(&body, ret, err);
                if (head.nlmsg_type == NLMSG_ERROR)
                        return take_refusal(&body, err);
                if (head.nlmsg_type == NLMSG_DONE) /* with a number of an error in newer kernels */
                        return body.left ? take_refusal(&body, err) : BH_DIAG_DONE;
        }
        return 0;
}

static int read_answer(int fd, bh_diag_fn fn, void *user, struct bh_err *err) {
        char bytes[ANSWER_BYTES];
        int r = 0;

        while (r >= 0 && r != BH_DIAG_DONE) {
                ssize_t n = recv(fd, bytes, sizeof bytes, 0);
                struct bh_cur c = bh_cur_of((struct bh_str){ bytes, n > 0 ? (size_t) n : 0 });
                struct bh_diag_socket d;

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return bh_fail_sys(err, n ? errno : EPIPE, "the answer of sock_diag");
                while ((r = bh_diag_next(&c, &d, err)) == 1)
                        fn(user, &d);
        }
        return r < 0 ? r : 0;
}

int bh_diag_each(int fd, unsigned family, unsigned protocol, uint32_t states, bh_diag_fn fn, void *user, struct bh_err *err) {
        int r = ask(fd, family, protocol, states, err);

        return r < 0 ? r : read_answer(fd, fn, user, err);
}
