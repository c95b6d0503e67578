/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_INLET_CONN_H
#define BH_INLET_CONN_H
/*
 * Inside the inlet: one connection, and what all of them share.
 *
 *     handshake -> head -> body -> answer -> head ...
 *                              `-> drain, when a body is left unread
 */
#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/limits.h"
#include "fmt/http1.h"
#include "inlet/inlet.h"

struct ssl_ctx_st;
struct ssl_st;

enum bh_inlet_state { BH_INLET_HANDSHAKE, BH_INLET_HEAD, BH_INLET_BODY, BH_INLET_ANSWER, BH_INLET_DRAIN };

struct bh_inlet_conn {
        struct bh_inlet *inlet; /* NULL: this place is free */
        int fd;
        struct ssl_st *ssl; /* NULL: plain */
        enum bh_inlet_state state;
        short events; /* that it waits for */
        int64_t deadline_ms;
        struct bh_buf in, body, out;
        size_t sent;
        uint64_t held; /* of the bytes all bodies together may have */
        uint64_t length;
        bool chunked, begun, close, unread;
        struct bh_http1_chunks chunks;
};

struct bh_inlet {
        struct bh_inlet_opts opts;
        struct bh_buf token;
        struct ssl_ctx_st *tls; /* NULL: plain */
        int listener, wake;
        char url[128];
        uint64_t held;
        struct bh_inlet_conn conns[BH_LIMIT_INLET_CONNECTIONS];
        atomic_bool stop;
        pthread_t thread;
        bool runs;
        atomic_ullong taken, broken, strangers, too_long, turned_away;
};

void bh_inlet_conn_open(struct bh_inlet *inlet, struct bh_inlet_conn *c, int fd, int64_t now_ms);
/* As far as it gets now; false: it is over. */
bool bh_inlet_conn_step(struct bh_inlet_conn *c);
void bh_inlet_conn_close(struct bh_inlet_conn *c);

#endif
