/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/conn.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "http/tls_serve.h"
#include "serve/admit.h"
#include "serve/answer.h"
#include "serve/core.h"

enum state { HANDSHAKE, HEAD, BODY, BUSY, ANSWER, DRAIN, STREAM };

enum { PIPELINED_MAX = 64 * 1024, DRAIN_MS = 2000 };

struct bh_conn {
        struct bh_conn *next, *before;
        struct bh_server *server;
        struct bh_port *port;
        struct bufferevent *bev;
        struct ssl_st *ssl;
        enum state state;
        bool begun;       /* bytes of a head came */
        bool close_after; /* what is being sent is the last */
        bool unread;      /* a body that nobody will read is on its way */
        int64_t deadline_ms;
        struct bh_job *job;
        struct bh_http1_chunks chunks;
        struct bh_live_client *live;
        char address[64];
};

static void expect(struct bh_conn *c, enum state state, int64_t ms) {
        c->state = state;
        c->deadline_ms = bh_now_ms() + ms;
}

static int64_t patience_ms(uint64_t bytes) {
        return 1000 * (int64_t) (BH_LIMIT_API_BODY_S + bytes / (16 * BH_KIB));
}

static void unlink_conn(struct bh_conn *c) {
        if (c->before)
                c->before->next = c->next;
        else
                c->server->connections = c->next;
        if (c->next)
                c->next->before = c->before;
        c->port->n_connections--;
}

void bh_conn_close(struct bh_conn *c) {
        unlink_conn(c);
        if (c->live)
                bh_live_remove(c->server, c->live);
        if (c->job && c->state == BODY)
                bh_job_free(c->job);
        else if (c->job)
                c->job->conn = NULL; /* a thread has it; it ends when it comes back */
        bufferevent_free(c->bev);
        free(c);
}

static void free_bytes(const void *bytes, size_t n, void *user) {
        (void) bytes;
        (void) n;
        free(user);
}

/* Hands the buffer's memory over. */
static void send_buf(struct bh_conn *c, struct bh_buf *b) {
        if (b->len && evbuffer_add_reference(bufferevent_get_output(c->bev), b->at, b->len, free_bytes, b->at) == 0)
                *b = (struct bh_buf){ 0 };
}

void bh_conn_send(struct bh_conn *c, struct bh_str bytes) {
        if (evbuffer_add(bufferevent_get_output(c->bev), bytes.at, bytes.len) != 0)
                bh_nomem(bytes.len);
}

size_t bh_conn_behind(const struct bh_conn *c) {
        return evbuffer_get_length(bufferevent_get_output(c->bev));
}

static void become_stream(struct bh_conn *c, struct bh_job *job) {
        c->live = bh_live_add(c->server, c, &job->call);
        if (c->live)
                expect(c, STREAM, INT32_MAX);
        else
                bh_call_problem(&job->call, 503, "%d clients watch already", BH_LIMIT_LIVE_CLIENTS);
}

static void send_answer(struct bh_conn *c, struct bh_job *job) {
        BH_CLEANUP(bh_buf_done) struct bh_buf head = { 0 };
        uint64_t n = job->call.out.len;

        c->job = NULL;
        c->close_after |= job->head.close || c->server->ending;
        expect(c, ANSWER, patience_ms(n));
        if (job->streams)
                become_stream(c, job);
        bh_answer_head(&head, &job->call, c->close_after || c->live, c->live != NULL);
        bh_answer_note(c->server, job);
        send_buf(c, &head);
        if (!bh_answer_without_body(&job->call))
                send_buf(c, &job->call.out);
        bh_job_free(job);
}

void bh_conn_answer(struct bh_server *server, struct bh_post *post) {
        struct bh_job *job = (struct bh_job *) (void *) post;

        if (job->conn)
                send_answer(job->conn, job);
        else {
                bh_answer_note(server, job);
                bh_job_free(job);
        }
}

/* An answer before there was a whole request. */
static void refuse(struct bh_conn *c, struct bh_job *job) {
        c->unread = job->head.chunked || job->body.len < job->head.length;
        c->close_after |= c->unread;
        send_answer(c, job);
}

