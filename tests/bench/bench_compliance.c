/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inspection report of a fleet that is made up: NODES hosts (1,000) with RESULTS results each (250), a quarter of which
 * fails, told as agents tell them. Prints what taking them in took, and each report: seconds of a processor, bytes.
 *
 *     bench_compliance [NODES [RESULTS]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fmt/json.h"
#include "manage/compliance.h"
#include "manage/intake.h"

enum { CONTAINERS = 20, AT_ONCE = 20, NOW_S = 1764439200 };

struct fleet {
        struct bh_store *store;
        struct bh_arena *arena;
        long nodes, results, node;
        int64_t run;
};

static void must(int r, const struct bh_err *err) {
        if (r >= 0)
                return;
        fprintf(stderr, "bench_compliance: %s\n", err->text);
        exit(3);
}

static double cpu_s(void) {
        struct rusage u;

        (void) getrusage(RUSAGE_SELF, &u);
        return (double) (u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double) (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Three quarters of the results are of containers. */
static void put_result(const struct fleet *f, long i, struct bh_buf *out) {
        const char *const severities[] = { "low", "medium", "high", "critical" };
        bool box = i % 4 != 0, fail = (i + f->node) % 4 == 1;
        long container = i % CONTAINERS;

        bh_buf_printf(out, "%s{\"stamp\":\"%08lx%08lx\",\"check\":\"check-%03ld\",\"key\":\"thing/%ld\",\"state\":\"%s\",\"severity\":\"%s\",\"category\":\"security\",\"weight\":%ld,",
                      i ? "," : "", i * 2654435761 & 0xffffffff, (unsigned long) f->run, i, i, fail ? "fail" : "pass", severities[i % 4], i % 4 * 3 + 1);
        bh_buf_printf(out, "\"subject\":{\"kind\":\"%s\",\"name\":\"thing %ld\"", box ? "container" : "file", i);
        if (box)
                bh_buf_printf(out, ",\"container\":\"%032lx%032lx\"", f->node, container);
        bh_buf_printf(out, "},\"evidence\":[{\"field\":\"thing.mode\",\"value\":\"0777\",\"where\":\"/etc/thing/%ld.conf:12\"},{\"field\":\"thing.owner\",\"value\":\"root\"}]", i);
        if (fail)
                bh_buf_printf(out, ",\"mend\":{\"en\":\"chmod 0640 /etc/thing/%ld.conf, and start the service anew\",\"zh\":\"执行 chmod 0640 /etc/thing/%ld.conf 并重启服务\"}", i, i);
        bh_buf_puts(out, "}");
}

static void put_check(long i, struct bh_buf *out) {
        bh_buf_printf(out, "%s{\"stamp\":\"%016lx\",\"id\":\"check-%03ld\",\"kind\":\"container\",\"title\":{\"en\":\"Nobody but its owner writes thing %ld\",\"zh\":\"仅所有者可写 %ld\"},"
                           "\"why\":{\"en\":\"Whoever writes it decides what is started next.\",\"zh\":\"能写它的人决定下次启动什么。\"},\"severity\":\"high\",\"category\":\"security\","
                           "\"level\":1,\"weight\":6,\"refs\":{\"ours\":\"%ld.1\"}}",
                      i ? "," : "", i + 1, i, i, i, i);
}

static void put_run(const struct fleet *f, struct bh_buf *out) {
        bh_buf_printf(out, "{\"run\":%lld,\"part\":1,\"last\":true,\"whole\":true,\"distribution\":\"debian\",\"benchmarks\":[{\"id\":\"ours\",\"version\":\"1\",\"title\":"
                           "{\"en\":\"Ours\"}}],\"checks\":[", (long long) f->run);
        for (long i = 0; i < f->results; i++)
                put_check(i, out);
        bh_buf_puts(out, "],\"results\":[");
        for (long i = 0; i < f->results; i++)
                put_result(f, i, out);
        bh_buf_puts(out, "]}");
}

static int take_one(struct bh_db *db, struct fleet *f, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        struct bh_str host = bh_arena_printf(f->arena, "node-%04ld", f->node);
        const struct bh_sender from = { .agent_id = host, .host_id = host, .epoch = 1, .now_ms = NOW_S * 1000ll + f->run };
        struct bh_item item = { .seq = 1, .kind = BH_ITEM_COMPLIANCE };
        int r = bh_db_run(db, "INSERT INTO host(id, name, first_ms, seen_ms) VALUES(?1, ?1, 1, 1) ON CONFLICT DO NOTHING", BH_ARGS(bh_arg_text(host)), NULL, err);

        put_run(f, &body);
        r = r < 0 ? r : bh_json_parse(f->arena, bh_buf_str(&body), &item.body, err);
        return r < 0 ? r : bh_intake_compliance(db, &from, &item, f->arena, err);
}

/* Several in one commit, as the writer gathers what agents send at once. */
static int take(struct bh_db *db, void *user, struct bh_err *err) {
        struct fleet *f = user;
        int r = 0;

        for (long i = 0; i < AT_ONCE && f->node < f->nodes && r >= 0; i++, f->node++) {
                r = take_one(db, f, err);
                bh_arena_reset(f->arena);
        }
        return r;
}

static void fill(struct fleet *f, int64_t run, const char *what) {
        struct bh_err err = BH_ERR_NONE;
        double begin = cpu_s();

        f->run = run;
        for (f->node = 0; f->node < f->nodes;)
                must(bh_store_write(f->store, take, f, &err), &err);
        printf("%-28s %8.2f s of a processor, %.2f ms a host\n", what, cpu_s() - begin, 1000 * (cpu_s() - begin) / (double) f->nodes);
}

static int count(void *user, struct bh_buf *buf, struct bh_err *err) {
        (void) err;
        *(uint64_t *) user += buf->len;
        bh_buf_clear(buf);
        return 0;
}

static void report(const struct fleet *f, const char *format) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_compliance_report_in in = { .format = bh_str_of(format), .now_ms = NOW_S * 1000ll };
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;
        double begin = cpu_s();
        uint64_t bytes = 0;

        must(bh_store_borrow(f->store, &db, &err), &err);
        must(bh_compliance_report(db, &in, &out, count, &bytes, &err), &err);
        bh_store_give_back(f->store, &db);
        printf("report %-21s %8.2f s of a processor, %.1f MiB\n", format, cpu_s() - begin, (double) bytes / (1 << 20));
}

static void summary(const struct fleet *f) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;
        double begin = cpu_s();

        must(bh_store_borrow(f->store, &db, &err), &err);
        must(bh_compliance_sum(db, 0, NOW_S * 1000ll, &out, &err), &err);
        bh_store_give_back(f->store, &db);
        printf("%-28s %8.2f ms of a processor\n", "summary", 1000 * (cpu_s() - begin));
}

int main(int argc, char **argv) {
        static const char *const formats[] = { "html", "json", "csv", "junit", "oscal" };
        char dir[] = "/tmp/bench-compliance-XXXXXX", command[64];
        struct fleet f = { .arena = bh_arena_new(), .nodes = argc > 1 ? atol(argv[1]) : 1000, .results = argc > 2 ? atol(argv[2]) : 250 };
        struct bh_err err = BH_ERR_NONE;
        struct rusage u;

        setvbuf(stdout, NULL, _IOLBF, 0);
        if (!mkdtemp(dir) || f.nodes < 1 || f.results < 1)
                return 3;
        must(bh_store_open(&(struct bh_store_opts){ .path = bh_arena_printf(f.arena, "%s/server.db", dir).at }, &f.store, &err), &err);
        printf("%ld hosts, %ld results each\n", f.nodes, f.results);
        fill(&f, 1, "first run, all new");
        fill(&f, 1, "told again, nothing new");
        summary(&f);
        for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
                report(&f, formats[i]);
        (void) getrusage(RUSAGE_SELF, &u);
        printf("%ld MiB resident at most\n", u.ru_maxrss / 1024);
        bh_store_close(&f.store);
        bh_arena_free(&f.arena);
        (void) snprintf(command, sizeof command, "rm -rf %s", dir);
        return system(command) == 0 ? 0 : 3;
}
