/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/responses.h"

#include <stdlib.h>

#include "base/near.h"
#include "base/vec.h"
#include "fmt/json_put.h"
#include "manage/commands.h"

enum { FETCH_MINUTES = 10, TRIED_MS = 3600 * 1000, LONGEST_MINUTES = 7 * 24 * 60 };

const struct bh_response_action bh_response_actions[] = {
        { "pause", "freeze the container", BH_ON_CONTAINER, "resume" },
        { "resume", "let a frozen container run on", BH_ON_CONTAINER, NULL },
        { "isolate", "take the container's network", BH_ON_CONTAINER, "release" },
        { "release", "give it back", BH_ON_CONTAINER, NULL },
        { "stop", "end the container as its engine does", BH_ON_CONTAINER, NULL },
        { "kill", "end the container at once", BH_ON_CONTAINER, NULL },
        { "kill-process", "end a process and what it started", BH_ON_PROCESS, NULL },
        { "quarantine", "take a file away and keep it", BH_ON_FILE, "restore" },
        { "restore", "put a file back from quarantine", BH_ON_FILE, NULL },
        { "evidence", "keep evidence of a container or a process", BH_ON_CONTAINER | BH_ON_PROCESS, NULL },
        { 0 },
};

const struct bh_response_action *bh_response_action_of(struct bh_str name) {
        for (const struct bh_response_action *a = bh_response_actions; a->name; a++)
                if (bh_str_is(name, a->name))
                        return a;
        return NULL;
}

static int unknown(struct bh_str name, struct bh_err *err) {
        const char *names[BH_LEN(bh_response_actions)], *near;
        size_t n = 0;

        for (const struct bh_response_action *a = bh_response_actions; a->name; a++)
                names[n++] = a->name;
        near = bh_nearest(name, names, n);
        return bh_fail(err, BH_E_FORMAT, "there is no action \"%s\"%s%s%s", BH_QUOTE(name), near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

int bh_response_check(const struct bh_response_order *o, struct bh_err *err) {
        const struct bh_response_action *a = bh_response_action_of(o->action);
        unsigned given = (o->container_id.len ? BH_ON_CONTAINER : 0u) | (o->pid > 0 ? BH_ON_PROCESS : 0u) | (o->path.len ? BH_ON_FILE : 0u);

        if (!a)
                return unknown(o->action, err);
        if (!(a->on & given))
                return bh_fail(err, BH_E_FORMAT, "%s needs a %s", a->name,
                               a->on == BH_ON_PROCESS ? "pid" : a->on == BH_ON_FILE ? "path" : a->on == BH_ON_CONTAINER ? "container_id" : "container_id or a pid");
        if (o->path.len && o->path.at[0] != '/')
                return bh_fail(err, BH_E_FORMAT, "\"path\" must begin with /");
        if (o->minutes && !a->undone_by)
                return bh_fail(err, BH_E_FORMAT, "%s cannot be undone, so it has no \"minutes\"", a->name);
        if (o->minutes < 0 || o->minutes > LONGEST_MINUTES)
                return bh_fail(err, BH_E_FORMAT, "\"minutes\" must be from 1 to %d", LONGEST_MINUTES);
        if (!o->host_id.len && !o->container_id.len)
                return bh_fail(err, BH_E_FORMAT, "say on which host: host_id");
        return 0;
}

/* ---- asking ---- */

bool bh_response_dry_run_first(struct bh_db *db) {
        int64_t off = 0;

        return !(bh_db_number(db, "SELECT COUNT(*) FROM setting WHERE name = 'responses.dry_run_first' AND value = 'false'", BH_NO_ARGS, &off, NULL) > 0 && off);
}

/* Undoing makes nothing worse, and looking harms nobody. */
static bool needs_trial(const struct bh_response_order *o) {
        return !o->dry_run && !o->undoes && !bh_str_is(o->action, "evidence") && !bh_str_is(o->action, "resume") && !bh_str_is(o->action, "release");
}

static int was_tried(struct bh_db *db, const struct bh_response_order *o, struct bh_err *err) {
        static const char sql[] = "SELECT COUNT(*) FROM response WHERE action = ?1 AND host_id = ?2 AND container_id = ?3 AND COALESCE(pid, 0) = ?4 AND path = ?5 "
                                  "AND dry_run = 1 AND state = 'done' AND done_ms >= ?6";
        int64_t n = 0;
        int r = bh_db_number(db, sql,
                             BH_ARGS(bh_arg_text(o->action), bh_arg_text(o->host_id), bh_arg_text(o->container_id), bh_arg_int(o->pid), bh_arg_text(o->path),
                                     bh_arg_int(o->now_ms - TRIED_MS)),
                             &n, err);

        if (r < 0 || n > 0)
                return r < 0 ? r : 0;
        return bh_fail(err, BH_E_DENIED, "a dry run comes first: ask for the same with dry_run, and see what it would do");
}

static int find_host(struct bh_db *db, struct bh_response_order *o, struct bh_arena *arena, struct bh_err *err) {
        struct bh_str host = { 0 };
        int r = 1;

        if (o->container_id.len)
                r = bh_db_text(db, "SELECT host_id FROM container WHERE id = ?1", BH_ARGS(bh_arg_text(o->container_id)), arena, &host, err);
        if (r < 0)
                return r;
        if (o->container_id.len && r == 0 && !o->host_id.len)
                return bh_fail(err, BH_E_NOTFOUND, "there is no container %s", BH_QUOTE(o->container_id));
        if (o->host_id.len && host.len && !bh_str_eq(host, o->host_id))
                return bh_fail(err, BH_E_FORMAT, "that container is on another host");
        o->host_id = host.len ? host : o->host_id;
        return 0;
}

static struct bh_str body_of(const struct bh_response_order *o, struct bh_arena *arena) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "action", o->action);
        bh_json_put_some(&j, "container", o->container_id);
        if (o->pid > 0)
                bh_json_put_int(&j, "pid", o->pid);
        bh_json_put_some(&j, "path", o->path);
        bh_json_put_bool(&j, "dry_run", o->dry_run);
        if (o->minutes > 0)
                bh_json_put_int(&j, "minutes", o->minutes);
        bh_json_put_str(&j, "why", o->why);
        bh_json_put_close(&j);
        return bh_arena_str(arena, bh_str_trim(bh_buf_str(&out)));
}

