/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands of the server, one after another in a thread of their own. What is
 * waiting, being done, or was done lately is named to the server with each
 * question, so that it hands nothing out twice while the result is on its way.
 */
#include <stdlib.h>
#include <string.h>

#include "fmt/json.h"
#include "fmt/json_put.h"
#include "tool/agent/agent.h"

enum { REMEMBERED = 64, WAITING_MAX = 256, RESULT_LEVEL = 1 };

struct order {
        struct order *next;
        struct bh_str id, kind, text;
        char bytes[];
};

struct bh_agent_orders {
        struct bh_agent *agent;
        pthread_t thread;
        pthread_mutex_t lock; /* guards the rest */
        pthread_cond_t news;
        struct order *first, **end;
        size_t n;
        char remembered[REMEMBERED][24];
        unsigned next;
        bool ending;
};

/* ---- results ---- */

void bh_agent_result(struct bh_agent *a, struct bh_str command, bool ok, struct bh_str text, struct bh_str detail) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        struct bh_json_put j = { .out = &body, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "command", command);
        bh_json_put_bool(&j, "ok", ok);
        bh_json_put_str(&j, "text", text);
        if (detail.len)
                bh_json_put_raw(&j, "detail", detail);
        bh_json_put_close(&j);
        bh_agent_tell(a, BH_ITEM_RESULT, RESULT_LEVEL, bh_buf_str(&body));
        bh_agent_log("command %.*s: %s: %.*s", BH_FMT(command), ok ? "done" : "failed", BH_FMT(bh_str_part(text, 0, 400)));
}

/* ---- taking in ---- */

static bool is_remembered(const struct bh_agent_orders *q, struct bh_str id) {
        for (unsigned i = 0; i < REMEMBERED; i++)
                if (bh_str_is(id, q->remembered[i]))
                        return true;
        return false;
}

static struct bh_str put_in(char **at, struct bh_str s) {
        struct bh_str copy = { *at, s.len };

        memcpy(*at, s.at, s.len);
        *at += s.len;
        return copy;
}

static struct order *order_new(const struct bh_uplink_command *c) {
        struct order *o = malloc(sizeof *o + c->id.len + c->kind.len + c->text.len);
        char *at;

        if (!o)
                bh_nomem(c->text.len);
        at = o->bytes;
        o->next = NULL;
        o->id = put_in(&at, c->id);
        o->kind = put_in(&at, c->kind);
        o->text = put_in(&at, c->text);
        return o;
}

void bh_agent_order(void *user, const struct bh_uplink_command *command) {
        struct bh_agent_orders *q = ((struct bh_agent *) user)->orders;
        struct order *o;

        if (command->id.len >= sizeof q->remembered[0])
                return;
        (void) pthread_mutex_lock(&q->lock);
        if (q->n < WAITING_MAX && !is_remembered(q, command->id)) {
                o = order_new(command);
                *q->end = o;
                q->end = &o->next;
                q->n++;
                (void) snprintf(q->remembered[q->next], sizeof q->remembered[0], "%.*s", BH_FMT(command->id));
                q->next = (q->next + 1) % REMEMBERED;
                (void) pthread_cond_signal(&q->news);
        }
        (void) pthread_mutex_unlock(&q->lock);
}

void bh_agent_have(void *user, struct bh_buf *out) {
        struct bh_agent_orders *q = ((struct bh_agent *) user)->orders;
        const char *comma = "";

        (void) pthread_mutex_lock(&q->lock);
        for (unsigned i = 0; i < REMEMBERED; i++)
                if (q->remembered[i][0]) {
                        bh_buf_printf(out, "%s%s", comma, q->remembered[i]);
                        comma = ",";
                }
        (void) pthread_mutex_unlock(&q->lock);
}

/* ---- doing ---- */

static void respond(struct bh_agent *a, struct bh_arena *arena, struct bh_str id, const struct bh_doc *body) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str text = { 0 }, detail = { 0 };
        bool ok = false;

        if (bh_agent_respond(a, arena, body, &ok, &text, &detail, &err) < 0)
                bh_agent_result(a, id, false, bh_str_of(err.text), (struct bh_str){ 0 });
        else
                bh_agent_result(a, id, ok, text, detail);
}