static struct bh_job *job_of(struct bh_conn *c) {
        struct bh_job *job = bh_job_new(c->server);
        struct bh_tls_peer peer;

        job->conn = c;
        job->begun_us = bh_now_us();
        job->call.address = bh_arena_str(job->arena, bh_str_of(c->address));
        if (c->port->agents && bh_tls_peer(c->ssl, job->arena, &peer)) {
                job->call.agent = (struct bh_peer){ true, peer.name, peer.serial };
                job->call.peer = peer.digest;
        }
        return job;
}

static void broken_head(struct bh_conn *c, int r, const struct bh_err *err) {
        struct bh_job *job = job_of(c);

        job->head.close = true;
        c->unread = c->close_after = true;
        bh_call_problem(&job->call, r == BH_E_LIMIT ? 431 : r == BH_E_UNSUPPORTED ? 501 : 400, "%s", err->text);
        send_answer(c, job);
}

static void begin(struct bh_conn *c, struct bh_job *job) {
        job->call.body = bh_buf_str(&job->body);
        c->job = job;
        c->state = BUSY;
        bh_server_begin(c->server, job);
}

static void await_body(struct bh_conn *c, struct bh_job *job) {
        c->job = job;
        c->chunks = (struct bh_http1_chunks){ 0 };
        expect(c, BODY, patience_ms(job->head.chunked ? job->max_body : job->head.length));
        if (job->head.expects)
                bh_conn_send(c, BH_STR("HTTP/1.1 100 Continue\r\n\r\n"));
}

static void take_request(struct bh_conn *c, struct bh_str head) {
        struct bh_job *job = job_of(c);
        struct bh_err err = BH_ERR_NONE;

        head = bh_arena_str(job->arena, head);
        BH_IGNORE(bh_http1_head(head, &job->head, &err)); /* of these bytes it was whole a moment ago */
        c->begun = false;
        if (!bh_admit(c->port, job))
                refuse(c, job);
        else if (job->head.chunked || job->head.length)
                await_body(c, job);
        else
                begin(c, job);
}

/* Each step: true when it got on, and there may be more to do; the connection may be gone after false. */
static bool read_head(struct bh_conn *c, struct evbuffer *in) {
        size_t n = BH_MIN(evbuffer_get_length(in), (size_t) BH_LIMIT_API_HEAD);
        struct bh_err err = BH_ERR_NONE;
        struct bh_http1 head;
        const char *at;
        int r;

        if (n == 0)
                return false;
        if (!c->begun)
                expect(c, HEAD, BH_LIMIT_API_HEAD_S * 1000);
        c->begun = true;
        at = (const char *) evbuffer_pullup(in, (ssize_t) n);
        r = bh_http1_head((struct bh_str){ at, n }, &head, &err);
        if (r < 0)
                broken_head(c, r, &err);
        if (r <= 0)
                return false;
        take_request(c, (struct bh_str){ at, head.size });
        (void) evbuffer_drain(in, head.size);
        return true;
}

static int read_chunks(struct bh_conn *c, struct evbuffer *in, struct bh_err *err) {
        size_t n = evbuffer_get_length(in), taken = 0;
        struct bh_str bytes = { (const char *) evbuffer_pullup(in, -1), n };
        int r = bh_http1_chunk(&c->chunks, bytes, c->job->max_body, &c->job->body, &taken, err);

        (void) evbuffer_drain(in, taken);
        return r < 0 ? r : c->chunks.done;
}

static int read_length(struct bh_conn *c, struct evbuffer *in) {
        struct bh_buf *body = &c->job->body;
        size_t n = BH_MIN(evbuffer_get_length(in), (size_t) c->job->head.length - body->len);

        (void) evbuffer_remove(in, bh_buf_room(body, n), n);
        body->len += n;
        return body->len == c->job->head.length;
}

static bool read_body(struct bh_conn *c, struct evbuffer *in) {
        struct bh_err err = BH_ERR_NONE;
        int r = c->job->head.chunked ? read_chunks(c, in, &err) : read_length(c, in);

        if (r < 0) {
                bh_call_problem(&c->job->call, r == BH_E_LIMIT ? 413 : 400, "%s", err.text);
                refuse(c, c->job);
        } else if (r > 0)
                begin(c, c->job);
        return false;
}

