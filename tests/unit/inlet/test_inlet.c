/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inlet/inlet.h"

static char token_file[] = "/tmp/bulkhead-inlet-XXXXXX";

struct taken {
        unsigned n;
        size_t bytes;
        char last[64];
};

static int take(void *user, struct bh_str body, struct bh_err *err) {
        struct taken *t = user;

        if (bh_str_is(body, "odd"))
                return bh_fail(err, BH_E_FORMAT, "that is odd");
        if (bh_str_is(body, "full"))
                return bh_fail(err, BH_E_LIMIT, "there is no room");
        t->n++;
        t->bytes += body.len;
        (void) snprintf(t->last, sizeof t->last, "%.*s", BH_FMT(body));
        return 0;
}

static struct bh_inlet *open_inlet(struct taken *t) {
        struct bh_inlet_opts opts = { .listen = "127.0.0.1:0", .token = token_file, .max_body = 1000000, .take = take, .user = t };
        struct bh_err err = BH_ERR_NONE;
        struct bh_inlet *in;

        if (bh_inlet_open(&opts, &in, &err) < 0)
                fail_msg("%s", err.text);
        return in;
}

static int dial(const struct bh_inlet *in) {
        struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t) atoi(strrchr(bh_inlet_url(in), ':') + 1)) };
        const struct timeval patience = { 10, 0 };
        int fd = socket(AF_INET, SOCK_STREAM, 0);

        assert_true(fd >= 0);
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
        assert_int_equal(connect(fd, (struct sockaddr *) &at, sizeof at), 0);
        return fd;
}