static int put_row(struct bh_db *db, const struct bh_response_order *o, struct bh_str agent, int64_t command, int64_t *ret_id, struct bh_arena *arena,
                   struct bh_err *err) {
        static const char sql[] = "INSERT INTO response(host_id, agent_id, container_id, pid, path, action, dry_run, minutes, why, incident_id, undoes, command_id, "
                                  "asked_by, asked_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) RETURNING id";

        return bh_db_number(db, sql,
                            BH_ARGS(bh_arg_text(o->host_id), bh_arg_text(agent), bh_arg_text(o->container_id), o->pid > 0 ? bh_arg_int(o->pid) : bh_arg_null(),
                                    bh_arg_text(o->path), bh_arg_text(o->action), bh_arg_int(o->dry_run), o->minutes > 0 ? bh_arg_int(o->minutes) : bh_arg_null(),
                                    bh_arg_text(o->why), o->incident_id > 0 ? bh_arg_int(o->incident_id) : bh_arg_null(),
                                    o->undoes > 0 ? bh_arg_int(o->undoes) : bh_arg_null(), bh_arg_text(bh_arena_printf(arena, "%lld", (long long) command)),
                                    bh_arg_text(o->by), bh_arg_int(o->now_ms)),
                            ret_id, err);
}

int bh_response_ask(struct bh_db *db, struct bh_response_order *o, struct bh_arena *arena, int64_t *ret_id, struct bh_str *ret_agent, struct bh_err *err) {
        struct bh_command_order order = { .kind = BH_STR("respond"), .made_by = o->by, .now_ms = o->now_ms, .minutes = FETCH_MINUTES };
        int64_t command = 0;
        int r = find_host(db, o, arena, err);

        if (r >= 0 && needs_trial(o) && bh_response_dry_run_first(db))
                r = was_tried(db, o, err);
        r = r < 0 ? r : bh_agent_of_host(db, o->host_id, arena, &order.agent_id, err);
        order.body = body_of(o, arena);
        r = r < 0 ? r : bh_command_add(db, &order, &command, err);
        r = r < 0 ? r : put_row(db, o, order.agent_id, command, ret_id, arena, err);
        if (r >= 0)
                *ret_agent = order.agent_id;
        return r < 0 ? r : 0;
}

/* ---- following ---- */

struct change {
        int64_t id, incident_id, undoes, sent_ms, done_ms, minutes;
        struct bh_str state, text, detail, action;
        bool dry_run;
};
BH_VEC_OF(changes, struct change);

struct responses {
        struct bh_manage *manage;
};

struct turn {
        struct changes changes;
        int64_t now_ms;
};

