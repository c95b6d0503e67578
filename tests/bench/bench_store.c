/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the API's lists cost when there is much: 1,000,000 findings and alerts,
 * 10,000 hosts.
 *
 *     bench_store FILE [ROUNDS [SMALLER [delete]]]
 *
 * FILE is filled when it is not there (SMALLER: divided by that); with `delete`, 50,000 alerts are retention's at the end. Prints p50,
 * p99 and the worst of each question in milliseconds, and its processor time,
 * with other parameters each time, asked by one thread of a store as the server opens it, and what
 * the process holds in memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fmt/json.h"
#include "manage/risk.h"
#include "platform_fill.h"
#include "serve/routes.h"
#include "store/retention.h"
#include "store/store.h"

static const struct bh_fill full = { .hosts = 10000, .images = 1000, .packages = 40000, .vulns = 30000, .findings = 1000000, .alerts = 1000000 };

/* %u is another number in each round. */
static const struct question {
        const char *list, *what, *ask;
        unsigned pages; /* walked on first, by cursors */
} questions[] = {
        { "findings", "first page", "", 0 },
        { "findings", "page 200", "limit=100", 200 },
        { "findings", "one severity", "f.severity=critical", 0 },
        { "findings", "a host", "f.subject=host:%032x", 0 },
        { "findings", "a kind", "f.kind=secret", 0 },
        { "findings", "open, not low, fixable", "f.state=open&min.severity=high&not.fix=", 0 },
        { "findings", "a vulnerability", "f.vulnerability=CVE-2020-%05u", 0 },
        { "findings", "by severity and risk", "sort=-severity,-risk", 0 },
        { "findings", "newest", "sort=-first_ms", 0 },
        { "findings", "facets", "limit=1&facets=severity,kind,state,side,fixable", 0 },
        { "findings", "facets of one severity", "limit=1&facets=severity,kind,state,side,fixable&f.severity=critical", 0 },
        { "findings", "facets that no count tells", "limit=1&facets=type,package,kev", 0 },
        { "findings", "count", "limit=1&count=true", 0 },
        { "findings", "count of open", "limit=1&count=true&f.state=open", 0 },
        { "findings", "q, often there", "q=zlib", 0 },
        { "findings", "q, seldom there", "q=zlib-%u", 0 },
        { "findings", "q, not there", "q=nothing-of-that-name", 0 },
        { "alerts", "first page", "", 0 },
        { "alerts", "page 200", "limit=100", 200 },
        { "alerts", "one level", "f.level=2", 0 },
        { "alerts", "a host", "f.host_id=%032x", 0 },
        { "alerts", "a rule", "f.rule=Rule+%u+of+the+set", 0 },
        { "alerts", "by level", "sort=level", 0 },
        { "alerts", "facets", "limit=1&facets=level,rule,source", 0 },
        { "alerts", "count", "limit=1&count=true", 0 },
        { "alerts", "q, often there", "q=shell", 0 },
        { "alerts", "q, not there", "q=nothing-of-that-name", 0 },
        { "incidents", "open, newest", "f.status=open&sort=-last_ms", 0 },
        { "incidents", "facets", "limit=1&facets=status,level&count=true", 0 },
};

static const struct statement {
        const char *what, *sql;
} statements[] = {
        { "containers and hosts of a vulnerability, counted",
          "SELECT count(*), count(DISTINCT c.host_id) FROM (SELECT DISTINCT subject FROM finding WHERE vuln_id=printf('CVE-%d-%05d', 2015+?1%12, ?1)) s"
          " JOIN container c ON c.image_id=s.subject AND c.gone_ms IS NULL" },
};

