/* SPDX-License-Identifier: Apache-2.0 */
/* A whole server with routes of the test's own, spoken to over TLS. */
#include "serve/server.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "manage/pki.h"
#include "serve/call.h"
#include "serve/live.h"
#include "sys/fd.h"
#include "unit.h"

static int get_echo(struct bh_call *call, struct bh_err *err) {
        struct bh_str words = bh_call_query(call, "words");

        (void) err;
        return bh_call_json(call, 200, words.len ? words : call->body);
}

static int runs; /* of get_event, atomic */

/* Answers when it was woken, or after the time it was asked to wait. */
static int get_event(struct bh_call *call, struct bh_err *err) {
        uint64_t ms = 0;

        (void) err;
        __atomic_add_fetch(&runs, 1, __ATOMIC_ACQ_REL);
        (void) bh_str_u64(bh_call_query(call, "ms"), &ms);
        if (!call->parked)
                return bh_call_park(call, bh_call_query(call, "key"), call->now_ms + (int64_t) ms);
        return bh_call_json(call, 200, BH_STR("event"));
}

static int get_failure(struct bh_call *call, struct bh_err *err) {
        (void) call;
        return bh_fail(err, BH_E_BUG, "the inside of the inside");
}

static int get_peer(struct bh_call *call, struct bh_err *err) {
        (void) err;
        return bh_call_json(call, 200, bh_arena_printf(call->arena, "%.*s %zu %zu", BH_FMT(call->agent.name), call->agent.serial.len, call->peer.len));
}

static const struct bh_route rows[] = {
        { "GET", "/api/v1/echo", "echo", BH_MAY_NOBODY, get_echo, NULL, 0 },
        { "POST", "/api/v1/echo", "postEcho", BH_MAY_NOBODY, get_echo, NULL, 100000 },
        { "GET", "/api/v1/event", "event", BH_MAY_NOBODY, get_event, NULL, 0 },
        { "GET", "/api/v1/failure", "failure", BH_MAY_NOBODY, get_failure, NULL, 0 },
        { "GET", "/api/v1/live", "live", BH_MAY_NOBODY, bh_live_open, NULL, 0 },
        { "GET", "/agent/v1/peer", "peer", BH_MAY_AGENT, get_peer, NULL, 0 },
        { 0 },
};
const struct bh_route *const bh_routes[] = { rows, NULL };

struct world {
        char folder[32];
        struct bh_arena *arena;
        struct bh_pki_pair ca, agent;
        struct bh_store *store;
        struct bh_server *server;
        pthread_t thread;
        SSL_CTX *client;
        char log[4096]; /* what was logged as an error */
};

static void put(const struct world *w, const char *name, struct bh_str text) {
        assert_int_equal(bh_fd_write_own(bh_arena_printf(w->arena, "%s/%s", w->folder, name).at, text, BH_STR(""), NULL), 0);
}

static void make_certificates(struct world *w) {
        static const struct bh_str names[] = { BH_STR_INIT("localhost") };
        const struct bh_pki_order server = { BH_PKI_SERVER, names[0], names, 1, 1, time(NULL) };
        const struct bh_pki_order agent = { BH_PKI_AGENT, BH_STR("agent-7"), NULL, 0, 1, time(NULL) };
        struct bh_pki_pair made;

        assert_int_equal(mkdir(bh_arena_printf(w->arena, "%s/tls", w->folder).at, 0700), 0);
        assert_int_equal(bh_pki_make_ca(w->arena, BH_STR("Test"), 1, time(NULL), &w->ca, NULL), 0);
        assert_int_equal(bh_pki_issue(w->arena, &w->ca, &server, &made, NULL), 0);
        assert_int_equal(bh_pki_issue(w->arena, &w->ca, &agent, &w->agent, NULL), 0);
        put(w, "tls/ca.pem", w->ca.certificate);
        put(w, "tls/server.pem", made.certificate);
        put(w, "tls/server.key", made.key);
        put(w, "agent.pem", w->agent.certificate);
        put(w, "agent.key", w->agent.key);
}

static void keep_log(void *user, const char *level, const char *text) {
        struct world *w = user;

        if (*level == 'e')
                (void) snprintf(w->log, sizeof w->log, "%s", text);
}

static void *run(void *user) {
        assert_int_equal(bh_server_run(((struct world *) user)->server, NULL), 0);
        return NULL;
}

static struct world begin(void) {
        struct world w = { .folder = "/tmp/bulkhead-server-XXXXXX", .arena = bh_arena_new() };

        assert_non_null(mkdtemp(w.folder));
        make_certificates(&w);
        assert_int_equal(bh_store_open(&(struct bh_store_opts){ bh_arena_printf(w.arena, "%s/server.db", w.folder).at, 4 }, &w.store, NULL), 0);
        w.client = SSL_CTX_new(TLS_client_method());
        assert_int_equal(SSL_CTX_load_verify_locations(w.client, bh_arena_printf(w.arena, "%s/tls/ca.pem", w.folder).at, NULL), 1);
        SSL_CTX_set_verify(w.client, SSL_VERIFY_PEER, NULL);
        return w;
}

