/* SPDX-License-Identifier: Apache-2.0 */
/* Each step says: 1 it got on, 0 it waits for c->events, -1 it is over. */
#include "inlet/conn.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/tls_serve.h"
#include "sys/clock.h"
#include "sys/fd.h"

enum { PIECE = 16384, DRAIN_MS = 2000, STEPS = 256 /* then it is another's turn */ };

static void expect(struct bh_inlet_conn *c, enum bh_inlet_state state, int64_t ms) {
        c->state = state;
        c->deadline_ms = bh_clock_ms(CLOCK_MONOTONIC) + ms;
}

void bh_inlet_conn_open(struct bh_inlet *inlet, struct bh_inlet_conn *c, int fd, int64_t now_ms) {
        *c = (struct bh_inlet_conn){ .inlet = inlet, .fd = fd, .events = POLLIN, .state = inlet->tls ? BH_INLET_HANDSHAKE : BH_INLET_HEAD,
                                     .deadline_ms = now_ms + BH_LIMIT_INLET_S * 1000 };
        if (inlet->tls && !(c->ssl = bh_tls_accept_fd(inlet->tls, fd)))
                bh_nomem(0);
}

static void let_go(struct bh_inlet_conn *c) {
        c->inlet->held -= c->held;
        c->held = 0;
}

void bh_inlet_conn_close(struct bh_inlet_conn *c) {
        let_go(c);
        if (c->state == BH_INLET_HANDSHAKE)
                atomic_fetch_add(&c->inlet->strangers, 1);
        bh_tls_end(&c->ssl);
        bh_fd_close(&c->fd);
        bh_buf_done(&c->in);
        bh_buf_done(&c->body);
        bh_buf_done(&c->out);
        *c = (struct bh_inlet_conn){ .fd = -1 };
}

/* ---- bytes ---- */