static void on_read(struct bufferevent *bev, void *user) {
        struct evbuffer *in = bufferevent_get_input(bev);
        struct bh_conn *c = user;

        if (c->state == HEAD && !read_head(c, in))
                return;
        if (c->state == BODY)
                (void) read_body(c, in);
        else if (c->state == DRAIN || c->state == STREAM)
                (void) evbuffer_drain(in, evbuffer_get_length(in));
        else if (evbuffer_get_length(in) > PIPELINED_MAX)
                bh_conn_close(c);
}

/* All of the answer is on its way. */
static void on_written(struct bufferevent *bev, void *user) {
        struct bh_conn *c = user;

        if (c->state != ANSWER)
                return;
        if (c->close_after && !c->unread) {
                bh_conn_close(c);
        } else if (c->close_after) { /* closing at once would reset the connection, and the answer with it */
                expect(c, DRAIN, DRAIN_MS);
                on_read(bev, user);
        } else {
                expect(c, HEAD, BH_LIMIT_API_IDLE_S * 1000);
                on_read(bev, user);
        }
}

static void on_event(struct bufferevent *bev, short what, void *user) {
        struct bh_conn *c = user;

        (void) bev;
        if (what & BEV_EVENT_CONNECTED) {
                expect(c, HEAD, BH_LIMIT_API_HEAD_S * 1000);
                return;
        }
        c->server->metrics.n_handshakes_failed += c->state == HANDSHAKE;
        bh_conn_close(c);
}

static size_t from_address(const struct bh_port *port, const char *address) {
        size_t n = 0;

        for (const struct bh_conn *c = port->server->connections; c && !port->agents; c = c->next)
                n += c->port == port && strcmp(c->address, address) == 0;
        return n;
}

static struct bufferevent *over_tls(struct bh_port *port, int fd, struct ssl_st **ret_ssl) {
        struct ssl_st *ssl = bh_tls_accept(port->tls);
        struct bufferevent *bev;

        if (!ssl)
                bh_nomem(0);
        bev = bufferevent_openssl_socket_new(port->server->base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
        if (!bev)
                bh_nomem(0);
        bufferevent_openssl_set_allow_dirty_shutdown(bev, 1); /* each message says its length */
        *ret_ssl = ssl;
        return bev;
}

static void link_conn(struct bh_conn *c) {
        c->next = c->server->connections;
        if (c->next)
                c->next->before = c;
        c->server->connections = c;
        c->port->n_connections++;
}

void bh_conn_new(struct bh_port *port, int fd, struct bh_str address) {
        struct bh_conn *c = calloc(1, sizeof *c);
        int yes = 1;

        if (!c)
                bh_nomem(sizeof *c);
        c->server = port->server;
        c->port = port;
        (void) snprintf(c->address, sizeof c->address, "%.*s", BH_FMT(address));
        if (from_address(port, c->address) >= BH_LIMIT_API_CONNECTIONS_EACH) {
                port->server->metrics.n_refused++;
                (void) evutil_closesocket(fd);
                free(c);
                return;
        }
        (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        (void) setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
        c->bev = over_tls(port, fd, &c->ssl);
        link_conn(c);
        expect(c, HANDSHAKE, BH_LIMIT_API_HEAD_S * 1000);
        bufferevent_setcb(c->bev, on_read, on_written, on_event, c);
        (void) bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

void bh_conn_tick(struct bh_server *server, int64_t now_ms) {
        for (struct bh_conn *c = server->connections, *next; c; c = next) {
                next = c->next;
                if (c->state == BUSY || c->state == STREAM || now_ms < c->deadline_ms)
                        continue;
                server->metrics.n_timed_out += c->state != HEAD || c->begun;
                bh_conn_close(c);
        }
}

bool bh_conn_end_all(struct bh_server *server) {
        for (struct bh_conn *c = server->connections, *next; c; c = next) {
                next = c->next;
                c->close_after = true;
                if (c->state == HANDSHAKE || c->state == DRAIN || c->state == STREAM || (c->state == HEAD && !c->begun))
                        bh_conn_close(c);
        }
        return !server->connections;
}
