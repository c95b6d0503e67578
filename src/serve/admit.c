/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/admit.h"

#include "base/limits.h"
#include "serve/assets.h"
#include "serve/router.h"

/* true: refused. */
static bool too_often(struct bh_port *port, struct bh_call *call) {
        unsigned wait_s = port->agents ? 0 : bh_buckets_take(port->server->rates, call->address, bh_now_ms());

        if (!wait_s)
                return false;
        port->server->metrics.n_limited++;
        bh_call_reply_header(call, "Retry-After", "%u", wait_s);
        bh_call_problem(call, 429, "too many requests a second; come back in %u", wait_s);
        return true;
}

static bool of_api(struct bh_str path) {
        return bh_str_starts(path, BH_STR("/api/")) || bh_str_starts(path, BH_STR("/agent/")) || bh_str_is(path, "/metrics");
}

static bool is_safe(struct bh_str method) {
        return bh_str_is(method, "GET") || bh_str_is(method, "HEAD");
}

static bool find_route(struct bh_port *port, struct bh_job *job) {
        struct bh_call *call = &job->call;
        struct bh_str allow;

        switch (bh_route_find(bh_routes, job->arena, call->method, call->path, port->agents, &job->route, job->parts, &call->n_parts, &allow)) {
        case BH_ROUTE_FOUND:
                return true;
        case BH_ROUTE_METHOD:
                bh_call_reply_header(call, "Allow", "%.*s", BH_FMT(allow));
                bh_call_problem(call, 405, "this path knows %.*s", BH_FMT(allow));
                return false;
        default:
                if (port->agents || of_api(call->path) || !is_safe(call->method))
                        bh_call_problem(call, 404, "there is nothing at this path");
                else
                        bh_assets_answer(port->server->assets, call);
                return false;
        }
}

static bool room_for_body(struct bh_server *server, struct bh_job *job) {
        job->max_body = job->route->max_body ? job->route->max_body : BH_LIMIT_API_BODY;
        if (job->head.length > job->max_body) {
                bh_call_problem(&job->call, 413, "the body is longer than %llu bytes", (unsigned long long) job->max_body);
                return false;
        }
        job->charged = job->head.chunked ? job->max_body : job->head.length;
        if (server->bodies + job->charged > BH_LIMIT_API_BODIES) {
                job->charged = 0;
                bh_call_reply_header(&job->call, "Retry-After", "1");
                bh_call_problem(&job->call, 503, "too many requests with long bodies at once");
                return false;
        }
        server->bodies += job->charged;
        return true;
}

static void fill(struct bh_job *job) {
        struct bh_call *call = &job->call;

        call->head = &job->head;
        call->method = job->head.method;
        call->path = job->head.path;
        call->query = job->head.query;
        call->content_type = bh_http1_get(&job->head, "Content-Type");
        call->accept = bh_http1_get(&job->head, "Accept");
        call->parts = job->parts;
}

bool bh_admit(struct bh_port *port, struct bh_job *job) {
        fill(job);
        return !too_often(port, &job->call) && find_route(port, job) && room_for_body(port->server, job);
}