static double clock_s(clockid_t which) {
        struct timespec t;

        (void) clock_gettime(which, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static double now_s(void) {
        return clock_s(CLOCK_MONOTONIC);
}

/* Of all questions since it was asked last, and starts anew: what others on the machine do is no part of it. */
static double cpu_ms(unsigned n) {
        static double before;
        double now = clock_s(CLOCK_THREAD_CPUTIME_ID), took = (now - before) * 1e3 / n;

        before = now;
        return took;
}

static void must(int r, const struct bh_err *err) {
        if (r >= 0)
                return;
        fprintf(stderr, "bench_store: %s\n", err->text);
        exit(3);
}

static int by_value(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return x < y ? -1 : x > y;
}

static void print_times(const char *list, const char *what, double *times, unsigned n) {
        qsort(times, n, sizeof times[0], by_value);
        printf("%-10s %-48s %8.2f %8.2f %8.2f %8.2f\n", list, what, times[n / 2] * 1e3, times[BH_MIN(n - 1, n * 99 / 100)] * 1e3, times[n - 1] * 1e3, cpu_ms(n));
        (void) fflush(stdout);
}

static const struct bh_list *list_of(const char *name) {
        static const struct bh_route *const areas[] = { bh_routes_findings, bh_routes_alerts, bh_routes_incidents };

        for (size_t i = 0; i < BH_LEN(areas); i++)
                for (const struct bh_route *r = areas[i]; r->method; r++)
                        if (r->list && strcmp(r->list->name, name) == 0)
                                return r->list;
        fprintf(stderr, "bench_store: no list of %s\n", name);
        exit(3);
}

/* The next page's cursor, or nothing. */
static struct bh_str ask(struct bh_store *store, struct bh_arena *arena, const struct bh_list *list, struct bh_str text) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_list_query *q = NULL;
        const struct bh_doc *doc = NULL;
        struct bh_db *db = NULL;

        must(bh_list_query_parse(arena, list, text, &q, &err), &err);
        must(bh_store_borrow(store, &db, &err), &err);
        must(bh_list_json(db, q, &out, &err), &err);
        bh_store_give_back(store, &db);
        must(bh_json_parse(arena, bh_arena_str(arena, bh_buf_str(&out)), &doc, &err), &err);
        return bh_doc_get_text(doc, "next");
}

static void time_question(struct bh_store *store, const struct question *q, unsigned rounds) {
        const struct bh_list *list = list_of(q->list);
        double *times = calloc(rounds, sizeof *times);
        struct bh_str cursor = { 0 };

        if (!times)
                exit(3);
        for (unsigned i = 0; i < rounds; i++) {
                BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
                struct bh_str text;
                double begin;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
                text = bh_arena_printf(arena, q->ask, i * 131 % 9000);
#pragma GCC diagnostic pop
                for (unsigned page = 0; i == 0 && page < q->pages; page++) /* how one gets there is not what is measured */
                        cursor = ask(store, arena, list, bh_arena_printf(arena, "%.*s&cursor=%.*s", BH_FMT(text), BH_FMT(cursor)));
                if (i == 0 && cursor.len)
                        cursor = bh_str_of(strndup(cursor.at, cursor.len));
                text = bh_arena_printf(arena, "%.*s&cursor=%.*s", BH_FMT(text), BH_FMT(cursor));
                begin = now_s();
                (void) ask(store, arena, list, text);
                times[i] = now_s() - begin;
        }
        print_times(q->list, q->what, times, rounds);
        if (cursor.len)
                free((void *) (uintptr_t) cursor.at);
        free(times);
}

static void time_statement(struct bh_store *store, const struct statement *s, unsigned rounds) {
        double *times = calloc(rounds, sizeof *times);
        struct bh_err err = BH_ERR_NONE;
        int64_t n = 0, most = 0;

        if (!times)
                exit(3);
        for (unsigned i = 0; i < rounds; i++) {
                struct bh_db *db = NULL;
                double begin;

                must(bh_store_borrow(store, &db, &err), &err);
                begin = now_s();
                must(bh_db_number(db, s->sql, BH_ARGS(bh_arg_int(i % 7)), &n, &err), &err);
                times[i] = now_s() - begin;
                most = BH_MAX(most, n);
                bh_store_give_back(store, &db);
        }
        print_times("", s->what, times, rounds);
        printf("%-10s %-48s %8lld\n", "", "  (containers found, at most)", (long long) most);
        free(times);
}

static bh_handler *handler_of(const char *operation) {
        for (const struct bh_route *r = bh_routes_vulns; r->method; r++)
                if (strcmp(r->operation, operation) == 0)
                        return r->handler;
        fprintf(stderr, "bench_store: no %s\n", operation);
        exit(3);
}

/* What a vulnerability reaches, as the API answers it: those with most containers, in turn. */
static void time_impact(struct bh_store *store, unsigned rounds) {
        bh_handler *impact = handler_of("getVulnerabilityImpact");
        double *times = calloc(rounds, sizeof *times);
        size_t bytes = 0;

        if (!times)
                exit(3);
        for (unsigned i = 0; i < rounds; i++) {
                BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
                struct bh_part id = { BH_STR("id"), bh_arena_printf(arena, "CVE-%u-%05u", 2015 + i % 7, i % 7) };
                struct bh_call call = { .store = store, .arena = arena, .parts = &id, .n_parts = 1 };
                struct bh_err err = BH_ERR_NONE;
                double begin;

                must(bh_store_borrow(store, &call.db, &err), &err);
                begin = now_s();
                must(impact(&call, &err), &err);
                times[i] = now_s() - begin;
                bytes = BH_MAX(bytes, call.out.len);
                bh_store_give_back(store, &call.db);
                bh_buf_done(&call.out);
        }
        print_times("", "what a vulnerability reaches", times, rounds);
        printf("%-10s %-48s %8zu\n", "", "  (bytes of the answer, at most)", bytes);
        free(times);
}

static void print_memory(void) {
        char line[128];
        FILE *f = fopen("/proc/self/status", "r");

        while (f && fgets(line, sizeof line, f))
                if (strncmp(line, "VmHWM", 5) == 0 || strncmp(line, "VmRSS", 5) == 0)
                        fputs(line, stdout);
        if (f)
                (void) fclose(f);
}

static int keep_fewer(struct bh_db *db, void *user, struct bh_err *err) {
        (void) user;
        return bh_retention_set(db, BH_STR("alerts"), 0, (int64_t) full.alerts - 50000, err);
}

/* What a large deletion costs those who want to write meanwhile. */
static void time_retention(struct bh_store *store) {
        struct bh_retention_run run = { 0 };
        struct bh_err err = BH_ERR_NONE;
        double begin = now_s();

        must(bh_store_write(store, keep_fewer, NULL, &err), &err);
        must(bh_retention_apply(store, (int64_t) time(NULL) * 1000, NULL, NULL, &run, &err), &err);
        printf("retention: %llu rows in %llu slices, the longest held the writer %.1f ms; %.1f s in all\n", (unsigned long long) run.deleted, (unsigned long long) run.slices,
               (double) run.longest_us / 1e3, now_s() - begin);
}

static void fill(const char *path, int64_t smaller) {
        struct bh_fill how = { full.hosts / smaller, full.images / smaller, full.packages / smaller, full.vulns / smaller, full.findings / smaller, full.alerts / smaller };
        struct bh_store *store = NULL;
        struct bh_err err = BH_ERR_NONE;
        double begin = now_s();

        must(bh_store_open(&(struct bh_store_opts){ .path = path }, &store, &err), &err);
        bh_store_close(&store);
        must(bh_fill(path, &how, (int64_t) time(NULL) * 1000, &err), &err);
        fprintf(stderr, "filled in %.1f s\n", now_s() - begin);
}

/* What a server would count anew as soon as it starts: nothing, or it is busy with that. */
static void check_counted(struct bh_store *store) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_subject_ids ids = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;
        int64_t used_ms = 0;
        double before = clock_s(CLOCK_THREAD_CPUTIME_ID);

        must(bh_store_borrow(store, &db, &err), &err);
        must(bh_risk_changed(db, arena, 0, &used_ms, &ids, &err), &err);
        bh_store_give_back(store, &db);
        printf("%zu risks to be counted anew, found in %.0f ms of processor time\n", ids.len, (clock_s(CLOCK_THREAD_CPUTIME_ID) - before) * 1e3);
}

