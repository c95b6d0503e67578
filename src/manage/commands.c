/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/commands.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "fmt/json_put.h"
#include "manage/intake.h"

enum { HOUR_M = 60, MINUTE_MS = 60000, TEXT_MAX = 4096 };

static const char *const kinds[] = { "respond", "scan", "policy", "inventory", "compliance" };

static bool is_kind(struct bh_str word) {
        return bh_str_among(word, kinds, BH_LEN(kinds));
}

int bh_command_add(struct bh_db *db, const struct bh_command_order *o, int64_t *ret_id, struct bh_err *err) {
        static const char sql[] = "INSERT INTO command(agent_id, kind, body, made_by, made_ms, until_ms) SELECT id, ?2, ?3, ?4, ?5, ?6 FROM agent "
                                  "WHERE id = ?1 AND revoked_ms IS NULL RETURNING id";
        unsigned minutes = o->minutes ? o->minutes : HOUR_M;
        int r;

        if (!is_kind(o->kind))
                return bh_fail(err, BH_E_FORMAT, "there is no command %s", BH_QUOTE(o->kind));
        r = bh_db_number(db, sql,
                         BH_ARGS(bh_arg_text(o->agent_id), bh_arg_text(o->kind), bh_arg_text(o->body), bh_arg_text(o->made_by), bh_arg_int(o->now_ms),
                                 bh_arg_int(o->now_ms + (int64_t) minutes * MINUTE_MS)),
                         ret_id, err);
        return r == 0 ? bh_fail(err, BH_E_NOTFOUND, "there is no agent %s, or it is revoked", BH_QUOTE(o->agent_id)) : r < 0 ? r : 0;
}

int bh_agent_of_host(struct bh_db *db, struct bh_str host_id, struct bh_arena *arena, struct bh_str *ret_agent, struct bh_err *err) {
        int r = bh_db_text(db, "SELECT id FROM agent WHERE host_id = ?1 AND revoked_ms IS NULL ORDER BY seen_ms DESC, id LIMIT 1", BH_ARGS(bh_arg_text(host_id)),
                           arena, ret_agent, err);

        return r == 0 ? bh_fail(err, BH_E_NOTFOUND, "host %s has no agent", BH_QUOTE(host_id)) : r < 0 ? r : 0;
}

void bh_command_wake(const struct bh_manage *m, struct bh_str agent_id) {
        bh_manage_wake(m, agent_id);
}

/* ---- handing out ---- */

static bool has(struct bh_str list, int64_t id) {
        struct bh_str word;
        uint64_t n;

        while (bh_str_split(&list, ',', &word))
                if (bh_str_u64(word, &n) && n == (uint64_t) id)
                        return true;
        return false;
}

static void put(struct bh_buf *out, const struct bh_rows *rows) {
        char id[24];

        (void) snprintf(id, sizeof id, "%lld", (long long) bh_rows_int(rows, 0));
        bh_buf_puts(out, out->at[out->len - 1] == '[' ? "{\"id\":\"" : ",{\"id\":\"");
        bh_buf_puts(out, id);
        bh_buf_puts(out, "\",\"kind\":");
        bh_json_put_quoted(out, bh_rows_text(rows, 1));
        bh_buf_puts(out, ",\"body\":");
        bh_buf_add(out, bh_rows_text(rows, 2));
        bh_buf_putc(out, '}');
}

int bh_commands_for(struct bh_db *db, struct bh_str agent_id, struct bh_str have, int64_t now_ms, struct bh_buf *out, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        /* The set of policies is the same for all, and kept once. */
        int r = bh_db_ask(db, "SELECT id, kind, CASE WHEN kind = 'policy' AND body = '{}' THEN COALESCE((SELECT value FROM setting WHERE name = 'policy.set'), body) "
                              "ELSE body END FROM command WHERE agent_id = ?1 AND state IN ('waits', 'sent') AND until_ms > ?2 ORDER BY id LIMIT 100",
                          BH_ARGS(bh_arg_text(agent_id), bh_arg_int(now_ms)), &rows, err);
        bool some = false;

        bh_buf_puts(out, "{\"commands\":[");
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                if (has(have, bh_rows_int(rows, 0)))
                        continue;
                if (some && out->len + bh_rows_text(rows, 2).len > BH_LIMIT_COMMAND)
                        break;
                put(out, rows);
                some = true;
        }
        bh_buf_puts(out, "]}");
        return r < 0 ? r : some;
}

