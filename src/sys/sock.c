/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/sock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cur.h"
#include "sys/fd.h"

union control {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
};

int bh_sock_pair(int ret_fds[2], struct bh_err *err) {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ret_fds) < 0)
                return bh_fail_sys(err, errno, "socketpair");
        return 0;
}

static ssize_t send_some(int sock, struct bh_str s, int fd) {
        union control control = { 0 };
        struct iovec io = { (void *) (uintptr_t) s.at, s.len };
        struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1 };

        if (fd >= 0) {
                struct cmsghdr *c;

                m.msg_control = &control;
                m.msg_controllen = sizeof control;
                c = CMSG_FIRSTHDR(&m);
                c->cmsg_level = SOL_SOCKET;
                c->cmsg_type = SCM_RIGHTS;
                c->cmsg_len = CMSG_LEN(sizeof fd);
                memcpy(CMSG_DATA(c), &fd, sizeof fd);
        }
        return sendmsg(sock, &m, MSG_NOSIGNAL);
}

static int send_all(int sock, struct bh_str s, int fd, struct bh_err *err) {
        while (s.len) {
                ssize_t n = send_some(sock, s, fd);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return bh_fail_sys(err, errno, "send");
                fd = -1; /* it went with the first byte */
                s = bh_str_from(s, (size_t) n);
        }
        return 0;
}

int bh_sock_send_two(int sock, struct bh_str begin, struct bh_str end, int fd, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf head = { 0 };
        int r;

        if (begin.len > UINT32_MAX || end.len > UINT32_MAX - begin.len)
                return bh_fail(err, BH_E_LIMIT, "a message of %zu and %zu bytes", begin.len, end.len);
        bh_buf_le32(&head, (uint32_t) (begin.len + end.len));
        r = send_all(sock, bh_buf_str(&head), fd, err);
        if (r >= 0)
                r = send_all(sock, begin, -1, err);
        return r < 0 ? r : send_all(sock, end, -1, err);
}

int bh_sock_send(int sock, struct bh_str message, int fd, struct bh_err *err) {
        return bh_sock_send_two(sock, message, (struct bh_str){ 0 }, fd, err);
}

static int wait_for(int sock, int timeout_ms, struct bh_err *err) {
        struct pollfd p = { .fd = sock, .events = POLLIN };
        int r;

        if (timeout_ms < 0)
                return 0;
        do
                r = poll(&p, 1, timeout_ms);
        while (r < 0 && errno == EINTR);
        if (r < 0)
                return bh_fail_sys(err, errno, "poll");
        return r == 0 ? bh_fail(err, BH_E_TIMEOUT, "no answer within %d s", timeout_ms / 1000) : 0;
}

static void keep_fd(struct msghdr *m, int *fd) {
        for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
                if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof *fd)) {
                        bh_fd_close(fd);
                        memcpy(fd, CMSG_DATA(c), sizeof *fd);
                }
}

/* 1: all n bytes; 0: the other side went before the first. */
static int recv_all(int sock, char *at, size_t n, int timeout_ms, int *fd, struct bh_err *err) {
        size_t got = 0;

        while (got < n) {
                union control control;
                struct iovec io = { at + got, n - got };
                struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
                ssize_t k;
                int r = wait_for(sock, timeout_ms, err);

                if (r < 0)
                        return r;
                k = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0 && errno != ECONNRESET)
                        return bh_fail_sys(err, errno, "receive");
                if (k <= 0)
                        return got ? bh_fail(err, BH_E_IO, "the other side went away inside a message") : 0;
                keep_fd(&m, fd);
                got += (size_t) k;
        }
        return 1;
}

int bh_sock_recv(int sock, size_t max, int timeout_ms, struct bh_buf *into, int *ret_fd, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        char head[4];
        struct bh_cur c = bh_cur_of((struct bh_str){ head, sizeof head });
        uint32_t n;
        int r = recv_all(sock, head, sizeof head, timeout_ms, &fd, err);

        if (r <= 0)
                return r;
        n = bh_cur_le32(&c);
        if (n > max)
                return bh_fail(err, BH_E_LIMIT, "a message of %u bytes, more than %zu", n, max);
        bh_buf_clear(into);
        r = n ? recv_all(sock, bh_buf_room(into, n), n, timeout_ms, &fd, err) : 1;
        if (r == 0)
                return bh_fail(err, BH_E_IO, "the other side went away inside a message");
        if (r < 0)
                return r;
        into->len = n;
        *ret_fd = BH_TAKE_FD(fd);
        return 1;
}
