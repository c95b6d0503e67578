/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/server.h"

#include <event2/event.h>
#include <event2/listener.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "serve/assets.h"
#include "serve/core.h"
#include "serve/guesses.h"
#include "serve/tls.h"

enum { TICK_MS = 250, END_MS = 10 * 1000, THREADS = 16, AGENT_THREADS = 32, BACKLOG = 1024 };

int64_t bh_now_us(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

int64_t bh_now_ms(void) {
        return bh_now_us() / 1000;
}

void bh_server_log(const struct bh_server *server, const char *level, const char *fmt, ...) {
        char text[1024];
        va_list ap;

        if (!server->opts.log)
                return;
        va_start(ap, fmt);
        (void) vsnprintf(text, sizeof text, fmt, ap);
        va_end(ap);
        server->opts.log(server->opts.log_user, level, text);
}

const struct bh_server_opts *bh_server_opts(const struct bh_server *server) {
        return &server->opts;
}

/* What other threads ask of the loop. */

static void wake(const struct bh_server *s) {
        uint64_t one = 1;

        BH_IGNORE(write(s->wake_fd, &one, sizeof one)); /* full is awake, too */
}

void bh_server_post(struct bh_server *server, struct bh_post *post) {
        post->next = NULL;
        (void) pthread_mutex_lock(&server->post_lock);
        *server->posts_end = post;
        server->posts_end = &post->next;
        (void) pthread_mutex_unlock(&server->post_lock);
        wake(server);
}

void bh_server_stop(struct bh_server *server) {
        __atomic_store_n(&server->stop, 1, __ATOMIC_RELEASE);
        wake(server);
}

void bh_server_reload(struct bh_server *server) {
        __atomic_store_n(&server->reload, 1, __ATOMIC_RELEASE);
        wake(server);
}

static void run_posts(struct bh_server *s) {
        struct bh_post *post, *next;

        (void) pthread_mutex_lock(&s->post_lock);
        post = s->posts;
        s->posts = NULL;
        s->posts_end = &s->posts;
        (void) pthread_mutex_unlock(&s->post_lock);
        for (; post; post = next) {
                next = post->next;
                post->run(s, post);
        }
}

/* Jobs: to a pool, and back, perhaps to be parked. */

void bh_server_begin(struct bh_server *server, struct bh_job *job) {
        bool agents = job->route->needs == BH_MAY_AGENT;

        if (bh_pool_add(server->ports[agents].pool, job))
                return;
        bh_call_reply_header(&job->call, "Retry-After", "1");
        bh_call_problem(&job->call, 503, "too many requests wait already");
        bh_conn_answer(server, &job->post);
}

unsigned bh_server_wakes(const struct bh_server *server) {
        return __atomic_load_n(&server->wakes, __ATOMIC_ACQUIRE);
}

static void unpark(struct bh_server *s, struct bh_job **at) {
        struct bh_job *job = *at;

        *at = job->next;
        s->n_parked--;
        job->call.parked = true;
        bh_server_begin(s, job);
}

static void park(struct bh_server *s, struct bh_job *job) {
        job->parks = false;
        job->next = s->parked;
        s->parked = job;
        s->n_parked++;
        if (s->ending || s->n_parked > BH_LIMIT_API_PARKED || job->wakes != bh_server_wakes(s))
                unpark(s, &s->parked);
}

/* Back from a pool. */
static void job_done(struct bh_server *s, struct bh_post *post) {
        struct bh_job *job = (struct bh_job *) (void *) post;

        if (job->parks && job->conn && !(s->ending && job->call.parked))
                park(s, job);
        else
                bh_conn_answer(s, post);
}

void bh_job_done(struct bh_server *server, struct bh_job *job) {
        job->post.run = job_done;
        bh_server_post(server, &job->post);
}

/* Those of this key, or all whose time is over. */
static void wake_parked(struct bh_server *s, const struct bh_str *key, int64_t now_ms) {
        struct bh_job **at = &s->parked;

        while (*at)
                if (key ? bh_str_eq((*at)->park_key, *key) : now_ms >= (*at)->park_until_ms)
                        unpark(s, at);
                else
                        at = &(*at)->next;
}

struct wake_post {
        struct bh_post post;
        struct bh_str key;
        char text[];
};

static void run_wake(struct bh_server *s, struct bh_post *post) {
        struct wake_post *w = (struct wake_post *) (void *) post;

        wake_parked(s, &w->key, 0);
        free(w);
}

void bh_server_wake(struct bh_server *server, struct bh_str key) {
        struct wake_post *w = malloc(sizeof *w + key.len);

        if (!w)
                bh_nomem(sizeof *w);
        w->post.run = run_wake;
        memcpy(w->text, key.at, key.len);
        w->key = (struct bh_str){ w->text, key.len };
        __atomic_add_fetch(&server->wakes, 1, __ATOMIC_ACQ_REL);
        bh_server_post(server, &w->post);
}

/* The loop. */

static void stop_listening(struct bh_server *s) {
        for (size_t i = 0; i < BH_LEN(s->ports); i++) {
                if (s->ports[i].listener)
                        evconnlistener_free(s->ports[i].listener);
                s->ports[i].listener = NULL;
        }
}

static void begin_end(struct bh_server *s) {
        s->ending = true;
        s->end_ms = bh_now_ms() + END_MS;
        stop_listening(s);
        wake_parked(s, NULL, INT64_MAX);
}

static void go_on_ending(struct bh_server *s) {
        if (bh_conn_end_all(s) || bh_now_ms() >= s->end_ms)
                (void) event_base_loopbreak(s->base);
}

static int load_tls(const struct bh_server *s, bool agents, struct ssl_ctx_st **ret, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_tls_files files = { bh_arena_printf(arena, "%s/tls/server.pem", s->opts.state_dir).at,
                                      bh_arena_printf(arena, "%s/tls/server.key", s->opts.state_dir).at,
                                      agents ? bh_arena_printf(arena, "%s/tls/ca.pem", s->opts.state_dir).at : NULL };

        return bh_tls_new(&files, ret, err);
}

/* Connections that are open keep what they began with. */
static void reload_tls(struct bh_server *s) {
        for (size_t i = 0; i < BH_LEN(s->ports); i++) {
                struct ssl_ctx_st *tls;
                struct bh_err err = BH_ERR_NONE;

                if (!s->ports[i].tls)
                        continue;
                if (load_tls(s, s->ports[i].agents, &tls, &err) < 0) {
                        bh_server_log(s, "error", "certificates were not read anew: %s", err.text);
                        continue;
                }
                bh_tls_free(&s->ports[i].tls);
                s->ports[i].tls = tls;
        }
}

static void on_wake(evutil_socket_t fd, short what, void *user) {
        struct bh_server *s = user;
        uint64_t n;

        (void) what;
        BH_IGNORE(read(fd, &n, sizeof n));
        run_posts(s);
        if (__atomic_exchange_n(&s->reload, 0, __ATOMIC_ACQ_REL))
                reload_tls(s);
        if (__atomic_load_n(&s->stop, __ATOMIC_ACQUIRE) && !s->ending)
                begin_end(s);
        if (s->ending)
                go_on_ending(s);
}

static void on_tick(evutil_socket_t fd, short what, void *user) {
        struct bh_server *s = user;
        int64_t now = bh_now_ms();

        (void) fd;
        (void) what;
        if (s->opts.alive)
                s->opts.alive(s->opts.log_user);
        bh_conn_tick(s, now);
        bh_live_tick(s, now);
        wake_parked(s, NULL, now);
        for (size_t i = 0; i < BH_LEN(s->ports); i++) /* may have been silenced by on_accept_error */
                if (s->ports[i].listener)
                        (void) evconnlistener_enable(s->ports[i].listener);
        if (s->ending)
                go_on_ending(s);
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

/* Opening and closing. */

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

static int open_port(struct bh_server *s, bool agents, const char *text, struct bh_err *err) {
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

static int open_loop(struct bh_server *s, struct bh_err *err) {
        const struct timeval often = { 0, TICK_MS * 1000 };

        s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (s->wake_fd < 0)
                return bh_fail_sys(err, errno, "eventfd");
        s->base = event_base_new();
        s->woken = s->base ? event_new(s->base, s->wake_fd, EV_READ | EV_PERSIST, on_wake, s) : NULL;
        s->ticker = s->base ? event_new(s->base, -1, EV_PERSIST, on_tick, s) : NULL;
        if (!s->woken || !s->ticker || event_add(s->woken, NULL) != 0 || event_add(s->ticker, &often) != 0)
                return bh_fail(err, BH_E_NOMEM, "no event loop");
        return 0;
}

int bh_server_open(const struct bh_server_opts *opts, struct bh_server **ret, struct bh_err *err) {
        struct bh_server *s = calloc(1, sizeof *s);
        int r;

        if (!s)
                bh_nomem(sizeof *s);
        s->opts = *opts;
        s->wake_fd = -1;
        s->posts_end = &s->posts;
        s->rates = bh_buckets_new(BH_LIMIT_API_RATE, BH_LIMIT_API_BURST);
        s->user_rates = bh_buckets_new(BH_LIMIT_API_RATE, BH_LIMIT_API_BURST);
        s->guesses = bh_guesses_new();
        bh_metrics_init(&s->metrics);
        (void) pthread_mutex_init(&s->rates_lock, NULL);
        (void) pthread_mutex_init(&s->post_lock, NULL);
        r = bh_assets_open(opts->assets_dir, &s->assets, err);
        if (r >= 0)
                r = open_loop(s, err);
        if (r >= 0)
                r = open_port(s, false, opts->listen, err);
        if (r >= 0 && opts->agents)
                r = open_port(s, true, opts->agents, err);
        if (r < 0)
                bh_server_close(&s);
        else
                *ret = s;
        return r;
}

static void end_pools(struct bh_server *s) {
        for (size_t i = 0; i < BH_LEN(s->ports); i++)
                bh_pool_free(&s->ports[i].pool);
}

int bh_server_run(struct bh_server *server, struct bh_err *err) {
        int r = event_base_dispatch(server->base) < 0 ? bh_fail(err, BH_E_IO, "the event loop failed") : 0;

        end_pools(server);
        return r;
}

unsigned bh_server_port(const struct bh_server *server, bool agents) {
        return server->ports[agents].number;
}

/* What threads were still at when time was up comes back as posts: it is freed, not answered. */
static void end_jobs(struct bh_server *s) {
        s->ending = true;
        end_pools(s);
        for (struct bh_conn *c; (c = s->connections);)
                bh_conn_close(c);
        for (struct bh_job *job; (job = s->parked);) {
                s->parked = job->next;
                bh_job_free(job);
        }
        for (struct bh_post *post; (post = s->posts);) {
                s->posts = post->next;
                if (post->run == job_done)
                        bh_job_free((struct bh_job *) (void *) post);
                else
                        free(post);
        }
}

void bh_server_close(struct bh_server **server) {
        struct bh_server *s = BH_TAKE(*server);

        if (!s)
                return;
        stop_listening(s);
        end_jobs(s);
        for (size_t i = 0; i < BH_LEN(s->ports); i++)
                bh_tls_free(&s->ports[i].tls);
        if (s->woken)
                event_free(s->woken);
        if (s->ticker)
                event_free(s->ticker);
        if (s->base)
                event_base_free(s->base);
        if (s->wake_fd >= 0)
                (void) close(s->wake_fd);
        bh_assets_close(&s->assets);
        bh_buckets_free(&s->rates);
        bh_buckets_free(&s->user_rates);
        bh_guesses_free(&s->guesses);
        (void) pthread_mutex_destroy(&s->rates_lock);
        bh_metrics_done(&s->metrics);
        (void) pthread_mutex_destroy(&s->post_lock);
        free(s);
}
