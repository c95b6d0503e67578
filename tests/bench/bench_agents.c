/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many agents at once, over TLS 1.3 with a certificate each, as the server
 * meets them; what they send is made up.
 *
 *     bench_agents enrol STATE N FILE          N agents into the database of a server that does not run; their keys into FILE
 *     bench_agents send FILE PORT SECONDS ITEMS [THREADS]
 *
 * `send`: every agent keeps a connection and one batch of so many alerts under
 * way: the next one leaves when the last is acknowledged, that is, durable.
 * Prints a line of JSON: agents, items acknowledged, seconds, and how long a
 * batch took from its first byte to its answer.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <zstd.h>

#include "manage/agents.h"
#include "sys/fd.h"
#include "uplink/identity.h"

enum { THREADS_MAX = 64, PEM_MAX = 4096 };

static void must(int r, const struct bh_err *err) {
        if (r >= 0)
                return;
        fprintf(stderr, "bench_agents: %s\n", err->text);
        exit(3);
}

static void give_up(const char *what) {
        fprintf(stderr, "bench_agents: %s: %s\n", what, strerror(errno));
        exit(3);
}

/* ---- enrol ---- */

struct enrolling {
        const char *state;
        long n;
        FILE *out;
        struct bh_arena *arena;
};

static int enrol_one(struct bh_db *db, const struct enrolling *e, struct bh_str token, long i, int64_t now_ms, struct bh_err *err) {
        struct bh_str key, csr;
        struct bh_enrolled made;
        int r = bh_identity_request(e->arena, &key, &csr, err);

        if (r >= 0) {
                struct bh_enrol_request request = { .token = token, .csr = csr, .host_id = bh_arena_printf(e->arena, "bench-host-%05ld", i),
                                                    .host_name = bh_arena_printf(e->arena, "bench-%05ld", i), .version = BH_STR("bench"),
                                                    .address = BH_STR("127.0.0.1"), .now_ms = now_ms };

                r = bh_agent_enrol(db, e->state, &request, e->arena, &made, err);
        }
        if (r >= 0)
                fprintf(e->out, "%.*s%.*s", BH_FMT(key), BH_FMT(made.certificate));
        return r;
}

static int enrol_all(struct bh_db *db, void *user, struct bh_err *err) {
        struct enrolling *e = user;
        int64_t now_ms = time(NULL) * 1000ll, id;
        struct bh_enrolment_order order = { .name = BH_STR("bench"), .made_by = BH_STR("bench"), .server = BH_STR("127.0.0.1:8443"), .now_ms = now_ms, .hours = 1,
                                            .uses = (unsigned) e->n };
        struct bh_str token;
        int r = bh_enrolment_make(db, e->state, &order, e->arena, &token, &id, err);

        for (long i = 0; r >= 0 && i < e->n; i++)
                r = enrol_one(db, e, token, i, now_ms, err);
        return r;
}

static int enrol(char **args) {
        struct enrolling e = { .state = args[0], .n = strtol(args[1], NULL, 10), .out = fopen(args[2], "w"), .arena = bh_arena_new() };
        struct bh_store *store = NULL;
        struct bh_err err = BH_ERR_NONE;

        if (!e.out)
                give_up(args[2]);
        must(bh_store_open(&(struct bh_store_opts){ .path = bh_arena_printf(e.arena, "%s/server.db", e.state).at, .n_readers = 1 }, &store, &err), &err);
        must(bh_store_write(store, enrol_all, &e, &err), &err);
        bh_store_close(&store);
        bh_arena_free(&e.arena);
        return fclose(e.out) == 0 ? 0 : 3;
}

/* ---- send ---- */

struct agent {
        SSL *ssl;
        uint64_t epoch, seq;
        double began;
};

struct team {
        pthread_t thread;
        struct agent *agents;
        size_t n;
        uint64_t acked, refused;
        double *took; /* of each batch */
        size_t n_took, cap;
};

static unsigned port, items;
static double ends;

