/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "http/tls_serve.h"

enum { THREADS = 16, AGENT_THREADS = 32, BACKLOG = 1024 };

static int load_tls(const struct bh_server *s, bool agents, struct ssl_ctx_st **ret, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_tls_files files = { bh_arena_printf(arena, "%s/tls/server.pem", s->opts.state_dir).at,
                                      bh_arena_printf(arena, "%s/tls/server.key", s->opts.state_dir).at,
                                      agents ? bh_arena_printf(arena, "%s/tls/ca.pem", s->opts.state_dir).at : NULL };

        return bh_tls_new(&files, ret, err);
}

static struct bh_str print_address(const struct sockaddr *from, char *text, size_t size) {
        if (from->sa_family == AF_INET)
                return bh_str_of(inet_ntop(AF_INET, &((const struct sockaddr_in *) (const void *) from)->sin_addr, text, (socklen_t) size));
        if (from->sa_family == AF_INET6) {
                struct bh_str all = bh_str_of(inet_ntop(AF_INET6, &((const struct sockaddr_in6 *) (const void *) from)->sin6_addr, text, (socklen_t) size));

                (void) bh_str_cut_prefix(&all, BH_STR("::ffff:"));
                return all;
        }
        return BH_STR("?");
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from, int len, void *user) {
        struct bh_port *port = user;
        char text[INET6_ADDRSTRLEN];

        (void) l;
        (void) len;
        port->server->metrics.n_connections++;
        if (port->n_connections >= port->max_connections) {
                port->server->metrics.n_refused++;
                (void) evutil_closesocket(fd);
                return;
        }
        bh_conn_new(port, fd, print_address(from, text, sizeof text));
}

/* No descriptors left, mostly: without a pause we would spin. */
static void on_accept_error(struct evconnlistener *l, void *user) {
        struct bh_port *port = user;

        bh_server_log(port->server, "error", "a connection could not be taken: %s", evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
        (void) evconnlistener_disable(l);
}

struct place {
        char host[256], service[16];
};

static int parse_place(const char *text, struct place *ret, struct bh_err *err) {
        struct bh_str all = bh_str_of(text), host, service;
        ptrdiff_t colon = bh_str_rchr(all, ':');
        uint64_t number;

        host = bh_str_part(all, 0, colon < 0 ? 0 : (size_t) colon);
        service = bh_str_from(all, (size_t) (colon + 1));
        if (host.len > 1 && host.at[0] == '[' && host.at[host.len - 1] == ']')
                host = bh_str_part(host, 1, host.len - 2);
        if (colon < 0 || !bh_str_u64(service, &number) || number > 65535 || host.len >= sizeof ret->host)
                return bh_fail(err, BH_E_USAGE, "%s is not ADDRESS:PORT", BH_QUOTE(all));
        (void) snprintf(ret->host, sizeof ret->host, "%.*s", BH_FMT(host));
        (void) snprintf(ret->service, sizeof ret->service, "%u", (unsigned) number);
        return 0;
}

static unsigned number_of(evutil_socket_t fd) {
        struct sockaddr_storage at;
        socklen_t len = sizeof at;

        if (getsockname(fd, (struct sockaddr *) &at, &len) != 0)
                return 0;
        return ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *) (void *) &at)->sin6_port : ((struct sockaddr_in *) (void *) &at)->sin_port);
}

static int listen_at(struct bh_port *port, const char *text, struct bh_err *err) {
        const struct addrinfo how = { .ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM };
        struct addrinfo *found = NULL;
        struct place place;
        int r = parse_place(text, &place, err);

        if (r < 0)
                return r;
        r = getaddrinfo(*place.host ? place.host : NULL, place.service, &how, &found);
        if (r != 0)
                return bh_fail(err, BH_E_USAGE, "%s: %s", text, gai_strerror(r));
        port->listener = evconnlistener_new_bind(port->server->base, on_accept, port, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE,
                                                 BACKLOG, found->ai_addr, (int) found->ai_addrlen);
        freeaddrinfo(found);
        if (!port->listener)
                return bh_fail_sys(err, errno, "listen on %s", text);
        evconnlistener_set_error_cb(port->listener, on_accept_error);
        port->number = number_of(evconnlistener_get_fd(port->listener));
        return 0;
}

int bh_port_open(struct bh_server *s, bool agents, const char *text, struct bh_err *err) {
        struct bh_port *port = &s->ports[agents];
        unsigned n = agents ? s->opts.n_agent_threads : s->opts.n_threads;
        int r = load_tls(s, agents, &port->tls, err);

        port->server = s;
        port->agents = agents;
        port->max_connections = agents ? BH_LIMIT_API_AGENTS : BH_LIMIT_API_CONNECTIONS;
        if (r >= 0)
                r = bh_pool_new(n ? n : agents ? AGENT_THREADS : THREADS, bh_job_run, &port->pool, err);
        return r < 0 ? r : listen_at(port, text, err);
}

void bh_port_reload(struct bh_port *port) {
        struct bh_err err = BH_ERR_NONE;
        struct ssl_ctx_st *tls;

        if (!port->tls)
                return;
        if (load_tls(port->server, port->agents, &tls, &err) < 0) {
                bh_server_log(port->server, "error", "certificates were not read anew: %s", err.text);
                return;
        }
        bh_tls_free(&port->tls);
        port->tls = tls;
}

void bh_port_stop(struct bh_port *port) {
        if (port->listener)
                evconnlistener_free(port->listener);
        port->listener = NULL;
}

void bh_port_go_on(struct bh_port *port) {
        if (port->listener)
                (void) evconnlistener_enable(port->listener);
}

void bh_port_done(struct bh_port *port) {
        bh_port_stop(port);
        bh_tls_free(&port->tls);
}
