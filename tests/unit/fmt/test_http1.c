/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/http1.h"

#include "base/limits.h"
#include "unit.h"

static int head(const char *text, struct bh_http1 *ret, struct bh_err *err) {
        return bh_http1_head(bh_str_of(text), ret, err);
}

static void a_request_is_its_line_and_its_headers(void **state) {
        struct bh_http1 h;

        (void) state;
        assert_int_equal(head("POST /a/b?c=d&e HTTP/1.1\r\nHost: x\r\ncontent-length:  3 \r\n\r\nabc", &h, NULL), 1);
        assert_str(h.method, "POST");
        assert_str(h.path, "/a/b");
        assert_str(h.query, "c=d&e");
        assert_int_equal(h.length, 3);
        assert_false(h.close);
        assert_str(bh_http1_get(&h, "Content-Length"), "3");
        assert_str(bh_http1_get(&h, "Cookie"), "");
}

static void half_a_head_wants_more(void **state) {
        static const char whole[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        struct bh_http1 h;

        (void) state;
        for (size_t n = 0; n + 1 < sizeof whole - 1; n++)
                assert_int_equal(bh_http1_head((struct bh_str){ whole, n }, &h, NULL), 0);
        assert_int_equal(bh_http1_head((struct bh_str){ whole, sizeof whole - 1 }, &h, NULL), 1);
        assert_int_equal(h.size, sizeof whole - 1);
}

static void what_two_readers_may_read_differently_is_refused(void **state) {
        static const char *const wrong[] = {
                "GET / HTTP/1.1\r\n\r\n",                                                                  /* no Host */
                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",                                            /* two */
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",            /* twice */
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",   /* both */
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n",                                /* signed */
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\n",                              /* a list */
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",              /* too long a number */
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 1\r\n\r\n",                                /* a blank before the colon */
                "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",                                            /* a folded line */
                "GET / HTTP/1.1\nHost: x\r\n\r\n",                                                         /* LF alone */
                "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",                                            /* CR alone */
                "GET / HTTP/1.1\r\nHost: x\r\nA\x01: b\r\n\r\n",                                           /* no name */
                "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",                                                    /* a blank in the target */
                "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n",                                               /* a proxy's form */
                "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",                                                      /* two blanks */
                "G@T / HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET / HTTX/1.1\r\nHost: x\r\n\r\n",
        };
        struct bh_http1 h;

        (void) state;
        for (size_t i = 0; i < BH_LEN(wrong); i++)
                assert_int_equal(head(wrong[i], &h, NULL), BH_E_FORMAT);
}

static void what_we_do_not_speak_is_said(void **state) {
        struct bh_http1 h;

        (void) state;
        assert_int_equal(head("GET / HTTP/2.0\r\nHost: x\r\n\r\n", &h, NULL), BH_E_UNSUPPORTED);
        assert_int_equal(head("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", &h, NULL), BH_E_UNSUPPORTED);
        assert_int_equal(head("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", &h, NULL), BH_E_UNSUPPORTED);
}

static void a_head_without_end_is_too_long(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_http1 h;

        (void) state;
        bh_buf_puts(&text, "GET / HTTP/1.1\r\nHost: x\r\n");
        while (text.len < BH_LIMIT_API_HEAD)
                bh_buf_puts(&text, "A: b\r\n");
        assert_int_equal(bh_http1_head(bh_buf_str(&text), &h, NULL), BH_E_LIMIT);
}

static void chunks_become_a_body(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        struct bh_str text = BH_STR("5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nGET /next");
        struct bh_http1_chunks c = { 0 };
        size_t taken;

        (void) state;
        assert_int_equal(bh_http1_chunk(&c, text, 100, &body, &taken, NULL), 0);
        assert_true(c.done);
        assert_str(bh_buf_str(&body), "hello0123456789");
        assert_str(bh_str_from(text, taken), "GET /next");
}

static void chunks_are_no_way_around_the_limit(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        struct bh_http1_chunks c = { 0 };
        size_t taken;

        (void) state;
        assert_int_equal(bh_http1_chunk(&c, BH_STR("fffffffffffffff\r\nx"), 100, &body, &taken, NULL), BH_E_LIMIT);
        c = (struct bh_http1_chunks){ 0 };
        assert_int_equal(bh_http1_chunk(&c, BH_STR("3\r\nabc\r\n3\r\nabc\r\n"), 5, &body, &taken, NULL), BH_E_LIMIT);
        c = (struct bh_http1_chunks){ 0 };
        bh_buf_clear(&body);
        assert_int_equal(bh_http1_chunk(&c, BH_STR("3\r\nabcd\r\n"), 5, &body, &taken, NULL), BH_E_FORMAT);
}

static void escapes_are_decoded_once(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str s;

        (void) state;
        assert_true(bh_percent_decode(arena, BH_STR("a%2Fb%252F+%c3%a4"), false, &s));
        assert_str(s, "a/b%2F+\xc3\xa4");
        assert_true(bh_percent_decode(arena, BH_STR("a+b"), true, &s));
        assert_str(s, "a b");
        assert_false(bh_percent_decode(arena, BH_STR("%"), false, &s));
        assert_false(bh_percent_decode(arena, BH_STR("%4"), false, &s));
        assert_false(bh_percent_decode(arena, BH_STR("%zz"), false, &s));
        assert_false(bh_percent_decode(arena, BH_STR("a%00b"), false, &s));
        assert_false(bh_percent_decode(arena, BH_STR("%ff"), false, &s));
}

BH_UNIT_MAIN(a_request_is_its_line_and_its_headers, half_a_head_wants_more,
             what_two_readers_may_read_differently_is_refused, what_we_do_not_speak_is_said,
             a_head_without_end_is_too_long, chunks_become_a_body, chunks_are_no_way_around_the_limit,
             escapes_are_decoded_once)
