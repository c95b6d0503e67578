/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, and the thread that waits for all of them. */
#define _GNU_SOURCE
#include "inlet/inlet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/tls_serve.h"
#include "inlet/conn.h"
#include "sys/clock.h"
#include "sys/fd.h"

enum { BACKLOG = 64, LOOK_MS = 1000, PAUSE_MS = 100, TOKEN_LEAST = 16, TOKEN_MOST = 4096 };

/* ---- the loop ---- */

static struct bh_inlet_conn *free_place(struct bh_inlet *in) {
        for (size_t i = 0; i < BH_LEN(in->conns); i++)
                if (!in->conns[i].inlet)
                        return &in->conns[i];
        return NULL;
}

/* Those for whom there is no place wait in the kernel's queue. */
static void take_in(struct bh_inlet *in, int64_t now_ms) {
        struct bh_inlet_conn *c;
        int fd;

        while ((c = free_place(in)) && (fd = accept4(in->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
                bh_inlet_conn_open(in, c, fd, now_ms);
        if (c && errno != EAGAIN)
                (void) poll(NULL, 0, PAUSE_MS); /* no descriptors left, mostly: without a pause we would spin */
}

static nfds_t wait_for(struct bh_inlet *in, struct pollfd *all, struct bh_inlet_conn **who) {
        nfds_t n = 0;

        all[n++] = (struct pollfd){ .fd = in->wake, .events = POLLIN };
        all[n++] = (struct pollfd){ .fd = free_place(in) ? in->listener : -1, .events = POLLIN };
        for (size_t i = 0; i < BH_LEN(in->conns); i++)
                if (in->conns[i].inlet) {
                        who[n] = &in->conns[i];
                        all[n++] = (struct pollfd){ .fd = in->conns[i].fd, .events = in->conns[i].events };
                }
        return n;
}

static void turn(struct bh_inlet *in) {
        struct bh_inlet_conn *who[2 + BH_LIMIT_INLET_CONNECTIONS];
        struct pollfd all[2 + BH_LIMIT_INLET_CONNECTIONS];
        nfds_t n = wait_for(in, all, who);
        int64_t now;

        if (poll(all, n, LOOK_MS) < 0)
                return;
        now = bh_clock_ms(CLOCK_MONOTONIC);
        for (nfds_t i = 2; i < n; i++)
                if ((all[i].revents && !bh_inlet_conn_step(who[i])) || now >= who[i]->deadline_ms)
                        bh_inlet_conn_close(who[i]);
        if (all[1].revents)
                take_in(in, now);
}

static void *run(void *user) {
        struct bh_inlet *in = user;

        while (!atomic_load(&in->stop))
                turn(in);
        return NULL;
}

/* ---- opening ---- */

static bool is_loopback(const struct sockaddr *at) {
        if (at->sa_family == AF_INET)
                return ntohl(((const struct sockaddr_in *) (const void *) at)->sin_addr.s_addr) >> 24 == 127;
        return at->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *) (const void *) at)->sin6_addr);
}