static double now_s(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static SSL *connect_as(EVP_PKEY *key, X509 *certificate) {
        static SSL_CTX *ctx;
        struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t) port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        SSL *ssl;

        if (!ctx)
                ctx = SSL_CTX_new(TLS_client_method());
        ssl = SSL_new(ctx);
        if (fd < 0 || connect(fd, (struct sockaddr *) &to, sizeof to) < 0)
                give_up("connect");
        if (!ssl || SSL_use_certificate(ssl, certificate) != 1 || SSL_use_PrivateKey(ssl, key) != 1 || SSL_set_fd(ssl, fd) != 1 || SSL_connect(ssl) != 1)
                give_up("TLS");
        return ssl;
}

static size_t load(const char *path, struct agent **ret) {
        FILE *f = fopen(path, "r");
        struct agent *all = NULL;
        size_t n = 0;
        EVP_PKEY *key;

        if (!f)
                give_up(path);
        while ((key = PEM_read_PrivateKey(f, NULL, NULL, NULL))) {
                X509 *certificate = PEM_read_X509(f, NULL, NULL, NULL);

                if (!certificate || !(all = realloc(all, (n + 1) * sizeof *all)))
                        give_up("a certificate");
                all[n] = (struct agent){ .ssl = connect_as(key, certificate), .epoch = (uint64_t) time(NULL) * 100000 + n };
                n++;
                X509_free(certificate);
                EVP_PKEY_free(key);
        }
        (void) fclose(f);
        *ret = all;
        return n;
}

/* Few of an agent's alerts are alike, as they are not. */
static void put_items(struct bh_buf *b, struct agent *a, size_t who) {
        struct timespec now;

        (void) clock_gettime(CLOCK_REALTIME, &now);
        for (unsigned i = 0; i < items; i++) {
                uint64_t n = ++a->seq * 1000 + who;

                bh_buf_printf(b,
                              "{\"seq\":%llu,\"kind\":\"alert\",\"at\":%lld,\"body\":{\"alert\":{\"rule\":\"Bench rule %llu\",\"priority\":\"Notice\",\"source\":\"syscall\","
                              "\"output\":\"a shell was started in a container (user=root command=sh -c id parent=nginx pid=%llu)\",\"tags\":[\"container\",\"T1059\"],"
                              "\"output_fields\":{\"proc.name\":\"sh\",\"proc.pid\":%llu,\"fd.name\":\"/etc/part-%llu\"}},\"level\":5,\"container\":{\"id\":\"%064llu\",\"name\":\"web-%llu\","
                              "\"image\":\"shop/web:1\",\"image_id\":\"sha256:aa\"},\"process\":{\"pid\":%llu,\"exe\":\"/bin/sh\",\"cmdline\":\"sh -c id\",\"start_ns\":1}}}\n",
                              (unsigned long long) a->seq, now.tv_sec * 1000ll + now.tv_nsec / 1000000, (unsigned long long) (n % 50), (unsigned long long) n, (unsigned long long) n,
                              (unsigned long long) (n % 997), (unsigned long long) who, (unsigned long long) who, (unsigned long long) n);
        }
}

static void send_batch(struct agent *a, size_t who) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        BH_CLEANUP(bh_buf_done) struct bh_buf request = { 0 };
        size_t bound, n;
        char *packed;

        put_items(&text, a, who);
        bound = ZSTD_compressBound(text.len);
        packed = malloc(bound);
        if (!packed)
                give_up("memory");
        n = ZSTD_compress(packed, bound, text.at, text.len, 1);
        bh_buf_printf(&request, "POST /agent/v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Encoding: zstd\r\nBulkhead-Epoch: %llu\r\n"
                                "Bulkhead-Time: %lld\r\nContent-Length: %zu\r\n\r\n",
                      (unsigned long long) a->epoch, time(NULL) * 1000ll, n);
        bh_buf_add(&request, (struct bh_str){ packed, n });
        free(packed);
        a->began = now_s();
        if (SSL_write(a->ssl, request.at, (int) request.len) != (int) request.len)
                give_up("write");
}