int main(int argc, char **argv) {
        unsigned rounds = argc > 2 ? (unsigned) strtoul(argv[2], NULL, 10) : 30;
        struct bh_store *store = NULL;
        struct bh_err err = BH_ERR_NONE;
        struct stat st;

        if (argc < 2 || rounds == 0) {
                fprintf(stderr, "bench_store FILE [ROUNDS [SMALLER [delete]]]\n");
                return 2;
        }
        if (access(argv[1], F_OK) < 0)
                fill(argv[1], argc > 3 ? strtol(argv[3], NULL, 10) : 1);
        must(bh_store_open(&(struct bh_store_opts){ .path = argv[1] }, &store, &err), &err);
        if (stat(argv[1], &st) == 0)
                printf("%s: %.0f MiB\n", argv[1], (double) st.st_size / (1 << 20));
        check_counted(store);
        printf("%-59s %8s %8s %8s %8s\n", "milliseconds", "p50", "p99", "worst", "CPU mean");
        (void) cpu_ms(1);
        for (size_t i = 0; i < BH_LEN(statements); i++)
                time_statement(store, &statements[i], rounds);
        time_impact(store, rounds);
        for (size_t i = 0; i < BH_LEN(questions); i++)
                time_question(store, &questions[i], rounds);
        print_memory();
        if (argc > 4)
                time_retention(store);
        bh_store_close(&store);
        return 0;
}
