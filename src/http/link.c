/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "http/link.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "sys/fd.h"

enum { SLICE_MS = 200 }; /* how long we wait before we look whether to stop */

int64_t bh_link_now_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

int bh_link_wait(const struct bh_link *l, short events, int64_t until_ms, struct bh_err *err) {
        for (;;) {
                struct pollfd p = { .fd = l->fd, .events = events };
                int64_t left = until_ms - bh_link_now_ms();
                int r = poll(&p, 1, (int) BH_MAX(0, BH_MIN(left, SLICE_MS)));

                if (r < 0 && errno != EINTR)
                        return bh_fail_sys(err, errno, "poll");
                if (r > 0)
                        return 0;
                if (l->stop && atomic_load(l->stop))
                        return bh_fail(err, BH_E_TIMEOUT, "told to stop");
                if (left <= 0)
                        return bh_fail(err, BH_E_TIMEOUT, "no answer within %d s", l->timeout_ms / 1000);
        }
}

static int finish_connect(const struct bh_link *l, struct bh_err *err) {
        socklen_t n = sizeof(int);
        int sys = 0, r = bh_link_wait(l, POLLOUT, bh_link_now_ms() + l->timeout_ms, err);

        if (r < 0)
                return r;
        if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &sys, &n) < 0)
                sys = errno;
        return sys ? bh_fail_sys(err, sys, "connect") : 0;
}

static int connect_to(struct bh_link *l, int family, int type, const struct sockaddr *to, socklen_t size, struct bh_err *err) {
        int r = 0;

        l->fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (l->fd < 0)
                return bh_fail_sys(err, errno, "socket");
        if (connect(l->fd, to, size) < 0)
                r = errno == EINPROGRESS ? finish_connect(l, err) : bh_fail_sys(err, errno, "connect");
        if (r < 0)
                bh_fd_close(&l->fd);
        return r;
}

int bh_link_inet(struct bh_link *l, bool udp, const char *host, const char *port, struct bh_err *err) {
        struct addrinfo hints = { .ai_socktype = udp ? SOCK_DGRAM : SOCK_STREAM, .ai_flags = AI_ADDRCONFIG }, *all = NULL;
        int r = getaddrinfo(host, port, &hints, &all);

        if (r)
                return bh_fail(err, BH_E_IO, "%s: %s", host, gai_strerror(r));
        r = bh_fail(err, BH_E_IO, "%s: no address", host);
        for (const struct addrinfo *a = all; a && r < 0; a = a->ai_next)
                r = connect_to(l, a->ai_family, a->ai_socktype, a->ai_addr, a->ai_addrlen, err);
        freeaddrinfo(all);
        l->packets = udp;
        return r < 0 ? bh_wrap(err, r, "%s:%s", host, port) : 0;
}

int bh_link_unix(struct bh_link *l, const char *path, struct bh_err *err) {
        struct sockaddr_un to = { .sun_family = AF_UNIX };
        struct bh_err stream = BH_ERR_NONE;
        int r;

        if (strlen(path) >= sizeof to.sun_path)
                return bh_fail(err, BH_E_USAGE, "%s: longer than a Unix socket's name may be", path);
        memcpy(to.sun_path, path, strlen(path));
        l->packets = false;
        r = connect_to(l, AF_UNIX, SOCK_STREAM, (struct sockaddr *) &to, sizeof to, &stream);
        if (r >= 0)
                return 0;
        if (stream.sys != EPROTOTYPE)
                return bh_fail(err, r, "%s: %s", path, stream.text);
        l->packets = true;
        r = connect_to(l, AF_UNIX, SOCK_DGRAM, (struct sockaddr *) &to, sizeof to, err);
        return r < 0 ? bh_wrap(err, r, "%s", path) : 0;
}

int bh_link_tls(struct bh_link *l, const struct bh_tls_opts *opts, struct bh_err *err) {
        int r = bh_tls_open(l, opts, err);

        if (r < 0)
                bh_link_close(l);
        return r;
}

static int send_plain(struct bh_link *l, struct bh_str bytes, struct bh_err *err) {
        int64_t until = bh_link_now_ms() + l->timeout_ms;
        int r = 0;

        while (r >= 0 && bytes.len) {
                ssize_t n = send(l->fd, bytes.at, bytes.len, MSG_NOSIGNAL);

                if (n >= 0)
                        bytes = bh_str_from(bytes, (size_t) n);
                else if (errno == EAGAIN)
                        r = bh_link_wait(l, POLLOUT, until, err);
                else if (errno != EINTR)
                        r = bh_fail_sys(err, errno, "send");
        }
        return r;
}

int bh_link_send(struct bh_link *l, struct bh_str bytes, struct bh_err *err) {
        return l->tls ? bh_tls_send(l, bytes, err) : send_plain(l, bytes, err);
}

bool bh_link_is_closed(struct bh_link *l) {
        char waste[512];
        ssize_t n;

        if (l->packets)
                return false;
        if (l->tls)
                return bh_tls_is_closed(l);
        while ((n = recv(l->fd, waste, sizeof waste, MSG_DONTWAIT)) > 0)
                ;
        return n == 0 || (errno != EAGAIN && errno != EINTR);
}

void bh_link_close(struct bh_link *l) {
        bh_tls_close(&l->tls);
        bh_fd_close(&l->fd);
}
