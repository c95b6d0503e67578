/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "lib/clamd.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "sys/fd.h"

enum { PATIENCE_S = 120, MAX_REPLY = 4096 };

static int connect_path(struct bh_str path, struct bh_err *err) {
        struct sockaddr_un to = { .sun_family = AF_UNIX };
        BH_CLEANUP(bh_fd_close) int fd = -1;

        if (path.len >= sizeof to.sun_path)
                return bh_fail(err, BH_E_USAGE, "a socket's path has at most %zu bytes", sizeof to.sun_path - 1);
        memcpy(to.sun_path, path.at, path.len);
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (const struct sockaddr *) &to, sizeof to) < 0)
                return bh_fail_sys(err, errno, "connect");
        return BH_TAKE_FD(fd);
}

static int connect_host(struct bh_arena *arena, struct bh_str address, struct bh_err *err) {
        ptrdiff_t colon = bh_str_rchr(address, ':');
        struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *all = NULL;
        struct bh_str host, port;
        int r;

        if (colon <= 0)
                return bh_fail(err, BH_E_USAGE, "neither a path nor HOST:PORT");
        host = bh_str_part(address, 0, (size_t) colon);
        port = bh_str_from(address, (size_t) colon + 1);
        if (bh_str_cut_prefix(&host, BH_STR("[")))
                BH_IGNORE(bh_str_cut_suffix(&host, BH_STR("]")));
        r = getaddrinfo(bh_arena_cstr(arena, host), bh_arena_cstr(arena, port), &want, &all);
        if (r)
                return bh_fail(err, BH_E_IO, "%s", gai_strerror(r));
        r = bh_fail(err, BH_E_IO, "no address");
        for (struct addrinfo *a = all; a && r < 0; a = a->ai_next) {
                BH_CLEANUP(bh_fd_close) int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);

                r = fd < 0 || connect(fd, a->ai_addr, a->ai_addrlen) < 0 ? bh_fail_sys(err, errno, "connect") : BH_TAKE_FD(fd);
        }
        freeaddrinfo(all);
        return r;
}

static int reach(const struct bh_clamd *c, struct bh_arena *arena, struct bh_err *err) {
        struct timeval patience = { .tv_sec = PATIENCE_S };
        struct bh_str address = c->address;
        int fd;

        BH_IGNORE(bh_str_cut_prefix(&address, BH_STR("unix:")));
        fd = bh_str_starts(address, BH_STR("/")) ? connect_path(address, err) : connect_host(arena, address, err);
        if (fd < 0)
                return fd;
        BH_IGNORE(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience));
        BH_IGNORE(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience));
        return fd;
}

static int send_all(int fd, struct bh_str bytes, struct bh_err *err) {
        while (bytes.len) {
                ssize_t n = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return bh_fail_sys(err, errno, "send");
                bytes = bh_str_from(bytes, (size_t) n);
        }
        return 0;
}

/* Up to the NUL, or the end. */
static int receive(int fd, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        char *reply = bh_arena_bytes(arena, MAX_REPLY);
        size_t len = 0;

        while (len < MAX_REPLY) {
                ssize_t n = recv(fd, reply + len, MAX_REPLY - len, 0);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return errno == EAGAIN ? bh_fail(err, BH_E_TIMEOUT, "no answer for %d seconds", PATIENCE_S) : bh_fail_sys(err, errno, "receive");
                if (n == 0)
                        break;
                len += (size_t) n;
                if (memchr(reply, '\0', len)) {
                        *ret = bh_str_of(reply);
                        return 0;
                }
        }
        return bh_fail(err, BH_E_FORMAT, "the answer has no end");
}

static struct bh_str quoted(struct bh_arena *arena, struct bh_str s) {
        char *buf = bh_arena_bytes(arena, 256);

        return bh_str_of(bh_str_quote(s, buf, 256));
}

int bh_clamd_reply(struct bh_arena *arena, struct bh_str reply, struct bh_str *ret_name, struct bh_err *err) {
        struct bh_str said = bh_str_trim(reply);

        BH_IGNORE(bh_str_cut_prefix(&said, BH_STR("stream: ")));
        if (bh_str_is(said, "OK"))
                return 0;
        if (!bh_str_cut_suffix(&said, BH_STR(" FOUND")) || said.len == 0)
                return bh_fail(err, BH_E_IO, "clamd says: %.*s", BH_FMT(quoted(arena, reply)));
        *ret_name = quoted(arena, said);
        return 1;
}

static int stream(int fd, struct bh_str bytes, struct bh_err *err) {
        uint32_t n = (uint32_t) bytes.len;
        char length[4] = { (char) (n >> 24), (char) (n >> 16), (char) (n >> 8), (char) n };
        int r = send_all(fd, (struct bh_str){ "zINSTREAM", sizeof "zINSTREAM" }, err);

        r = r < 0 ? r : send_all(fd, (struct bh_str){ length, 4 }, err);
        r = r < 0 ? r : send_all(fd, bytes, err);
        return r < 0 ? r : send_all(fd, (struct bh_str){ "\0\0\0\0", 4 }, err);
}

int bh_clamd_ask(const struct bh_clamd *c, struct bh_arena *arena, struct bh_str bytes, struct bh_str *ret_name, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = bytes.len <= UINT32_MAX ? reach(c, arena, err) : bh_fail(err, BH_E_LIMIT, "more than 4 GiB");
        struct bh_err unread = BH_ERR_NONE;
        struct bh_str reply;
        int r;

        if (fd < 0)
                return fd;
        r = stream(fd, bytes, err);
        /* A stream it finds too long is answered before its end. */
        if (receive(fd, arena, &reply, r < 0 ? &unread : err) < 0)
                return err->code;
        return bh_clamd_reply(arena, reply, ret_name, err);
}

int bh_clamd_open(struct bh_clamd *c, struct bh_arena *arena, struct bh_str address, struct bh_err *err) {
        struct bh_clamd fresh = { .address = address };
        BH_CLEANUP(bh_fd_close) int fd = reach(&fresh, arena, err);
        struct bh_str version;
        int r = fd < 0 ? fd : send_all(fd, (struct bh_str){ "zVERSION", sizeof "zVERSION" }, err);

        r = r < 0 ? r : receive(fd, arena, &version, err);
        if (r < 0)
                return r;
        fresh.version = quoted(arena, version);
        *c = fresh;
        return 0;
}
