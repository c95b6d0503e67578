/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_CORE_H
#define BH_SERVE_CORE_H
/* The server from inside: what the loop's thread owns, and the little that others may touch. */
#include <pthread.h>

#include "base/limits.h"

#include "serve/buckets.h"
#include "serve/conn.h"
#include "serve/job.h"
#include "serve/live.h"
#include "serve/metrics.h"
#include "serve/pool.h"
#include "serve/server.h"

struct event;
struct event_base;
struct evconnlistener;
struct ssl_ctx_st;
struct bh_assets;

struct bh_port {
        struct bh_server *server;
        bool agents;
        struct ssl_ctx_st *tls;
        struct evconnlistener *listener;
        struct bh_pool *pool;
        unsigned number;
        size_t n_connections, max_connections;
};

struct bh_server {
        struct bh_server_opts opts;
        struct event_base *base;
        struct event *ticker, *woken;
        struct bh_port ports[2]; /* people, agents */
        struct bh_conn *connections;
        struct bh_job *parked;
        size_t n_parked;
        uint64_t bodies;        /* bytes, of BH_LIMIT_API_BODIES */
        struct bh_buckets *rates;
        struct bh_guesses *guesses; /* any thread */
        struct bh_live live;
        struct bh_assets *assets;
        bool ending;
        int64_t end_ms;
        struct bh_metrics metrics; /* its own lock */
        /* From any thread. */
        pthread_mutex_t rates_lock;
        struct bh_buckets *user_rates; /* under it */
        int wake_fd;
        int stop;       /* atomic */
        int reload;     /* atomic */
        unsigned wakes; /* atomic: how many keys were woken */
        int oidc_busy;  /* atomic: who asks the identity provider now */
        pthread_mutex_t post_lock;
        struct bh_post *posts, **posts_end;
};

/* To the loop's thread, in order. */
void bh_server_post(struct bh_server *server, struct bh_post *post);
void bh_server_log(const struct bh_server *server, const char *level, const char *fmt, ...) BH_PRINTF(3, 4);
unsigned bh_server_wakes(const struct bh_server *server);
/* By the monotonic clock. */
int64_t bh_now_ms(void);
int64_t bh_now_us(void);
/* Hands a whole request to its pool; in the loop's thread. */
void bh_server_begin(struct bh_server *server, struct bh_job *job);

#endif
