/* SPDX-License-Identifier: Apache-2.0 */
/* Agents, as people see and lead them: the list, one of them, what it was asked to do, who may enrol. */
#include <stdio.h>

#include "base/limits.h"
#include "manage/agents.h"
#include "manage/commands.h"
#include "serve/mine.h"
#include "serve/server.h"
#include "serve/words.h"

static const struct bh_list_column columns[] = {
        { "id", "a.id", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "name", "a.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "host_id", "a.host_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "environment", "h.environment", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "state", "a.state", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, NULL },
        { "version", "a.version", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, NULL },
        { "address", "a.address", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "enrolled_ms", "a.enrolled_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "seen_ms", "a.seen_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "revoked_ms", "a.revoked_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "certificate_until_ms", "a.certificate_until_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "skew_ms", "a.skew_ms", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "sensor", "a.sensor", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "rules", "a.rules", BH_LIST_INT, BH_LIST_SORT, NULL },
        { "policy_version", "a.policy_version", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "cpu_ms", "a.cpu_ms", BH_LIST_INT, 0, NULL },
        { "rss_bytes", "a.rss_bytes", BH_LIST_INT, BH_LIST_SORT, NULL },
        { "spool_items", "a.spool_items", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "spool_bytes", "a.spool_bytes", BH_LIST_INT, 0, NULL },
        { "stored", "a.stored", BH_LIST_INT, BH_LIST_SORT, NULL },
        { "dropped", "a.dropped", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "refused", "a.refused", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "lost", "a.lost", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "missing", "(SELECT coalesce(sum(e.acked - e.stored - e.dropped), 0) FROM agent_epoch e WHERE e.agent_id = a.id)", BH_LIST_INT, BH_LIST_HIDDEN, NULL },
        { "certificate", "a.certificate", BH_LIST_TEXT, BH_LIST_HIDDEN, NULL },
        { "revoked_by", "a.revoked_by", BH_LIST_TEXT, BH_LIST_HIDDEN, NULL },
        { "revoked_why", "a.revoked_why", BH_LIST_TEXT, BH_LIST_HIDDEN, NULL },
        { "away_ms", "a.away_ms", BH_LIST_TIME, BH_LIST_HIDDEN, NULL },
        { "status_ms", "a.status_ms", BH_LIST_TIME, BH_LIST_HIDDEN, NULL },
        { "status", "a.status", BH_LIST_JSON, BH_LIST_HIDDEN, NULL },
        { 0 },
};
static const struct bh_list agents = { .name = "agents", .from = "agent a LEFT JOIN host h ON h.id = a.host_id", .key = "a.id", .key_type = BH_LIST_TEXT,
                                       .sort = "-seen_ms", .mine = BH_MINE_NOTHING, .columns = columns };

