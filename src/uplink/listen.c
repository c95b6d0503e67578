/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for commands: a call that the server answers when there are some, or after 25 seconds. */
#include "base/limits.h"
#include "fmt/json.h"
#include "fmt/json_put.h"
#include "uplink/link_parts.h"

enum { WAIT_MS = 40000 };

static void hand_on(struct bh_uplink *u, struct bh_arena *arena, const struct bh_doc *command) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_json_put j = { .out = &text, .compact = true };
        struct bh_uplink_command c = { .id = bh_doc_get_text(command, "id"), .kind = bh_doc_get_text(command, "kind"), .body = bh_doc_get(command, "body") };

        (void) arena;
        if (!c.id.len || !c.kind.len)
                return;
        bh_json_put_doc(&j, NULL, c.body);
        c.text = bh_str_trim(bh_buf_str(&text));
        u->opts.command(u->opts.user, &c);
}

static int read_commands(struct bh_uplink *u, struct bh_str json, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_doc *doc = NULL;
        int r = bh_json_parse(arena, json, &doc, err);

        for (const struct bh_doc *c = r < 0 ? NULL : bh_doc_first(bh_doc_get(doc, "commands")); c; c = c->next)
                hand_on(u, arena, c);
        bh_arena_free(&arena);
        return r;
}

static int ask(struct bh_uplink *u, struct bh_caller *caller, struct bh_http_reply *reply, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf path = { 0 };
        struct bh_http_request q = { .max_bytes = 2 * BH_LIMIT_COMMAND, .limit_ms = WAIT_MS };
        int r;

        bh_buf_puts(&path, "/agent/v1/commands?wait=25&have=");
        if (u->opts.have)
                u->opts.have(u->opts.user, &path);
        bh_buf_putc(&path, '\0');
        r = bh_caller_do(caller, &q, path.at, reply, err);
        if (r >= 0 && reply->status == 200)
                return read_commands(u, bh_buf_str(&reply->body), err);
        return r < 0 ? r : bh_fail(err, BH_E_IO, "the server answers %ld", reply->status);
}

void *bh_uplink_listen(void *uplink) {
        struct bh_uplink *u = uplink;
        struct bh_caller caller = { .uplink = u };
        struct bh_pause pause = { 0 };

        while (!atomic_load(&u->stop) && bh_uplink_rest(u, &pause)) {
                BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
                struct bh_err err = BH_ERR_NONE;

                if (atomic_load(&u->refused)) { /* the sender finds out when that is over */
                        pause.until_ms = bh_uplink_now_ms() + 1000;
                        continue;
                }
                if (ask(u, &caller, &reply, &err) >= 0)
                        pause = (struct bh_pause){ 0 };
                else
                        bh_pause_longer(&pause, reply.status >= 400 && !atomic_load(&u->stop) ? bh_uplink_judge(u, &reply) : 0);
        }
        bh_caller_done(&caller);
        return NULL;
}
