/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/server.h"

#include <event2/event.h>
#include <errno.h>
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
#include "serve/park.h"
#include "serve/port.h"

enum { TICK_MS = 250, END_MS = 10 * 1000 };

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

/* Jobs: to a pool, and back. */

void bh_server_begin(struct bh_server *server, struct bh_job *job) {
        bool agents = job->route->needs == BH_MAY_AGENT;

        if (bh_pool_add(server->ports[agents].pool, job))
                return;
        bh_call_reply_header(&job->call, "Retry-After", "1");
        bh_call_problem(&job->call, 503, "too many requests wait already");
        bh_conn_answer(server, &job->post);
}

void bh_job_done(struct bh_server *server, struct bh_job *job) {
        job->post.run = bh_park_or_answer;
        bh_server_post(server, &job->post);
}

/* The loop. */

static void stop_listening(struct bh_server *s) {
        for (size_t i = 0; i < BH_LEN(s->ports); i++)
                bh_port_stop(&s->ports[i]);
}

static void begin_end(struct bh_server *s) {
        s->ending = true;
        s->end_ms = bh_now_ms() + END_MS;
        stop_listening(s);
        bh_park_tick(s, INT64_MAX);
}

static void go_on_ending(struct bh_server *s) {
        if (bh_conn_end_all(s) || bh_now_ms() >= s->end_ms)
                (void) event_base_loopbreak(s->base);
}

static void on_wake(evutil_socket_t fd, short what, void *user) {
        struct bh_server *s = user;
        uint64_t n;

        (void) what;
        BH_IGNORE(read(fd, &n, sizeof n));
        run_posts(s);
        if (__atomic_exchange_n(&s->reload, 0, __ATOMIC_ACQ_REL))
                for (size_t i = 0; i < BH_LEN(s->ports); i++)
                        bh_port_reload(&s->ports[i]);
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
        bh_park_tick(s, now);
        for (size_t i = 0; i < BH_LEN(s->ports); i++)
                bh_port_go_on(&s->ports[i]);
        if (s->ending)
                go_on_ending(s);
}

/* Opening and closing. */

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
        double rate = opts->rate ? opts->rate : BH_LIMIT_API_RATE;
        struct bh_server *s = calloc(1, sizeof *s);
        int r;

        if (!s)
                bh_nomem(sizeof *s);
        s->opts = *opts;
        s->wake_fd = -1;
        s->posts_end = &s->posts;
        s->rates = bh_buckets_new(rate, rate * BH_LIMIT_API_BURST / BH_LIMIT_API_RATE);
        s->user_rates = bh_buckets_new(rate, rate * BH_LIMIT_API_BURST / BH_LIMIT_API_RATE);
        s->guesses = bh_guesses_new();
        bh_metrics_init(&s->metrics);
        (void) pthread_mutex_init(&s->rates_lock, NULL);
        (void) pthread_mutex_init(&s->post_lock, NULL);
        r = bh_assets_open(opts->assets_dir, &s->assets, err);
        if (r >= 0)
                r = open_loop(s, err);
        if (r >= 0)
                r = bh_port_open(s, false, opts->listen, err);
        if (r >= 0 && opts->agents)
                r = bh_port_open(s, true, opts->agents, err);
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
                if (post->run == bh_park_or_answer)
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
                bh_port_done(&s->ports[i]);
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
