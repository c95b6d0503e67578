/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_SERVER_H
#define BH_SERVE_SERVER_H
/*
 * The server: two ports over TLS, one thread that reads and writes all
 * connections, and two pools of threads that run the handlers of call.h, one
 * for people and one for agents, so that neither waits for the other.
 *
 *     people -> console's port (TLS 1.2+)  -> API, console, enrolment of agents
 *     agents -> agents' port   (TLS 1.3, client certificate of our CA) -> routes that need BH_MAY_AGENT, and no others
 *
 * A request is read whole before a thread sees it, an answer is whole before
 * it is sent: whoever is slow keeps a connection, for a while, and no thread.
 */
#include <stdbool.h>

#include "base/err.h"
#include "store/store.h"

struct bh_server;

struct bh_server_opts {
        const char *listen;     /* "0.0.0.0:8443", "[::]:8443", ":8443"; port 0: any free one */
        const char *agents;     /* NULL: no such port */
        const char *state_dir;  /* tls/server.pem, tls/server.key, tls/ca.pem are below it */
        const char *assets_dir; /* of the console; NULL: what was linked in */
        struct bh_store *store;
        void *user;             /* call->user */
        unsigned n_threads, n_agent_threads; /* 0: enough */
        unsigned rate;          /* requests a second of one address, and of one person; 0: BH_LIMIT_API_RATE */
        const char *version;
        /* A line for the log, from any thread. `level`: "info", "error". */
        void (*log)(void *log_user, const char *level, const char *text);
        void *log_user;
        /* From the loop, each quarter of a second: it is alive. May be NULL. */
        void (*alive)(void *log_user);
};

/* Listens; nothing is answered before bh_server_run. */
int bh_server_open(const struct bh_server_opts *opts, struct bh_server **ret, struct bh_err *err) BH_MUST_CHECK;
/* Until bh_server_stop; then no more is taken, what is being answered is answered, within ten seconds, and no handler runs any more. */
int bh_server_run(struct bh_server *server, struct bh_err *err) BH_MUST_CHECK;
/* From any thread, or a signal's handler. */
void bh_server_stop(struct bh_server *server);
/* Reads the certificates anew, for connections to come. From any thread, or a signal's handler; a failure is logged, and the old ones stay. */
void bh_server_reload(struct bh_server *server);
void bh_server_close(struct bh_server **server);
unsigned bh_server_port(const struct bh_server *server, bool agents);
const struct bh_server_opts *bh_server_opts(const struct bh_server *server);

#endif