static void say(int fd, const char *text) {
        assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* One answer: its code; 0 when the other side has closed. */
static int hear(int fd, char *room, size_t size) {
        size_t n = 0, length = 0;
        char *end;

        for (;;) {
                ssize_t got;

                room[n] = '\0';
                end = strstr(room, "\r\n\r\n");
                if (end) {
                        length = (size_t) atoi(strstr(room, "Content-Length: ") + 16);
                        if (n >= (size_t) (end + 4 - room) + length)
                                return atoi(room + 9);
                }
                got = recv(fd, room + n, size - 1 - n, 0);
                if (got <= 0)
                        return 0;
                n += (size_t) got;
        }
}

static int ask(const struct bh_inlet *in, const char *text) {
        char room[4096];
        int fd = dial(in), code;

        say(fd, text);
        code = hear(fd, room, sizeof room);
        close(fd);
        return code;
}

#define HEAD "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer 0123456789abcdef\r\n"

static void each_request_has_its_answer(void **state) {
        static const struct {
                const char *text;
                int code;
        } rows[] = {
                { HEAD "Content-Length: 2\r\n\r\nok", 200 },
                { HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", 200 },
                { HEAD "Content-Length: 3\r\n\r\nodd", 400 },
                { HEAD "Content-Length: 4\r\n\r\nfull", 429 },
                { HEAD "Content-Length: 1000001\r\n\r\n", 413 },
                { HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400 },
                { HEAD "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok", 415 },
                { "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: bearer 0123456789abcdef\r\n\r\n", 405 },
                { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok", 401 },
                { "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer 0123456789abcdee\r\nContent-Length: 2\r\n\r\nok", 401 },
                { "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer 0123456789abcdef0\r\nContent-Length: 2\r\n\r\nok", 401 },
                { "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic 0123456789abcdef\r\nContent-Length: 2\r\n\r\nok", 401 },
                { "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", 400 },
                { "\x16\x03\x01 what TLS begins with\r\n\r\n", 400 },
        };
        struct bh_inlet_stats s;
        struct taken t = { 0 };
        struct bh_inlet *in = open_inlet(&t);

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++)
                if (ask(in, rows[i].text) != rows[i].code)
                        fail_msg("row %zu", i);
        bh_inlet_stats(in, &s);
        bh_inlet_close(&in);
        assert_int_equal(t.n, 2);
        assert_int_equal(s.taken, 2);
        assert_int_equal(s.turned_away, 1);
        assert_int_equal(s.too_long, 1);
        assert_int_equal(s.strangers, 4);
        assert_int_equal(s.broken, 6);
}

static void a_connection_takes_one_after_another(void **state) {
        struct taken t = { 0 };
        struct bh_inlet *in = open_inlet(&t);
        int fd = dial(in);
        char room[4096];

        (void) state;
        for (unsigned i = 0; i < 3; i++) {
                say(fd, HEAD);
                usleep(20000); /* in pieces, at odd places */
                say(fd, "Content-Length: 3\r\n\r\nab");
                usleep(20000);
                say(fd, "c");
                assert_int_equal(hear(fd, room, sizeof room), 200);
        }
        assert_string_equal(t.last, "abc");
        assert_int_equal(t.bytes, 9);
        say(fd, HEAD "Connection: close\r\nContent-Length: 0\r\n\r\n");
        assert_int_equal(hear(fd, room, sizeof room), 200);
        assert_int_equal(recv(fd, room, sizeof room, 0), 0);
        close(fd);
        bh_inlet_close(&in);
}

static void whoever_says_nothing_keeps_nobody_waiting(void **state) {
        struct taken t = { 0 };
        struct bh_inlet *in = open_inlet(&t);
        int silent[8];

        (void) state;
        for (size_t i = 0; i < BH_LEN(silent); i++) {
                silent[i] = dial(in);
                say(silent[i], HEAD "Content-Length: 100\r\n\r\nhalf");
        }
        assert_int_equal(ask(in, HEAD "Content-Length: 2\r\n\r\nok"), 200);
        for (size_t i = 0; i < BH_LEN(silent); i++)
                close(silent[i]);
        bh_inlet_close(&in); /* while some are open */
}

static void what_would_be_open_to_anybody_is_refused(void **state) {
        static const struct {
                const char *spec, *words;
        } rows[] = {
                { "9444", "who may send" },
                { "9444,token", "needs a file" },
                { "9444,tokens=x", "none of cert, key, clients, token" },
                { "9444,token=x,cert=y", "go together" },
                { "9444,clients=x", "needs TLS" },
        };
        struct bh_arena *arena = bh_arena_new();
        struct bh_inlet *in = NULL;
        struct bh_inlet_opts opts;

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct bh_err err = BH_ERR_NONE;

                opts = (struct bh_inlet_opts){ .max_body = 1 };
                assert_int_equal(bh_inlet_spec_parse(arena, rows[i].spec, &opts, &err), BH_E_USAGE);
                if (!strstr(err.text, rows[i].words))
                        fail_msg("%s: %s", rows[i].spec, err.text);
        }
        for (size_t i = 0; i < 2; i++) {
                struct bh_err err = BH_ERR_NONE;

                opts = (struct bh_inlet_opts){ .max_body = 1 };
                assert_int_equal(bh_inlet_spec_parse(arena, bh_arena_printf(arena, "%s,token=%s", i ? "0.0.0.0:0" : "0", token_file).at, &opts, &err), 0);
                assert_string_equal(opts.listen, i ? "0.0.0.0:0" : "127.0.0.1:0");
                assert_int_equal(bh_inlet_open(&opts, &in, &err), i ? BH_E_USAGE : 0); /* plainly, beyond the loopback */
                bh_inlet_close(&in);
        }
        bh_arena_free(&arena);
}

int main(void) {
        static const struct CMUnitTest tests[] = { cmocka_unit_test(each_request_has_its_answer), cmocka_unit_test(a_connection_takes_one_after_another),
                                                   cmocka_unit_test(whoever_says_nothing_keeps_nobody_waiting), cmocka_unit_test(what_would_be_open_to_anybody_is_refused) };
        int fd = mkstemp(token_file), failed;

        if (fd < 0 || write(fd, "0123456789abcdef\n", 17) != 17)
                return 1;
        close(fd);
        failed = cmocka_run_group_tests(tests, NULL, NULL);
        (void) unlink(token_file);
        return failed;
}
