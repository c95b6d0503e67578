/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_METRICS_H
#define BH_SERVE_METRICS_H
/* What the server counts of itself, as Prometheus reads it (text format 0.0.4). */
#include <pthread.h>
#include <stdint.h>

#include "base/buf.h"

struct bh_route;

enum { BH_METRICS_ROUTES = 512, BH_METRICS_CODES = 5, BH_METRICS_STEPS = 10 };

struct bh_metrics_route {
        const struct bh_route *route;
        uint64_t codes[BH_METRICS_CODES]; /* 2xx is [1] */
        uint64_t steps[BH_METRICS_STEPS]; /* of the latency */
        uint64_t us, n;
};

struct bh_metrics {
        pthread_mutex_t lock;
        struct bh_metrics_route routes[BH_METRICS_ROUTES]; /* [0]: no route */
        size_t n_routes;
        uint64_t n_connections, n_refused, n_handshakes_failed, n_limited, n_timed_out;
};

struct bh_server;

void bh_metrics_init(struct bh_metrics *m);
void bh_metrics_done(struct bh_metrics *m);
/* An answer of this route (NULL: none was found). Any thread. */
void bh_metrics_answer(struct bh_metrics *m, const struct bh_route *route, int status, uint64_t us);
void bh_metrics_print(struct bh_server *server, struct bh_buf *out);

#endif