static void name_url(struct bh_inlet *in) {
        struct sockaddr_storage at = { 0 };
        socklen_t len = sizeof at;
        char host[64] = "?", port[16] = "?";

        if (getsockname(in->listener, (struct sockaddr *) &at, &len) == 0)
                (void) getnameinfo((struct sockaddr *) &at, len, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
        (void) snprintf(in->url, sizeof in->url, at.ss_family == AF_INET6 ? "http%s://[%s]:%s" : "http%s://%s:%s", in->tls ? "s" : "", host, port);
}

static int listen_on(struct bh_inlet *in, const struct addrinfo *at, struct bh_err *err) {
        int yes = 1;

        if (!in->tls && !is_loopback(at->ai_addr))
                return bh_fail(err, BH_E_USAGE, "%s is not the loopback: beyond it TLS is needed, cert=FILE and key=FILE", in->opts.listen);
        in->listener = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (in->listener < 0 || setsockopt(in->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 || bind(in->listener, at->ai_addr, at->ai_addrlen) < 0 ||
            listen(in->listener, BACKLOG) < 0)
                return bh_fail_sys(err, errno, "listening on %s", in->opts.listen);
        name_url(in);
        return 0;
}

static int find_place(struct bh_inlet *in, struct bh_err *err) {
        const struct addrinfo how = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
        struct bh_str all = bh_str_of(in->opts.listen), host, port;
        ptrdiff_t colon = bh_str_rchr(all, ':');
        struct addrinfo *found = NULL;
        char h[256], p[16];
        int r;

        host = bh_str_part(all, 0, colon < 0 ? 0 : (size_t) colon);
        port = bh_str_from(all, (size_t) (colon + 1));
        if (host.len > 1 && host.at[0] == '[' && host.at[host.len - 1] == ']')
                host = bh_str_part(host, 1, host.len - 2);
        if (colon < 0 || !port.len || port.len >= sizeof p || host.len >= sizeof h)
                return bh_fail(err, BH_E_USAGE, "%s is not ADDRESS:PORT", BH_QUOTE(all));
        (void) snprintf(h, sizeof h, "%.*s", BH_FMT(host));
        (void) snprintf(p, sizeof p, "%.*s", BH_FMT(port));
        r = getaddrinfo(host.len ? h : NULL, p, &how, &found);
        if (r != 0)
                return bh_fail(err, BH_E_USAGE, "%s: %s", BH_QUOTE(all), gai_strerror(r));
        r = listen_on(in, found, err);
        freeaddrinfo(found);
        return r;
}

static int read_token(struct bh_inlet *in, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_str token;
        int r = bh_fd_read_file(arena, in->opts.token, TOKEN_MOST, &token, err);

        token = bh_str_trim(r < 0 ? (struct bh_str){ 0 } : token);
        if (r >= 0 && token.len < TOKEN_LEAST)
                r = bh_fail(err, BH_E_USAGE, "%s: a token has at least %d characters", in->opts.token, TOKEN_LEAST);
        if (r >= 0)
                bh_buf_add(&in->token, token);
        bh_arena_free(&arena);
        return r;
}

static int begin(struct bh_inlet *in, struct bh_err *err) {
        sigset_t all, old;
        int r;

        in->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (in->wake < 0)
                return bh_fail_sys(err, errno, "eventfd");
        (void) sigfillset(&all); /* a sender that went away is an answer, no signal */
        (void) pthread_sigmask(SIG_SETMASK, &all, &old);
        r = pthread_create(&in->thread, NULL, run, in);
        (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
        in->runs = r == 0;
        return r == 0 ? 0 : bh_fail_sys(err, r, "a thread");
}

int bh_inlet_open(const struct bh_inlet_opts *opts, struct bh_inlet **ret, struct bh_err *err) {
        const struct bh_tls_files files = { opts->cert, opts->key, opts->clients };
        struct bh_inlet *in = calloc(1, sizeof *in);
        int r = 0;

        if (!in)
                bh_nomem(sizeof *in);
        in->opts = *opts;
        in->listener = in->wake = -1;
        if (opts->token)
                r = read_token(in, err);
        if (r >= 0 && opts->cert)
                r = bh_tls_new(&files, &in->tls, err);
        r = r < 0 ? r : find_place(in, err);
        r = r < 0 ? r : begin(in, err);
        if (r < 0)
                bh_inlet_close(&in);
        else
                *ret = in;
        return r;
}

void bh_inlet_stop(struct bh_inlet *in) {
        uint64_t one = 1;

        atomic_store(&in->stop, true);
        if (in->runs) {
                BH_IGNORE(write(in->wake, &one, sizeof one)); /* full is awake, too */
                (void) pthread_join(in->thread, NULL);
        }
        in->runs = false;
        for (size_t i = 0; i < BH_LEN(in->conns); i++)
                if (in->conns[i].inlet)
                        bh_inlet_conn_close(&in->conns[i]);
        bh_fd_close(&in->listener);
}

void bh_inlet_close(struct bh_inlet **inlet) {
        struct bh_inlet *in = BH_TAKE(*inlet);

        if (!in)
                return;
        bh_inlet_stop(in);
        bh_fd_close(&in->wake);
        bh_tls_free(&in->tls);
        bh_buf_done(&in->token);
        free(in);
}

void bh_inlet_stats(const struct bh_inlet *in, struct bh_inlet_stats *ret) {
        *ret = (struct bh_inlet_stats){ .taken = atomic_load(&in->taken), .broken = atomic_load(&in->broken), .strangers = atomic_load(&in->strangers),
                                        .too_long = atomic_load(&in->too_long), .turned_away = atomic_load(&in->turned_away) };
}

const char *bh_inlet_url(const struct bh_inlet *in) {
        return in->url;
}
