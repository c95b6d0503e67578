/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "serve/core.h"
#include "serve/people.h"
#include "serve/problem.h"
#include "serve/roles.h"
#include "serve/secret.h"

static int64_t wall_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_REALTIME, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

struct bh_job *bh_job_new(struct bh_server *server) {
        struct bh_job *job = calloc(1, sizeof *job);

        if (!job)
                bh_nomem(sizeof *job);
        job->arena = bh_arena_new();
        job->call = (struct bh_call){ .server = server, .store = server->opts.store, .arena = job->arena, .user = server->opts.user };
        return job;
}

void bh_job_free(struct bh_job *job) {
        job->call.server->bodies -= job->charged;
        bh_buf_done(&job->body);
        bh_buf_done(&job->call.out);
        bh_buf_done(&job->call.headers);
        bh_arena_free(&job->arena);
        free(job);
}

static bool changes(const struct bh_call *call) {
        return !bh_str_is(call->method, "GET") && !bh_str_is(call->method, "HEAD");
}

static bool csrf_is_right(const struct bh_job *job) {
        return bh_secret_same(bh_call_header(&job->call, "X-CSRF-Token"), job->csrf);
}

/* true: it may go on; else the answer is there. */
static bool may(struct bh_job *job) {
        struct bh_call *call = &job->call;
        enum bh_permission needs = job->route->needs;

        if (needs == BH_MAY_AGENT)
                return call->agent.known || (bh_call_problem(call, 401, "a client certificate is needed"), false);
        if (needs != BH_MAY_NOBODY && !call->who.known) {
                bh_call_reply_header(call, "WWW-Authenticate", "Bearer");
                bh_call_problem(call, 401, "log in first");
                return false;
        }
        if (needs != BH_MAY_NOBODY && !(call->who.may & (1u << needs))) {
                bh_call_problem(call, 403, "%s%s", job->must_change ? "choose a password of your own first: POST /api/v1/me/password" : "this needs the permission ",
                                job->must_change ? "" : bh_permission_str(needs));
                return false;
        }
        if (needs == BH_MAY_SELF && call->who.token && changes(call)) { /* a token that was lost must not become more than it is */
                bh_call_problem(call, 403, "an API token cannot change the account it belongs to");
                return false;
        }
        if (job->cookie && changes(call) && needs != BH_MAY_NOBODY && !csrf_is_right(job)) {
                bh_call_problem(call, 403, "X-CSRF-Token is absent, or of another session");
                return false;
        }
        return true;
}

/* The same person from many addresses. true: too many. */
static bool too_often(struct bh_call *call) {
        struct bh_server *s = call->server;
        char name[32];
        unsigned wait_s;

        if (!call->who.known)
                return false;
        (void) snprintf(name, sizeof name, "%lld", (long long) call->who.user_id);
        (void) pthread_mutex_lock(&s->rates_lock);
        wait_s = bh_buckets_take(s->user_rates, bh_str_of(name), bh_now_ms());
        (void) pthread_mutex_unlock(&s->rates_lock);
        if (!wait_s)
                return false;
        bh_call_reply_header(call, "Retry-After", "%u", wait_s);
        bh_call_problem(call, 429, "too many requests a second; come back in %u", wait_s);
        return true;
}

static int handle(struct bh_job *job, struct bh_err *err) {
        const struct bh_route *route = job->route;
        int r = 0;

        if (route->needs != BH_MAY_AGENT)
                r = bh_call_read(&job->call, err);
        if (r >= 0 && route->needs != BH_MAY_AGENT)
                r = bh_people_identify(job, err);
        if (r < 0 || too_often(&job->call) || !may(job))
                return r;
        if (route->list)
                return bh_list_reply(&job->call, route->list, NULL, bh_arg_null(), err);
        return route->handler(&job->call, err);
}

void bh_job_run(struct bh_job *job) {
        struct bh_call *call = &job->call;
        struct bh_err err = BH_ERR_NONE;
        int r;

        bh_buf_clear(&call->out); /* of a run that parked */
        bh_buf_clear(&call->headers);
        call->status = 0;
        call->now_ms = wall_ms();
        job->wakes = bh_server_wakes(call->server);
        r = handle(job, &err);
        bh_call_read_done(call);
        if (r < 0) {
                job->parks = job->streams = false;
                bh_problem_of(call, r, &err);
        }
        bh_job_done(call->server, job);
}