static const struct bh_list_column note_columns[] = {
        { "id", "n.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "at_ms", "n.at_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "kind", "n.kind", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "text", "n.text", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { 0 },
};
static const struct bh_list notes = { .name = "agent-notes", .from = "agent_note n", .key = "n.id", .key_type = BH_LIST_INT, .sort = "-id",
                                      .mine = BH_MINE_NOTHING, .columns = note_columns };

static const struct bh_list_column command_columns[] = {
        { "id", "c.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "agent_id", "c.agent_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "kind", "c.kind", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "body", "CASE WHEN c.kind = 'policy' THEN '{}' ELSE c.body END", BH_LIST_JSON, 0, NULL },
        { "made_by", "c.made_by", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "made_ms", "c.made_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "until_ms", "c.until_ms", BH_LIST_TIME, 0, NULL },
        { "sent_ms", "c.sent_ms", BH_LIST_TIME, 0, NULL },
        { "done_ms", "c.done_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "state", "c.state", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "text", "c.text", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "detail", "c.detail", BH_LIST_JSON, 0, NULL },
        { 0 },
};
static const struct bh_list commands = { .name = "commands", .from = "command c", .key = "c.id", .key_type = BH_LIST_INT, .sort = "-id", .mine = BH_MINE_NOTHING,
                                         .columns = command_columns };

static const struct bh_list_column token_columns[] = {
        { "id", "t.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "name", "t.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "environment", "t.environment", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "made_by", "t.made_by", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "made_ms", "t.made_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "until_ms", "t.until_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "max_uses", "t.max_uses", BH_LIST_INT, 0, NULL },
        { "uses", "t.uses", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "used_ms", "t.used_ms", BH_LIST_TIME, 0, NULL },
        { "revoked_ms", "t.revoked_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { 0 },
};
static const struct bh_list tokens = { .name = "enrolment-tokens", .from = "enrolment_token t", .key = "t.id", .key_type = BH_LIST_INT, .sort = "-id",
                                       .mine = BH_MINE_NOTHING, .columns = token_columns };

static int get_agent(struct bh_call *call, struct bh_err *err) {
        return bh_list_one(call, &agents, "a.id = ?", bh_arg_text(bh_call_part(call, "id")), "agent", err);
}

static int get_notes(struct bh_call *call, struct bh_err *err) {
        return bh_list_reply(call, &notes, "n.agent_id = ?", bh_arg_text(bh_call_part(call, "id")), err);
}

static int get_commands(struct bh_call *call, struct bh_err *err) {
        return bh_list_reply(call, &commands, "c.agent_id = ?", bh_arg_text(bh_call_part(call, "id")), err);
}

/* ---- revoking ---- */

struct change {
        struct bh_call *call;
        struct bh_str id, why;
        struct bh_command_order order;
        struct bh_enrolment_order enrolment;
        struct bh_str token;
        int64_t number;
};

static int revoke_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct change *c = user;
        int r = bh_agent_revoke(db, c->id, c->call->who.name, c->why, c->call->now_ms, err);

        return r < 0 ? r : bh_call_audit(db, c->call, "agent.revoke", c->id, (struct bh_str){ 0 }, (struct bh_str){ 0 }, err);
}

static void tell(struct bh_call *call, struct bh_str id, const char *state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "id", id);
        bh_json_put_cstr(&j, "state", state);
        bh_json_put_close(&j);
        bh_live_publish(call->server, "agents", bh_str_trim(bh_buf_str(&out)));
}

static int post_revoke(struct bh_call *call, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "why", false } };
        struct change c = { .call = call, .id = bh_call_part(call, "id") };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int r = call->body.len ? bh_call_object(call, keys, BH_LEN(keys), &body, &f, err) : 0;

        if (r >= 0 && body)
                r = bh_body_text(&f, body, "why", BH_LIMIT_NOTE, &c.why, err);
        r = r < 0 ? r : bh_store_write(call->store, revoke_fn, &c, err);
        if (r < 0)
                return r;
        bh_command_wake(call->user, c.id); /* it hears of it now, not in 25 seconds */
        tell(call, c.id, "revoked");
        call->status = 204;
        return 0;
}

/* ---- commands ---- */

/* To act on a node, or to change what nodes watch by, takes more than leading agents. */
static int may_order(const struct bh_call *call, struct bh_str kind, struct bh_err *err) {
        enum bh_permission needs = bh_str_is(kind, "respond") ? BH_MAY_RESPOND : bh_str_is(kind, "policy") ? BH_MAY_POLICY_WRITE : BH_MAY_AGENTS_WRITE;

        return call->who.may & (1u << needs) ? 0 : bh_fail(err, BH_E_DENIED, "you may not give commands of kind %s", BH_QUOTE(kind));
}

static int order_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct change *c = user;
        char object[80];
        int r = bh_command_add(db, &c->order, &c->number, err);

        (void) snprintf(object, sizeof object, "command %lld", (long long) c->number);
        return r < 0 ? r : bh_call_audit(db, c->call, "agent.command", bh_str_of(object), (struct bh_str){ 0 }, bh_str_part(c->call->body, 0, BH_LIMIT_NOTE), err);
}

static int read_order(struct bh_call *call, struct change *c, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "kind", true }, { "body", false }, { "minutes", false } };
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_json_put j = { .out = &text, .compact = true };
        const struct bh_doc *body = NULL, *inner;
        struct bh_row_file f;
        int64_t minutes = 0;
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        r = r < 0 ? r : bh_body_text(&f, body, "kind", 32, &c->order.kind, err);
        r = r < 0 ? r : bh_body_int(&f, body, "minutes", 1, 7 * 24 * 60, 60, &minutes, err);
        r = r < 0 ? r : may_order(call, c->order.kind, err);
        if (r < 0)
                return r;
        inner = bh_doc_get(body, "body");
        if (inner && !bh_doc_is(inner, BH_DOC_OBJECT))
                return bh_fail(err, BH_E_FORMAT, "\"body\" must be an object");
        if (inner)
                bh_json_put_doc(&j, NULL, inner);
        c->order.body = inner ? bh_arena_str(call->arena, bh_str_trim(bh_buf_str(&text))) : BH_STR("{}");
        c->order.minutes = (unsigned) minutes;
        return 0;
}

static int post_command(struct bh_call *call, struct bh_err *err) {
        struct change c = { .call = call, .id = bh_call_part(call, "id") };
        struct bh_json_put j = { .out = &call->out, .compact = true };
        int r = read_order(call, &c, err);

        c.order.agent_id = c.id;
        c.order.made_by = call->who.name;
        c.order.now_ms = call->now_ms;
        r = r < 0 ? r : bh_store_write(call->store, order_fn, &c, err);
        if (r < 0)
                return r;
        bh_command_wake(call->user, c.id);
        call->status = 202;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "id", c.number);
        bh_json_put_cstr(&j, "state", "waits");
        bh_json_put_close(&j);
        return 0;
}

