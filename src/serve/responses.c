/* SPDX-License-Identifier: Apache-2.0 */
/* Responses: what was asked of nodes, asking, undoing. */
#include "base/limits.h"
#include "manage/commands.h"
#include "manage/responses.h"
#include "serve/mine.h"
#include "serve/words.h"

static const struct bh_list_column columns[] = {
        { "id", "r.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "action", "r.action", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "state", "r.state", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "dry_run", "r.dry_run", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "host_id", "r.host_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "host", "h.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "agent_id", "r.agent_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "container_id", "r.container_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "container", "c.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "pid", "r.pid", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "path", "r.path", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "minutes", "r.minutes", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "why", "r.why", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "incident_id", "r.incident_id", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "undoes", "r.undoes", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "asked_by", "r.asked_by", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "asked_ms", "r.asked_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "sent_ms", "r.sent_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "done_ms", "r.done_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "until_ms", "r.until_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "undone_ms", "r.undone_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "text", "r.text", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "detail", "r.detail", BH_LIST_JSON, 0, NULL },
        { 0 },
};

static const struct bh_list responses = {
        .name = "responses", .from = "response r LEFT JOIN host h ON h.id = r.host_id LEFT JOIN container c ON c.id = r.container_id", .key = "r.id",
        .key_type = BH_LIST_INT, .sort = "-asked_ms", .mine = BH_MINE_IMAGE("c.image_id"), .columns = columns,
};

static int get_response(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = bh_call_id(call, "response", &id, err);

        return r < 0 ? r : bh_list_one(call, &responses, "r.id = ?", bh_arg_int(id), "response", err);
}

static int get_actions(struct bh_call *call, struct bh_err *err) {
        static const char *const cells[] = { "action", "help", "on", "undone_by", NULL };
        static const struct {
                unsigned bit;
                const char *name;
        } on[] = { { BH_ON_CONTAINER, "container" }, { BH_ON_PROCESS, "process" }, { BH_ON_FILE, "file" } };
        struct bh_json_put j = { .out = &call->out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_bool(&j, "dry_run_first", bh_response_dry_run_first(call->db));
        bh_json_put_open(&j, "items", '[');
        for (const struct bh_response_action *a = bh_response_actions; a->name; a++) {
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_cstr(&j, "action", a->name);
                bh_json_put_cstr(&j, "help", a->help);
                bh_json_put_open(&j, "on", '[');
                for (size_t i = 0; i < BH_LEN(on); i++)
                        if (a->on & on[i].bit)
                                bh_json_put_cstr(&j, NULL, on[i].name);
                bh_json_put_close(&j);
                if (a->undone_by)
                        bh_json_put_cstr(&j, "undone_by", a->undone_by);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        return bh_call_items_csv(call, "response-actions", cells, err);
}

struct asking {
        struct bh_call *call;
        struct bh_response_order order;
        int64_t id;
        struct bh_str agent;
};

static int ask_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct asking *a = user;
        struct bh_arena *arena = a->call->arena;
        int r = bh_response_ask(db, &a->order, arena, &a->id, &a->agent, err);

        if (r < 0)
                return r;
        return bh_call_audit(db, a->call, a->order.dry_run ? "response.try" : a->order.undoes ? "response.undo" : "response.ask",
                             bh_arena_printf(arena, "response %lld", (long long) a->id), (struct bh_str){ 0 },
                             bh_arena_printf(arena, "{\"action\":\"%.*s\",\"host\":\"%s\",\"container\":\"%s\",\"pid\":%lld,\"incident\":%lld}", BH_FMT(a->order.action),
                                             BH_QUOTE(a->order.host_id), BH_QUOTE(a->order.container_id), (long long) a->order.pid, (long long) a->order.incident_id),
                             err);
}

static int ask(struct bh_call *call, struct asking *a, struct bh_err *err) {
        int r = bh_response_check(&a->order, err);

        r = r < 0 ? r : bh_store_write(call->store, ask_fn, a, err);
        if (r < 0)
                return r;
        bh_command_wake(call->user, a->agent);
        r = bh_store_refresh(call->db, err);
        call->status = 201;
        return r < 0 ? r : bh_list_one(call, &responses, "r.id = ?", bh_arg_int(a->id), "response", err);
}

static int post_response(struct bh_call *call, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "action", true }, { "host_id", false }, { "container_id", false }, { "pid", false },        { "path", false },
                                                  { "why", true },    { "dry_run", false }, { "minutes", false },      { "incident_id", false } };
        struct asking a = { .call = call, .order = { .by = call->who.name, .now_ms = call->now_ms } };
        struct bh_response_order *o = &a.order;
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        r = r < 0 ? r : bh_body_text(&f, body, "action", 100, &o->action, err);
        r = r < 0 ? r : bh_body_text(&f, body, "host_id", 200, &o->host_id, err);
        r = r < 0 ? r : bh_body_text(&f, body, "container_id", 200, &o->container_id, err);
        r = r < 0 ? r : bh_body_text(&f, body, "path", 4096, &o->path, err);
        r = r < 0 ? r : bh_body_text(&f, body, "why", BH_LIMIT_NOTE, &o->why, err);
        r = r < 0 ? r : bh_body_int(&f, body, "pid", 3, 4194304, 0, &o->pid, err);
        r = r < 0 ? r : bh_body_int(&f, body, "minutes", 1, 7 * 24 * 60, 0, &o->minutes, err);
        r = r < 0 ? r : bh_body_int(&f, body, "incident_id", 1, INT64_MAX, 0, &o->incident_id, err);
        r = r < 0 ? r : bh_body_bool(&f, body, "dry_run", false, &o->dry_run, err);
        return r < 0 ? r : ask(call, &a, err);
}

