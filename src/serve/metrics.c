/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/metrics.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "serve/core.h"

static const uint64_t steps_us[BH_METRICS_STEPS] = { 1000, 5000, 10000, 25000, 50000, 100000, 300000, 1000000, 5000000, 20000000 };

void bh_metrics_init(struct bh_metrics *m) {
        (void) pthread_mutex_init(&m->lock, NULL);
        m->n_routes = 1;
}

void bh_metrics_done(struct bh_metrics *m) {
        (void) pthread_mutex_destroy(&m->lock);
}

static struct bh_metrics_route *row_of(struct bh_metrics *m, const struct bh_route *route) {
        for (size_t i = 0; i < m->n_routes; i++)
                if (m->routes[i].route == route)
                        return &m->routes[i];
        if (m->n_routes == BH_METRICS_ROUTES)
                return &m->routes[0];
        m->routes[m->n_routes].route = route;
        return &m->routes[m->n_routes++];
}

void bh_metrics_answer(struct bh_metrics *m, const struct bh_route *route, int status, uint64_t us) {
        struct bh_metrics_route *row;

        (void) pthread_mutex_lock(&m->lock);
        row = row_of(m, route);
        if (status >= 100 && status < 600)
                row->codes[status / 100 - 1]++;
        for (size_t i = 0; i < BH_METRICS_STEPS; i++)
                row->steps[i] += us <= steps_us[i];
        row->us += us;
        row->n++;
        (void) pthread_mutex_unlock(&m->lock);
}

static const char *name_of(const struct bh_metrics_route *row) {
        return row->route ? row->route->operation : "none";
}

static void print_codes(const struct bh_metrics *m, struct bh_buf *out) {
        bh_buf_puts(out, "# HELP bulkhead_requests_total Requests answered.\n# TYPE bulkhead_requests_total counter\n");
        for (size_t i = 0; i < m->n_routes; i++)
                for (int code = 0; code < BH_METRICS_CODES; code++)
                        if (m->routes[i].codes[code])
                                bh_buf_printf(out, "bulkhead_requests_total{operation=\"%s\",code=\"%dxx\"} %llu\n", name_of(&m->routes[i]), code + 1,
                                              (unsigned long long) m->routes[i].codes[code]);
}

static void print_latencies(const struct bh_metrics *m, struct bh_buf *out) {
        bh_buf_puts(out, "# HELP bulkhead_request_seconds From the head of a request to its answer.\n# TYPE bulkhead_request_seconds histogram\n");
        for (size_t i = 0; i < m->n_routes; i++) {
                const struct bh_metrics_route *row = &m->routes[i];

                if (!row->n)
                        continue;
                for (size_t k = 0; k < BH_METRICS_STEPS; k++)
                        bh_buf_printf(out, "bulkhead_request_seconds_bucket{operation=\"%s\",le=\"%g\"} %llu\n", name_of(row), (double) steps_us[k] / 1e6,
                                      (unsigned long long) row->steps[k]);
                bh_buf_printf(out, "bulkhead_request_seconds_bucket{operation=\"%s\",le=\"+Inf\"} %llu\n", name_of(row), (unsigned long long) row->n);
                bh_buf_printf(out, "bulkhead_request_seconds_sum{operation=\"%s\"} %.6f\n", name_of(row), (double) row->us / 1e6);
                bh_buf_printf(out, "bulkhead_request_seconds_count{operation=\"%s\"} %llu\n", name_of(row), (unsigned long long) row->n);
        }
}

static void number(struct bh_buf *out, const char *name, const char *type, const char *help, double v) {
        bh_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", name, help, name, type, name, v);
}

static double resident_bytes(void) {
        FILE *f = fopen("/proc/self/statm", "re");
        unsigned long long all, resident = 0;

        if (f && fscanf(f, "%llu %llu", &all, &resident) != 2)
                resident = 0;
        if (f)
                (void) fclose(f);
        return (double) resident * (double) sysconf(_SC_PAGESIZE);
}

static void print_process(struct bh_buf *out) {
        struct rusage used = { 0 };

        (void) getrusage(RUSAGE_SELF, &used);
        number(out, "process_resident_memory_bytes", "gauge", "Resident memory.", resident_bytes());
        number(out, "process_cpu_seconds_total", "counter", "User and system time.",
               (double) (used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double) (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
}

/* Read without the loop's knowledge: single words, of which one may be a moment old. */
static void print_loop(struct bh_server *s, struct bh_buf *out) {
        static const char *const ports[] = { "console", "agents" };

        bh_buf_puts(out, "# HELP bulkhead_connections Connections that are open.\n# TYPE bulkhead_connections gauge\n");
        for (size_t i = 0; i < BH_LEN(s->ports); i++)
                bh_buf_printf(out, "bulkhead_connections{port=\"%s\"} %zu\n", ports[i], s->ports[i].n_connections);
        bh_buf_puts(out, "# HELP bulkhead_queue Requests that wait for a thread.\n# TYPE bulkhead_queue gauge\n");
        for (size_t i = 0; i < BH_LEN(s->ports); i++)
                bh_buf_printf(out, "bulkhead_queue{port=\"%s\"} %zu\n", ports[i], s->ports[i].pool ? bh_pool_waiting(s->ports[i].pool) : 0);
        number(out, "bulkhead_connections_total", "counter", "Connections taken.", (double) s->metrics.n_connections);
        number(out, "bulkhead_connections_refused_total", "counter", "Connections closed because there were too many.", (double) s->metrics.n_refused);
        number(out, "bulkhead_connections_timed_out_total", "counter", "Connections closed because they were slow.", (double) s->metrics.n_timed_out);
        number(out, "bulkhead_handshakes_failed_total", "counter", "TLS handshakes that came to nothing.", (double) s->metrics.n_handshakes_failed);
        number(out, "bulkhead_requests_limited_total", "counter", "Requests refused because there were too many of one address.",
               (double) s->metrics.n_limited);
        number(out, "bulkhead_parked", "gauge", "Requests that wait for an event.", (double) s->n_parked);
        number(out, "bulkhead_live_clients", "gauge", "Clients that watch live events.", (double) s->live.n_clients);
        number(out, "bulkhead_live_events_total", "counter", "Live events published.", (double) s->live.n_events);
        number(out, "bulkhead_live_dropped_total", "counter", "Live events that a slow client lost.", (double) s->live.n_dropped);
}

void bh_metrics_print(struct bh_server *server, struct bh_buf *out) {
        (void) pthread_mutex_lock(&server->metrics.lock);
        print_codes(&server->metrics, out);
        print_latencies(&server->metrics, out);
        (void) pthread_mutex_unlock(&server->metrics.lock);
        print_loop(server, out);
        print_process(out);
}