static int read_changes(struct bh_db *db, struct bh_arena *arena, struct changes *ret, struct bh_err *err) {
        static const char sql[] = "SELECT r.id, COALESCE(r.incident_id, 0), COALESCE(r.undoes, 0), COALESCE(k.sent_ms, 0), COALESCE(k.done_ms, 0), COALESCE(r.minutes, 0), "
                                  "r.dry_run, CASE k.state WHEN 'waits' THEN 'asked' WHEN 'expired' THEN 'failed' ELSE k.state END, "
                                  "CASE k.state WHEN 'expired' THEN 'no agent fetched it in its time' ELSE k.text END, k.detail, r.action "
                                  "FROM response r JOIN command k ON k.id = CAST(r.command_id AS INTEGER) WHERE r.state IN ('asked', 'sent') "
                                  "AND r.state <> CASE k.state WHEN 'waits' THEN 'asked' ELSE k.state END";
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, BH_NO_ARGS, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *bh_vec_add(arena, ret) = (struct change){
                        .id = bh_rows_int(rows, 0), .incident_id = bh_rows_int(rows, 1), .undoes = bh_rows_int(rows, 2), .sent_ms = bh_rows_int(rows, 3),
                        .done_ms = bh_rows_int(rows, 4), .minutes = bh_rows_int(rows, 5), .dry_run = bh_rows_int(rows, 6) != 0,
                        .state = bh_rows_copy(rows, 7, arena), .text = bh_rows_copy(rows, 8, arena), .detail = bh_rows_copy(rows, 9, arena),
                        .action = bh_rows_copy(rows, 10, arena),
                };
        bh_rows_done(&rows);
        return r < 0 ? r : 0;
}

static int write_change(struct bh_db *db, const struct change *c, struct bh_err *err) {
        static const char sql[] = "UPDATE response SET state = ?2, sent_ms = ?3, done_ms = ?4, text = ?5, detail = ?6, until_ms = ?7 WHERE id = ?1";
        bool done = bh_str_is(c->state, "done"), timed = done && c->minutes > 0 && !c->dry_run;
        int r = bh_db_run(db, sql,
                          BH_ARGS(bh_arg_int(c->id), bh_arg_text(c->state), c->sent_ms ? bh_arg_int(c->sent_ms) : bh_arg_null(),
                                  c->done_ms ? bh_arg_int(c->done_ms) : bh_arg_null(), bh_arg_text(c->text), bh_arg_text(c->detail.len ? c->detail : BH_STR("{}")),
                                  timed ? bh_arg_int(c->done_ms + c->minutes * 60000) : bh_arg_null()),
                          NULL, err);

        if (r < 0 || !done || !c->undoes)
                return r;
        return bh_db_run(db, "UPDATE response SET state = 'undone', undone_ms = ?2 WHERE id = ?1", BH_ARGS(bh_arg_int(c->undoes), bh_arg_int(c->done_ms)), NULL, err);
}

static int write_turn(struct bh_db *db, void *user, struct bh_err *err) {
        const struct turn *t = user;
        int r = bh_db_run(db, "UPDATE response SET state = 'undone', undone_ms = until_ms WHERE state = 'done' AND until_ms <= ?1", BH_ARGS(bh_arg_int(t->now_ms)), NULL,
                          err);

        for (size_t i = 0; r >= 0 && i < t->changes.len; i++)
                r = write_change(db, &t->changes.at[i], err);
        return r < 0 ? r : 0;
}

static void tell(const struct bh_manage *m, const struct change *c) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        if (c->incident_id)
                bh_json_put_int(&j, "id", c->incident_id);
        bh_json_put_open(&j, "response", '{');
        bh_json_put_int(&j, "id", c->id);
        bh_json_put_str(&j, "action", c->action);
        bh_json_put_str(&j, "state", c->state);
        bh_json_put_bool(&j, "dry_run", c->dry_run);
        bh_json_put_str(&j, "text", c->text);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        bh_manage_live(m, "incidents", bh_str_trim(bh_buf_str(&out)));
}

static int look(struct responses *p, struct turn *t, struct bh_arena *arena, struct bh_err *err) {
        struct bh_store *store = bh_manage_opts(p->manage)->store;
        struct bh_db *db = NULL;
        int64_t over = 0;
        int r = bh_store_borrow(store, &db, err);

        if (r < 0)
                return r;
        r = read_changes(db, arena, &t->changes, err);
        r = r < 0 ? r : bh_db_number(db, "SELECT COUNT(*) FROM response WHERE state = 'done' AND until_ms <= ?1", BH_ARGS(bh_arg_int(t->now_ms)), &over, err);
        bh_store_give_back(store, &db);
        return r < 0 ? r : over > 0 || t->changes.len > 0;
}

static void tick_part(void *part, int64_t now_ms) {
        struct responses *p = part;
        struct bh_arena *arena = bh_arena_new();
        struct turn t = { .now_ms = now_ms };

        if (look(p, &t, arena, NULL) > 0 && bh_store_write(bh_manage_opts(p->manage)->store, write_turn, &t, NULL) >= 0)
                for (size_t i = 0; i < t.changes.len; i++)
                        tell(p->manage, &t.changes.at[i]);
        bh_arena_free(&arena);
}

static int open_part(struct bh_manage *m, void **ret, struct bh_err *err) {
        struct responses *p = calloc(1, sizeof *p);

        (void) err;
        if (!p)
                bh_nomem(sizeof *p);
        p->manage = m;
        *ret = p;
        return 0;
}

static void close_part(void **part) {
        free(*part);
        *part = NULL;
}

const struct bh_manage_part bh_part_responses = { .name = "responses", .open = open_part, .tick = tick_part, .close = close_part };
