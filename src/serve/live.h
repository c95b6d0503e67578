/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_LIVE_H
#define BH_SERVE_LIVE_H
/*
 * Server-sent events (WHATWG HTML, 9.2): who has /api/v1/live open is told of
 * each topic they asked for.
 *
 *     event: alerts
 *     data: {"id":17,"level":2}
 *
 * A heartbeat each 15 s; a client whose queue is full loses events and is told
 * how many ("event: dropped"), so that it can ask for the lists again. People
 * of teams get no data, only the topic: what they may see their lists decide.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct bh_conn;
struct bh_call;
struct bh_err;
struct bh_server;

struct bh_live_client;

struct bh_live {
        struct bh_live_client *first;
        size_t n_clients;
        uint64_t n_events, n_dropped;
        int64_t beat_ms;
};

/* Makes a client of the connection whose call was answered with a stream; NULL when there are too many. */
struct bh_live_client *bh_live_add(struct bh_server *server, struct bh_conn *conn, const struct bh_call *call);
void bh_live_remove(struct bh_server *server, struct bh_live_client *client);
void bh_live_tick(struct bh_server *server, int64_t now_ms);
/* Ends the streams of this user: after log-out, a change of role, the loss of an account. From any thread. */
void bh_live_end(struct bh_server *server, int64_t user_id);
int bh_live_open(struct bh_call *call, struct bh_err *err);

#endif