/* What was done, to ask for its opposite on the same. */
static int read_done(struct bh_call *call, int64_t id, struct bh_response_order *o, struct bh_err *err) {
        static const char sql[] = "SELECT action, host_id, container_id, COALESCE(pid, 0), path, COALESCE(incident_id, 0), state, dry_run FROM response WHERE id = ?1";
        const struct bh_response_action *a;
        struct bh_rows *rows = NULL;
        struct bh_str state = { 0 };
        bool dry = false;
        int r = bh_db_ask(call->db, sql, BH_ARGS(bh_arg_int(id)), &rows, err);

        if (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                o->action = bh_rows_copy(rows, 0, call->arena);
                o->host_id = bh_rows_copy(rows, 1, call->arena);
                o->container_id = bh_rows_copy(rows, 2, call->arena);
                o->pid = bh_rows_int(rows, 3);
                o->path = bh_rows_copy(rows, 4, call->arena);
                o->incident_id = bh_rows_int(rows, 5);
                state = bh_rows_copy(rows, 6, call->arena);
                dry = bh_rows_int(rows, 7) != 0;
        }
        bh_rows_done(&rows);
        if (r <= 0)
                return r < 0 ? r : bh_fail(err, BH_E_NOTFOUND, "there is no response %lld", (long long) id);
        a = bh_response_action_of(o->action);
        if (!a || !a->undone_by)
                return bh_fail(err, BH_E_FORMAT, "%s cannot be undone", BH_QUOTE(o->action));
        if (dry || !bh_str_is(state, "done"))
                return bh_fail(err, BH_E_FORMAT, "there is nothing to undo: %s", dry ? "it was a dry run" : BH_QUOTE(state));
        o->action = bh_str_of(a->undone_by);
        return 0;
}

static int post_undo(struct bh_call *call, struct bh_err *err) {
        struct asking a = { .call = call, .order = { .by = call->who.name, .now_ms = call->now_ms } };
        int r = bh_call_id(call, "response", &a.order.undoes, err);

        r = r < 0 ? r : read_done(call, a.order.undoes, &a.order, err);
        a.order.why = bh_arena_printf(call->arena, "undo of response %lld", (long long) a.order.undoes);
        return r < 0 ? r : ask(call, &a, err);
}

const struct bh_route bh_routes_responses[] = {
        { "GET", "/api/v1/responses", "listResponses", BH_MAY_READ, NULL, &responses, 0 },
        { "POST", "/api/v1/responses", "askResponse", BH_MAY_RESPOND, post_response, NULL, 0 },
        { "GET", "/api/v1/responses/{id}", "getResponse", BH_MAY_READ, get_response, NULL, 0 },
        { "POST", "/api/v1/responses/{id}/undo", "undoResponse", BH_MAY_RESPOND, post_undo, NULL, 0 },
        { "GET", "/api/v1/response-actions", "listResponseActions", BH_MAY_READ, get_actions, NULL, 0 },
        { 0 },
};
