/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "serve/core.h"

enum { BEAT_MS = 15 * 1000, SILENT_BEATS = 4, TOPIC_MAX = 32, TOPICS_MAX = 256, LIFE_MS = 15 * 60 * 1000 };

struct bh_live_client {
        struct bh_live_client *next;
        struct bh_conn *conn;
        int64_t user_id, end_ms;
        bool scoped;
        unsigned behind_beats; /* one after the other at which something was unsent */
        uint64_t dropped;      /* since it was told */
        char topics[TOPICS_MAX]; /* "alerts,scans"; "": all */
};

struct event_post {
        struct bh_post post;
        char topic[TOPIC_MAX];
        struct bh_str json;
        char text[];
};

static bool wants(const struct bh_live_client *client, const char *topic) {
        struct bh_str rest = bh_str_of(client->topics), one;

        while (bh_str_split(&rest, ',', &one))
                if (bh_str_is(one, topic))
                        return true;
        return client->topics[0] == '\0';
}

/* A line each, as the format wants it. */
static void put_data(struct bh_buf *out, struct bh_str json) {
        struct bh_str line;

        while (bh_str_split(&json, '\n', &line)) {
                bh_buf_puts(out, "data: ");
                bh_buf_add(out, line);
                bh_buf_putc(out, '\n');
        }
        bh_buf_putc(out, '\n');
}

static void tell_dropped(struct bh_live_client *client, struct bh_buf *out) {
        if (client->dropped)
                bh_buf_printf(out, "event: dropped\ndata: {\"count\":%llu}\n\n", (unsigned long long) client->dropped);
        client->dropped = 0;
}

static void tell(struct bh_live *live, struct bh_live_client *client, const struct event_post *event) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        if (bh_conn_behind(client->conn) + event->json.len > BH_LIMIT_LIVE_BYTES) {
                client->dropped++;
                live->n_dropped++;
                return;
        }
        tell_dropped(client, &out);
        bh_buf_printf(&out, "event: %s\n", event->topic);
        put_data(&out, client->scoped || event->json.len == 0 ? BH_STR("{}") : event->json);
        bh_conn_send(client->conn, bh_buf_str(&out));
}

static void run_event(struct bh_server *server, struct bh_post *post) {
        struct event_post *event = (struct event_post *) (void *) post;

        server->live.n_events++;
        for (struct bh_live_client *c = server->live.first; c; c = c->next)
                if (wants(c, event->topic))
                        tell(&server->live, c, event);
        free(event);
}

void bh_live_publish(struct bh_server *server, const char *topic, struct bh_str json) {
        struct event_post *event = malloc(sizeof *event + json.len);

        if (!event)
                bh_nomem(sizeof *event);
        event->post.run = run_event;
        (void) snprintf(event->topic, sizeof event->topic, "%s", topic);
        memcpy(event->text, json.at ? json.at : "", json.len);
        event->json = (struct bh_str){ event->text, json.len };
        bh_server_post(server, &event->post);
}

struct bh_live_client *bh_live_add(struct bh_server *server, struct bh_conn *conn, const struct bh_call *call) {
        struct bh_live_client *client;

        if (server->live.n_clients >= BH_LIMIT_LIVE_CLIENTS)
                return NULL;
        client = calloc(1, sizeof *client);
        if (!client)
                bh_nomem(sizeof *client);
        *client = (struct bh_live_client){ server->live.first, conn, call->who.user_id, bh_now_ms() + LIFE_MS, call->who.scoped, 0, 0, "" };
        (void) snprintf(client->topics, sizeof client->topics, "%.*s", BH_FMT(bh_call_query(call, "topics")));
        server->live.first = client;
        server->live.n_clients++;
        return client;
}

void bh_live_remove(struct bh_server *server, struct bh_live_client *client) {
        struct bh_live_client **at = &server->live.first;

        while (*at != client)
                at = &(*at)->next;
        *at = client->next;
        server->live.n_clients--;
        free(client);
}

/* It reads nothing any more, or it is time to show that it may still watch: browsers come back by themselves. */
static bool is_over(const struct bh_live_client *c, int64_t now_ms) {
        return c->behind_beats > SILENT_BEATS || now_ms > c->end_ms;
}

void bh_live_tick(struct bh_server *server, int64_t now_ms) {
        struct bh_live *live = &server->live;

        if (now_ms < live->beat_ms)
                return;
        live->beat_ms = now_ms + BEAT_MS;
        for (struct bh_live_client *c = live->first, *next; c; c = next) {
                next = c->next;
                c->behind_beats = bh_conn_behind(c->conn) ? c->behind_beats + 1 : 0;
                if (is_over(c, now_ms)) {
                        bh_conn_close(c->conn);
                } else if (bh_conn_behind(c->conn) < BH_LIMIT_LIVE_BYTES) {
                        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

                        tell_dropped(c, &out);
                        bh_buf_puts(&out, ":\n\n");
                        bh_conn_send(c->conn, bh_buf_str(&out));
                }
        }
}

struct end_post {
        struct bh_post post;
        int64_t user_id;
};

static void run_end(struct bh_server *server, struct bh_post *post) {
        struct end_post *end = (struct end_post *) (void *) post;

        for (struct bh_live_client *c = server->live.first, *next; c; c = next) {
                next = c->next;
                if (c->user_id == end->user_id)
                        bh_conn_close(c->conn);
        }
        free(end);
}

void bh_live_end(struct bh_server *server, int64_t user_id) {
        struct end_post *end = calloc(1, sizeof *end);

        if (!end)
                bh_nomem(sizeof *end);
        end->post.run = run_end;
        end->user_id = user_id;
        bh_server_post(server, &end->post);
}

int bh_live_open(struct bh_call *call, struct bh_err *err) {
        (void) err;
        if (bh_str_is(call->method, "HEAD"))
                return bh_call_problem(call, 405, "events are for GET");
        call->type = "text/event-stream";
        call->status = 200;
        bh_job_of(call)->streams = true;
        return 0;
}