static int plain(struct bh_inlet_conn *c, ssize_t n, short events) {
        if (n > 0)
                return (int) n;
        c->events = events;
        return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static int fill(struct bh_inlet_conn *c) {
        char *room = bh_buf_room(&c->in, PIECE);
        int n = c->ssl ? bh_tls_read(c->ssl, room, PIECE, &c->events) : plain(c, recv(c->fd, room, PIECE, 0), POLLIN);

        if (n <= 0)
                return n;
        c->in.len += (size_t) n;
        return 1;
}

static int flush(struct bh_inlet_conn *c) {
        struct bh_str left = bh_str_from(bh_buf_str(&c->out), c->sent);
        int n;

        if (!left.len)
                return 1;
        n = c->ssl ? bh_tls_write(c->ssl, left, &c->events) : plain(c, send(c->fd, left.at, left.len, MSG_NOSIGNAL), POLLOUT);
        if (n > 0)
                c->sent += (size_t) n;
        return n <= 0 ? n : c->sent == c->out.len ? 1 : flush(c);
}

static void drop(struct bh_buf *b, size_t n) {
        if (n < b->len)
                memmove(b->at, b->at + n, b->len - n);
        b->len -= n;
}

/* ---- answers ---- */

static const struct {
        int code;
        const char *words;
} words[] = { { 200, "OK" }, { 400, "Bad Request" }, { 401, "Unauthorized" }, { 405, "Method Not Allowed" }, { 413, "Content Too Large" }, { 415, "Unsupported Media Type" },
              { 429, "Too Many Requests" }, { 431, "Request Header Fields Too Large" }, { 501, "Not Implemented" } };

static void count(struct bh_inlet *inlet, int code) {
        atomic_fetch_add(code == 200 ? &inlet->taken : code == 401 ? &inlet->strangers : code == 413 ? &inlet->too_long : code == 429 ? &inlet->turned_away : &inlet->broken, 1);
}

/* `why`: a sentence; it ends with a newline in the body. */
static int answer(struct bh_inlet_conn *c, int code, const char *why) {
        const char *said = "";

        for (size_t i = 0; i < BH_LEN(words); i++)
                if (words[i].code == code)
                        said = words[i].words;
        c->close |= c->unread;
        bh_buf_clear(&c->out);
        c->sent = 0;
        bh_buf_printf(&c->out, "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n%s%sConnection: %s\r\n\r\n", code, said,
                      *why ? strlen(why) + 1 : 0, code == 429 ? "Retry-After: 1\r\n" : "", code == 405 ? "Allow: POST\r\n" : "", c->close ? "close" : "keep-alive");
        if (*why)
                bh_buf_printf(&c->out, "%s\n", why);
        count(c->inlet, code);
        let_go(c);
        bh_buf_done(&c->body);
        expect(c, BH_INLET_ANSWER, BH_LIMIT_INLET_S * 1000);
        return 1;
}

/* ---- who, and how much ---- */

/* In a time that does not tell how much of it was right. */
static bool is_token(const struct bh_inlet *inlet, struct bh_str given) {
        struct bh_str wanted = bh_buf_str(&inlet->token);
        unsigned char differs = given.len != wanted.len;

        for (size_t i = 0; i < given.len; i++)
                differs |= (unsigned char) (given.at[i] ^ wanted.at[wanted.len ? i % wanted.len : 0]);
        return !differs;
}

static bool may_send(const struct bh_inlet *inlet, const struct bh_http1 *h) {
        struct bh_str scheme, token;

        if (!inlet->token.len) /* then it has shown a certificate */
                return true;
        return bh_str_cut(bh_http1_get(h, "Authorization"), ' ', &scheme, &token) && bh_str_eq_nocase(scheme, BH_STR("bearer")) && is_token(inlet, bh_str_trim(token));
}

/* The code that refuses it by its head alone; 0: none does. */
static int refusal(struct bh_inlet_conn *c, const struct bh_http1 *h, const char **ret_why) {
        struct bh_inlet *inlet = c->inlet;
        uint64_t bytes = h->chunked ? inlet->opts.max_body : h->length;
        struct bh_str packed = bh_http1_get(h, "Content-Encoding");

        *ret_why = "a token is needed (Authorization: Bearer), and it is another";
        if (!may_send(inlet, h))
                return 401;
        *ret_why = "only POST is taken here";
        if (!bh_str_is(h->method, "POST"))
                return 405;
        *ret_why = "what is packed is not taken";
        if (packed.len && !bh_str_eq_nocase(packed, BH_STR("identity")))
                return 415;
        *ret_why = "longer than is taken at once";
        if (bytes > inlet->opts.max_body)
                return 413;
        *ret_why = "there is no room now";
        if (inlet->held + bytes > BH_LIMIT_INLET_HELD)
                return 429;
        c->held = bytes;
        inlet->held += bytes;
        return 0;
}

static int on_head(struct bh_inlet_conn *c, const struct bh_http1 *h) {
        const char *why;
        int code;

        c->close = h->close;
        c->chunked = h->chunked;
        c->length = h->length;
        c->chunks = (struct bh_http1_chunks){ 0 };
        c->unread = h->chunked || h->length;
        code = refusal(c, h, &why);
        if (code == 0 && h->expects)
                bh_buf_puts(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
        drop(&c->in, h->size);
        if (code)
                return answer(c, code, why);
        c->state = BH_INLET_BODY;
        return 1;
}

/* ---- steps ---- */

static int step_handshake(struct bh_inlet_conn *c) {
        int r = bh_tls_handshake(c->ssl, &c->events);

        if (r > 0)
                expect(c, BH_INLET_HEAD, BH_LIMIT_INLET_S * 1000);
        return r;
}

static int step_head(struct bh_inlet_conn *c) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_http1 h;
        int r = c->in.len ? bh_http1_head(bh_buf_str(&c->in), &h, &err) : 0;

        if (c->in.len && !c->begun) {
                c->begun = true;
                expect(c, BH_INLET_HEAD, BH_LIMIT_INLET_S * 1000);
        }
        if (r > 0)
                return on_head(c, &h);
        if (r == 0)
                return fill(c);
        c->unread = true;
        return answer(c, r == BH_E_LIMIT ? 431 : r == BH_E_UNSUPPORTED ? 501 : 400, err.text);
}

/* What of the body is there: 1 all of it, 0 not yet. */
static int take_body(struct bh_inlet_conn *c, struct bh_err *err) {
        size_t n = BH_MIN(c->in.len, (size_t) c->length - c->body.len);
        int r = 0;

        if (c->chunked)
                r = bh_http1_chunk(&c->chunks, bh_buf_str(&c->in), c->inlet->opts.max_body, &c->body, &n, err);
        else
                bh_buf_add(&c->body, bh_str_part(bh_buf_str(&c->in), 0, n));
        if (r < 0)
                return r;
        drop(&c->in, n);
        return c->chunked ? c->chunks.done : c->body.len == c->length;
}

static int step_body(struct bh_inlet_conn *c) {
        struct bh_err err = BH_ERR_NONE;
        int r = flush(c);

        if (r <= 0)
                return r;
        r = take_body(c, &err);
        if (r == 0)
                return fill(c);
        if (r < 0)
                return answer(c, r == BH_E_LIMIT ? 413 : 400, err.text);
        c->unread = false;
        r = c->inlet->opts.take(c->inlet->opts.user, bh_buf_str(&c->body), &err);
        return answer(c, r >= 0 ? 200 : r == BH_E_LIMIT ? 429 : 400, r < 0 ? err.text : "");
}

static int step_answer(struct bh_inlet_conn *c) {
        int r = flush(c);

        if (r <= 0)
                return r;
        if (c->close && !c->unread)
                return -1;
        if (c->close) { /* closing at once would reset the connection, and the answer with it */
                (void) shutdown(c->fd, SHUT_WR);
                expect(c, BH_INLET_DRAIN, DRAIN_MS);
                return 1;
        }
        c->begun = false;
        bh_buf_clear(&c->out);
        c->sent = 0;
        expect(c, BH_INLET_HEAD, BH_LIMIT_INLET_IDLE_S * 1000);
        return 1;
}

static int step_drain(struct bh_inlet_conn *c) {
        bh_buf_clear(&c->in);
        return fill(c);
}

bool bh_inlet_conn_step(struct bh_inlet_conn *c) {
        static int (*const steps[])(struct bh_inlet_conn *) = { [BH_INLET_HANDSHAKE] = step_handshake, [BH_INLET_HEAD] = step_head, [BH_INLET_BODY] = step_body,
                                                                [BH_INLET_ANSWER] = step_answer, [BH_INLET_DRAIN] = step_drain };
        int r = 1;

        for (int i = 0; i < STEPS && r > 0; i++) { /* a piece is at least as long as a record of TLS, so what is left shows on the socket */
                c->events = POLLIN;
                r = steps[c->state](c);
        }
        return r >= 0;
}