/* ---- enrolment ---- */

static int token_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct change *c = user;
        char object[80];
        int r = bh_enrolment_make(db, bh_server_opts(c->call->server)->state_dir, &c->enrolment, c->call->arena, &c->token, &c->number, err);

        (void) snprintf(object, sizeof object, "enrolment token %lld", (long long) c->number);
        return r < 0 ? r : bh_call_audit(db, c->call, "agent.token", bh_str_of(object), (struct bh_str){ 0 }, (struct bh_str){ 0 }, err);
}

static int read_token(struct bh_call *call, struct bh_enrolment_order *o, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "name", false }, { "environment", false }, { "server", false }, { "hours", false }, { "uses", false } };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int64_t hours = 0, uses = 0;
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        r = r < 0 ? r : bh_body_text(&f, body, "name", 200, &o->name, err);
        r = r < 0 ? r : bh_body_text(&f, body, "environment", 64, &o->environment, err);
        r = r < 0 ? r : bh_body_text(&f, body, "server", 260, &o->server, err);
        r = r < 0 ? r : bh_body_int(&f, body, "hours", 1, 24 * 365, 24, &hours, err);
        r = r < 0 ? r : bh_body_int(&f, body, "uses", 1, 100000, 1, &uses, err);
        o->hours = (unsigned) hours;
        o->uses = (unsigned) uses;
        if (!o->server.len)
                o->server = bh_call_header(call, "Host"); /* where this person reaches us, agents may too */
        return r;
}

static int post_token(struct bh_call *call, struct bh_err *err) {
        struct change c = { .call = call, .enrolment = { .made_by = call->who.name, .now_ms = call->now_ms } };
        struct bh_json_put j = { .out = &call->out, .compact = true };
        int r = read_token(call, &c.enrolment, err);

        r = r < 0 ? r : bh_store_write(call->store, token_fn, &c, err);
        if (r < 0)
                return r;
        call->status = 201;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "id", c.number);
        bh_json_put_str(&j, "token", c.token);
        bh_json_put_int(&j, "until_ms", call->now_ms + c.enrolment.hours * 3600000ll);
        bh_json_put_close(&j);
        return 0;
}

static int end_token_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct change *c = user;
        uint64_t n = 0;
        char object[80];
        int r = bh_db_run(db, "UPDATE enrolment_token SET revoked_ms = ?2 WHERE id = ?1 AND revoked_ms IS NULL",
                          BH_ARGS(bh_arg_int(c->number), bh_arg_int(c->call->now_ms)), &n, err);

        (void) snprintf(object, sizeof object, "enrolment token %lld", (long long) c->number);
        if (r >= 0 && n == 0)
                return bh_fail(err, BH_E_NOTFOUND, "there is no %s that holds", object);
        return r < 0 ? r : bh_call_audit(db, c->call, "agent.token.end", bh_str_of(object), (struct bh_str){ 0 }, (struct bh_str){ 0 }, err);
}

static int delete_token(struct bh_call *call, struct bh_err *err) {
        struct change c = { .call = call };
        int r = bh_call_id(call, "enrolment token", &c.number, err);

        r = r < 0 ? r : bh_store_write(call->store, end_token_fn, &c, err);
        if (r >= 0)
                call->status = 204;
        return r < 0 ? r : 0;
}

const struct bh_route bh_routes_agents[] = {
        { "GET", "/api/v1/agents", "listAgents", BH_MAY_READ, NULL, &agents, 0 },
        { "GET", "/api/v1/agents/{id}", "getAgent", BH_MAY_READ, get_agent, NULL, 0 },
        { "POST", "/api/v1/agents/{id}/revoke", "revokeAgent", BH_MAY_AGENTS_WRITE, post_revoke, NULL, 0 },
        { "GET", "/api/v1/agents/{id}/notes", "listAgentNotes", BH_MAY_READ, get_notes, NULL, 0 },
        { "GET", "/api/v1/agents/{id}/commands", "listAgentCommands", BH_MAY_READ, get_commands, NULL, 0 },
        { "POST", "/api/v1/agents/{id}/commands", "commandAgent", BH_MAY_AGENTS_WRITE, post_command, NULL, 0 },
        { "GET", "/api/v1/enrolment-tokens", "listEnrolmentTokens", BH_MAY_AGENTS_WRITE, NULL, &tokens, 0 },
        { "POST", "/api/v1/enrolment-tokens", "makeEnrolmentToken", BH_MAY_AGENTS_WRITE, post_token, NULL, 0 },
        { "DELETE", "/api/v1/enrolment-tokens/{id}", "endEnrolmentToken", BH_MAY_AGENTS_WRITE, delete_token, NULL, 0 },
        { 0 },
};