static void policy(struct bh_agent *a, struct bh_arena *arena, struct bh_str id, const struct bh_doc *body) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str text = { 0 };
        int r = bh_agent_policy(a, arena, body, &text, &err);

        bh_agent_result(a, id, r >= 0, r < 0 ? bh_str_of(err.text) : text, (struct bh_str){ 0 });
}

static void scan(struct bh_agent *a, struct bh_arena *arena, struct bh_str id, const struct bh_doc *body) {
        (void) arena;
        bh_agent_scans_ask(a, id, bh_doc_get_text(body, "target"));
}

static void compliance(struct bh_agent *a, struct bh_arena *arena, struct bh_str id, const struct bh_doc *body) {
        (void) arena;
        bh_agent_comply_ask(a, id, bh_doc_bool(bh_doc_get(body, "whole"), false));
}

static void inventory(struct bh_agent *a, struct bh_arena *arena, struct bh_str id, const struct bh_doc *body) {
        (void) arena;
        (void) body;
        bh_agent_feed_again(a);
        atomic_store(&a->tell_status, true);
        bh_agent_result(a, id, a->feed != NULL, a->feed ? BH_STR("all of it is told again") : BH_STR("this agent was started without an inventory"),
                        (struct bh_str){ 0 });
}

static const struct {
        const char *kind;
        void (*act)(struct bh_agent *a, struct bh_arena *arena, struct bh_str id, const struct bh_doc *body);
} kinds[] = { { "respond", respond }, { "policy", policy }, { "scan", scan }, { "inventory", inventory },
            { "compliance", compliance } };

static void carry_out(struct bh_agent *a, const struct order *o) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        const struct bh_doc *body = NULL;
        size_t i = 0;

        while (i < BH_LEN(kinds) && !bh_str_is(o->kind, kinds[i].kind))
                i++;
        if (i == BH_LEN(kinds))
                bh_agent_result(a, o->id, false, BH_STR("this agent knows no such command"), (struct bh_str){ 0 });
        else if (bh_json_parse(arena, o->text, &body, &err) < 0)
                bh_agent_result(a, o->id, false, bh_str_of(err.text), (struct bh_str){ 0 });
        else
                kinds[i].act(a, arena, o->id, body);
        bh_arena_free(&arena);
}

static void *run(void *user) {
        struct bh_agent_orders *q = user;
        struct order *o;

        (void) pthread_mutex_lock(&q->lock);
        while (!q->ending) {
                o = q->first;
                if (!o) {
                        (void) pthread_cond_wait(&q->news, &q->lock);
                        continue;
                }
                q->first = o->next;
                if (!q->first)
                        q->end = &q->first;
                q->n--;
                (void) pthread_mutex_unlock(&q->lock);
                carry_out(q->agent, o);
                free(o);
                (void) pthread_mutex_lock(&q->lock);
        }
        (void) pthread_mutex_unlock(&q->lock);
        return NULL;
}

void bh_agent_orders_open(struct bh_agent *a) {
        struct bh_agent_orders *q = calloc(1, sizeof *q);

        if (!q)
                bh_nomem(sizeof *q);
        q->agent = a;
        q->end = &q->first;
        (void) pthread_mutex_init(&q->lock, NULL);
        (void) pthread_cond_init(&q->news, NULL);
        a->orders = q;
        bh_agent_start(&q->thread, run, q);
}

/* What waits is not done: the server hands it out again. */
void bh_agent_orders_close(struct bh_agent *a) {
        struct bh_agent_orders *q = a->orders;
        struct order *next;

        if (!q)
                return;
        (void) pthread_mutex_lock(&q->lock);
        q->ending = true;
        (void) pthread_cond_signal(&q->news);
        (void) pthread_mutex_unlock(&q->lock);
        (void) pthread_join(q->thread, NULL);
        for (struct order *o = q->first; o; o = next) {
                next = o->next;
                free(o);
        }
        (void) pthread_cond_destroy(&q->news);
        (void) pthread_mutex_destroy(&q->lock);
        free(q);
        a->orders = NULL;
}