int bh_commands_sent(struct bh_db *db, struct bh_str agent_id, int64_t now_ms, struct bh_err *err) {
        return bh_db_run(db, "UPDATE command SET state = 'sent', sent_ms = ?2 WHERE agent_id = ?1 AND state = 'waits' AND until_ms > ?2",
                         BH_ARGS(bh_arg_text(agent_id), bh_arg_int(now_ms)), NULL, err);
}

int bh_commands_expire(struct bh_db *db, int64_t now_ms, uint64_t *ret_n, struct bh_err *err) {
        return bh_db_run(db, "UPDATE command SET state = 'expired', done_ms = ?1, text = 'its agent did not answer in time' WHERE state IN ('waits', 'sent') "
                             "AND until_ms <= ?1", BH_ARGS(bh_arg_int(now_ms)), ret_n, err);
}

/* ---- results ---- */

static struct bh_str detail_of(const struct bh_doc *detail, struct bh_arena *arena) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        if (!bh_doc_is(detail, BH_DOC_OBJECT))
                return BH_STR("{}");
        bh_json_put_doc(&j, NULL, detail);
        return bh_arena_str(arena, bh_str_trim(bh_buf_str(&out)));
}

static void tell(const struct bh_sender *from, uint64_t id, const char *state, struct bh_str text) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "id", from->agent_id);
        bh_json_put_u64(&j, "command", id);
        bh_json_put_cstr(&j, "state", state);
        bh_json_put_str(&j, "text", text);
        bh_json_put_close(&j);
        bh_manage_live(from->manage, "agents", bh_str_trim(bh_buf_str(&out)));
}

/* Only of a command of this very agent; another's is as good as none. A result that comes twice changes nothing. */
int bh_intake_result(struct bh_db *db, const struct bh_sender *from, const struct bh_item *item, struct bh_arena *arena, struct bh_err *err) {
        const char *state = bh_doc_bool(bh_doc_get(item->body, "ok"), false) ? "done" : "failed";
        struct bh_str text = bh_str_part(bh_doc_get_text(item->body, "text"), 0, TEXT_MAX);
        uint64_t id = 0, changed = 0;
        int64_t known;
        int r;

        if (!bh_str_u64(bh_doc_get_text(item->body, "command"), &id) || id > INT64_MAX)
                return bh_fail(err, BH_E_FORMAT, "a result that names no command");
        r = bh_db_number(db, "SELECT 1 FROM command WHERE id = ?1 AND agent_id = ?2", BH_ARGS(bh_arg_int((int64_t) id), bh_arg_text(from->agent_id)), &known, err);
        if (r <= 0)
                return r < 0 ? r : bh_fail(err, BH_E_FORMAT, "a result of a command that this agent never got");
        r = bh_db_run(db, "UPDATE command SET state = ?3, done_ms = ?4, text = ?5, detail = ?6 WHERE id = ?1 AND agent_id = ?2 AND state <> 'done' AND state <> 'failed'",
                      BH_ARGS(bh_arg_int((int64_t) id), bh_arg_text(from->agent_id), bh_arg_text(bh_str_of(state)), bh_arg_int(from->now_ms), bh_arg_text(text),
                              bh_arg_text(detail_of(bh_doc_get(item->body, "detail"), arena))),
                      &changed, err);
        if (r >= 0 && changed && from->manage)
                tell(from, id, state, text);
        return r < 0 ? r : 0;
}