static void start(struct world *w) {
        const struct bh_server_opts opts = { .listen = "127.0.0.1:0", .agents = "127.0.0.1:0", .state_dir = w->folder, .store = w->store, .n_threads = 2,
                                             .n_agent_threads = 2, .version = "1", .log = keep_log, .log_user = w };
        struct bh_err err = BH_ERR_NONE;

        if (bh_server_open(&opts, &w->server, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(pthread_create(&w->thread, NULL, run, w), 0);
}

static void end(struct world *w) {
        bh_server_stop(w->server);
        (void) pthread_join(w->thread, NULL);
        bh_server_close(&w->server);
        bh_store_close(&w->store);
        SSL_CTX_free(w->client);
        assert_int_equal(system(bh_arena_printf(w->arena, "rm -r %s", w->folder).at), 0);
        bh_arena_free(&w->arena);
}

static SSL *dial(struct world *w, bool agents) {
        struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t) bh_server_port(w->server, agents)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        SSL *ssl = SSL_new(w->client);

        assert_int_equal(connect(fd, (struct sockaddr *) &to, sizeof to), 0);
        assert_int_equal(SSL_set1_host(ssl, "localhost"), 1);
        assert_int_equal(SSL_set_fd(ssl, fd), 1);
        assert_int_equal(SSL_connect(ssl), 1);
        return ssl;
}

static void hang_up(SSL *ssl) {
        int fd = SSL_get_fd(ssl);

        SSL_free(ssl);
        (void) close(fd);
}

static void say(SSL *ssl, const char *text) {
        assert_int_equal(SSL_write(ssl, text, (int) strlen(text)), (int) strlen(text));
}

/* Everything until the other side closes; the body alone, when there is a head. */
static struct bh_str hear(struct world *w, SSL *ssl) {
        BH_CLEANUP(bh_buf_done) struct bh_buf all = { 0 };
        int n;

        while ((n = SSL_read(ssl, bh_buf_room(&all, 65536), 65536)) > 0)
                all.len += (size_t) n;
        return bh_arena_str(w->arena, bh_buf_str(&all));
}

static struct bh_str ask(struct world *w, bool agents, const char *text) {
        SSL *ssl = dial(w, agents);
        struct bh_str answer;

        say(ssl, text);
        answer = hear(w, ssl);
        hang_up(ssl);
        return answer;
}

static bool ends(struct bh_str answer, const char *text) {
        return bh_str_ends(answer, bh_str_of(text));
}

static bool begins(struct bh_str answer, const char *text) {
        return bh_str_starts(answer, bh_str_of(text));
}

static void a_call_has_its_question_and_its_body(void **state) {
        struct world w = begin();

        (void) state;
        start(&w);
        assert_true(ends(ask(&w, false, "GET /api/v1/echo?a=b&words=a+b%26c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "\r\n\r\na b&c"));
        assert_true(ends(ask(&w, false, "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"), "\r\n\r\nhello"));
        assert_true(ends(ask(&w, false, "POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                        "5\r\nhello\r\n6\r\n there\r\n0\r\n\r\n"),
                         "\r\n\r\nhello there"));
        end(&w);
}

static void a_failure_of_ours_is_told_by_its_id_alone(void **state) {
        struct world w = begin();
        struct bh_str answer;

        (void) state;
        start(&w);
        answer = ask(&w, false, "GET /api/v1/failure HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert_true(begins(answer, "HTTP/1.1 500 "));
        assert_true(bh_str_find(answer, BH_STR("inside")) < 0);
        assert_true(bh_str_find(answer, BH_STR("\"id\":\"")) > 0);
        assert_non_null(strstr(w.log, "the inside of the inside"));
        assert_true(bh_str_find(answer, (struct bh_str){ w.log, 16 }) > 0); /* its id */
        end(&w);
}

static double seconds(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* Ten of them with two threads: were a thread held, the others would wait behind it. */
static void a_parked_call_holds_no_thread_and_is_woken(void **state) {
        struct world w = begin();
        SSL *parked[10];
        double begun;

        (void) state;
        start(&w);
        runs = 0;
        for (size_t i = 0; i < BH_LEN(parked); i++) {
                parked[i] = dial(&w, false);
                say(parked[i], "GET /api/v1/event?key=k&ms=20000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        }
        while (__atomic_load_n(&runs, __ATOMIC_ACQUIRE) < (int) BH_LEN(parked))
                (void) usleep(1000);
        begun = seconds();
        assert_true(ends(ask(&w, false, "GET /api/v1/echo?words=still HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "still"));
        bh_server_wake(w.server, BH_STR("another"));
        (void) usleep(20000);
        bh_server_wake(w.server, BH_STR("k"));
        for (size_t i = 0; i < BH_LEN(parked); i++) {
                assert_true(ends(hear(&w, parked[i]), "event"));
                hang_up(parked[i]);
        }
        assert_true(seconds() - begun < 5);
        end(&w);
}

static void a_parked_call_ends_with_its_time(void **state) {
        struct world w = begin();
        double begun;

        (void) state;
        start(&w);
        begun = seconds();
        assert_true(ends(ask(&w, false, "GET /api/v1/event?key=never&ms=600 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "event"));
        assert_true(seconds() - begun >= 0.6 && seconds() - begun < 5);
        end(&w);
}

static void a_server_that_ends_lets_parked_calls_go(void **state) {
        struct world w = begin();
        SSL *ssl;

        (void) state;
        start(&w);
        runs = 0;
        ssl = dial(&w, false);
        say(ssl, "GET /api/v1/event?key=k&ms=60000 HTTP/1.1\r\nHost: x\r\n\r\n");
        while (!__atomic_load_n(&runs, __ATOMIC_ACQUIRE))
                (void) usleep(1000);
        (void) usleep(50000);
        bh_server_stop(w.server);
        assert_true(ends(hear(&w, ssl), "event"));
        hang_up(ssl);
        end(&w);
}

static void an_agent_is_known_by_its_certificate(void **state) {
        struct world w = begin();

        (void) state;
        start(&w);
        assert_int_equal(SSL_CTX_use_certificate_file(w.client, bh_arena_printf(w.arena, "%s/agent.pem", w.folder).at, SSL_FILETYPE_PEM), 1);
        assert_int_equal(SSL_CTX_use_PrivateKey_file(w.client, bh_arena_printf(w.arena, "%s/agent.key", w.folder).at, SSL_FILETYPE_PEM), 1);
        assert_true(ends(ask(&w, true, "GET /agent/v1/peer HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "agent-7 32 64"));
        assert_true(begins(ask(&w, true, "GET /api/v1/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "HTTP/1.1 404 "));
        assert_true(begins(ask(&w, false, "GET /agent/v1/peer HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "HTTP/1.1 404 "));
        end(&w);
}

static void read_some(SSL *ssl, struct bh_buf *all, const char *wanted) {
        int n = SSL_read(ssl, bh_buf_room(all, 65536), 65536);

        if (n <= 0)
                fail_msg("the stream ended before %s", wanted);
        all->len += (size_t) n;
}

static void read_until(SSL *ssl, struct bh_buf *all, const char *text) {
        while (bh_str_find(bh_buf_str(all), bh_str_of(text)) < 0)
                read_some(ssl, all, text);
}

static void who_watches_is_told_of_what_was_asked_for(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf all = { 0 };
        struct world w = begin();
        SSL *ssl;

        (void) state;
        start(&w);
        ssl = dial(&w, false);
        say(ssl, "GET /api/v1/live?topics=alerts,scans HTTP/1.1\r\nHost: x\r\n\r\n");
        read_until(ssl, &all, "\r\n\r\n");
        bh_live_publish(w.server, "agents", BH_STR("{\"not\":\"this\"}"));
        bh_live_publish(w.server, "alerts", BH_STR("{\"id\":17}\n"));
        bh_live_publish(w.server, "scans", BH_STR(""));
        read_until(ssl, &all, "event: scans\ndata: {}\n\n");
        assert_true(bh_str_find(bh_buf_str(&all), BH_STR("event: alerts\ndata: {\"id\":17}\n\n")) > 0);
        assert_true(bh_str_find(bh_buf_str(&all), BH_STR("agents")) < 0);
        hang_up(ssl);
        end(&w);
}

/*
 * What the sockets' buffers take is not the server's; far more than they take
 * is sent. One event a read: there is always something left to be read.
 */
static void who_reads_too_slowly_is_told_what_was_lost(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf all = { 0 };
        const char *told = "event: dropped\ndata: {\"count\":";
        struct world w = begin();
        struct bh_str event;
        char *text;
        SSL *ssl;

        (void) state;
        start(&w);
        ssl = dial(&w, false);
        say(ssl, "GET /api/v1/live HTTP/1.1\r\nHost: x\r\n\r\n");
        read_until(ssl, &all, "\r\n\r\n");
        text = bh_arena_bytes(w.arena, 10000);
        memset(text, 'x', 10000);
        event = (struct bh_str){ text, 10000 };
        for (int i = 0; i < 2000; i++)
                bh_live_publish(w.server, "alerts", event);
        (void) usleep(300000);
        while (bh_str_find(bh_buf_str(&all), bh_str_of(told)) < 0) {
                assert_true(all.len < 2000 * event.len);
                bh_live_publish(w.server, "alerts", BH_STR("{}"));
                read_some(ssl, &all, told);
        }
        hang_up(ssl);
        end(&w);
}

BH_UNIT_MAIN(a_call_has_its_question_and_its_body, a_failure_of_ours_is_told_by_its_id_alone, a_parked_call_holds_no_thread_and_is_woken,
             a_parked_call_ends_with_its_time, a_server_that_ends_lets_parked_calls_go, an_agent_is_known_by_its_certificate,
             who_watches_is_told_of_what_was_asked_for, who_reads_too_slowly_is_told_what_was_lost)
