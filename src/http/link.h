/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_HTTP_LINK_H
#define BH_HTTP_LINK_H
/*
 * A connection to a receiver: UDP, TCP, TLS or a Unix socket, every step of it
 * with an end to waiting. TLS is OpenSSL's, which is met in tls.c.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct bh_tls;

struct bh_link {
        int fd; /* -1: closed */
        bool packets; /* each message is one packet */
        int timeout_ms;
        const atomic_bool *stop;
        struct bh_tls *tls; /* NULL: plain */
};

struct bh_tls_opts {
        const char *host;            /* whose name the certificate must bear */
        const char *ca, *cert, *key; /* PEM files; ca NULL: the system's */
        struct bh_str ca_pem;        /* instead of a file: its text */
        bool insecure;
};

#define BH_LINK_NONE ((struct bh_link){ .fd = -1 })
int bh_link_inet(struct bh_link *l, bool udp, const char *host, const char *port, struct bh_err *err) BH_MUST_CHECK;
/* A stream, else packets, as the other side has it. */
int bh_link_unix(struct bh_link *l, const char *path, struct bh_err *err) BH_MUST_CHECK;
int bh_link_tls(struct bh_link *l, const struct bh_tls_opts *opts, struct bh_err *err) BH_MUST_CHECK;
/* All of it, or < 0, after which the link is of no more use. */
int bh_link_send(struct bh_link *l, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;
/* Has the other side closed it? What it says besides is thrown away. */
bool bh_link_is_closed(struct bh_link *l);
void bh_link_close(struct bh_link *l);

/* 0: ready; TIMEOUT; also when `stop` is set. events: POLLIN, POLLOUT. */
int bh_link_wait(const struct bh_link *l, short events, int64_t until_ms, struct bh_err *err) BH_MUST_CHECK;
int64_t bh_link_now_ms(void);

/* tls.c */
int bh_tls_open(struct bh_link *l, const struct bh_tls_opts *opts, struct bh_err *err) BH_MUST_CHECK;
int bh_tls_send(struct bh_link *l, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;
bool bh_tls_is_closed(struct bh_link *l);
void bh_tls_close(struct bh_tls **tls);

#endif