/* The status; the whole answer is read. */
static int read_answer(struct agent *a) {
        char answer[4096];
        size_t len = 0, want = SIZE_MAX;

        while (len < want) {
                int n = len < sizeof answer - 1 ? SSL_read(a->ssl, answer + len, (int) (sizeof answer - 1 - len)) : 0;
                const char *end;
                ptrdiff_t length;

                if (n <= 0)
                        give_up("read");
                len += (size_t) n;
                answer[len] = '\0';
                end = strstr(answer, "\r\n\r\n");
                length = end ? bh_str_find_nocase((struct bh_str){ answer, len }, BH_STR("content-length:")) : -1;
                if (length >= 0)
                        want = (size_t) (end + 4 - answer) + strtoul(answer + length + 15, NULL, 10);
        }
        return atoi(answer + 9);
}

static void note(struct team *t, const struct agent *a, int status) {
        if (status != 200) {
                t->refused += items;
                (void) usleep(20000);
                return;
        }
        t->acked += items;
        if (t->n_took == t->cap) {
                t->cap = t->cap ? t->cap * 2 : 1024;
                t->took = realloc(t->took, t->cap * sizeof *t->took);
                if (!t->took)
                        give_up("memory");
        }
        t->took[t->n_took++] = now_s() - a->began;
}

/* All of a team's batches are under way at once. */
static void *work(void *user) {
        struct team *t = user;

        while (now_s() < ends) {
                for (size_t i = 0; i < t->n; i++)
                        send_batch(&t->agents[i], (size_t) (t->agents[i].epoch % 100000));
                for (size_t i = 0; i < t->n; i++)
                        note(t, &t->agents[i], read_answer(&t->agents[i]));
        }
        return NULL;
}

static int by_value(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return x < y ? -1 : x > y;
}

static void print_all(struct team *teams, size_t n_teams, size_t n_agents, double seconds) {
        uint64_t acked = 0, refused = 0;
        double *took;
        size_t n = 0;

        for (size_t i = 0; i < n_teams; i++)
                n += teams[i].n_took;
        took = calloc(n + 1, sizeof *took);
        if (!took)
                give_up("memory");
        n = 0;
        for (size_t i = 0; i < n_teams; i++) {
                if (teams[i].n_took)
                        memcpy(took + n, teams[i].took, teams[i].n_took * sizeof *took);
                n += teams[i].n_took;
                acked += teams[i].acked;
                refused += teams[i].refused;
        }
        qsort(took, n, sizeof *took, by_value);
        printf("{\"agents\":%zu,\"acked\":%llu,\"refused\":%llu,\"seconds\":%.2f,\"batch_p50_ms\":%.1f,\"batch_p99_ms\":%.1f}\n", n_agents, (unsigned long long) acked,
               (unsigned long long) refused, seconds, n ? took[n / 2] * 1e3 : 0, n ? took[BH_MIN(n - 1, n * 99 / 100)] * 1e3 : 0);
}

static int send_all(int argc, char **args) {
        struct team teams[THREADS_MAX] = { 0 };
        size_t n_teams = argc > 4 ? BH_MAX(BH_MIN(strtoul(args[4], NULL, 10), (unsigned long) THREADS_MAX), 1ul) : 8, n, at = 0;
        struct agent *agents = NULL;
        double begin;

        port = (unsigned) strtoul(args[1], NULL, 10);
        items = (unsigned) strtoul(args[3], NULL, 10);
        begin = now_s();
        n = load(args[0], &agents);
        fprintf(stderr, "%zu agents connected in %.1f s\n", n, now_s() - begin);
        begin = now_s();
        ends = begin + strtod(args[2], NULL);
        for (size_t i = 0; i < n_teams; i++) {
                teams[i].agents = agents + at;
                teams[i].n = (n - at) / (n_teams - i);
                at += teams[i].n;
                if (pthread_create(&teams[i].thread, NULL, work, &teams[i]) != 0)
                        give_up("thread");
        }
        for (size_t i = 0; i < n_teams; i++)
                (void) pthread_join(teams[i].thread, NULL);
        print_all(teams, n_teams, n, now_s() - begin);
        return 0;
}

int main(int argc, char **argv) {
        if (argc == 5 && strcmp(argv[1], "enrol") == 0)
                return enrol(argv + 2);
        if (argc >= 6 && strcmp(argv[1], "send") == 0)
                return send_all(argc - 2, argv + 2);
        fprintf(stderr, "bench_agents enrol STATE N FILE | send FILE PORT SECONDS ITEMS [THREADS]\n");
        return 2;
}
