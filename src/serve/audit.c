/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log. Each line's hash is SHA-256 of the hash before it, a blank,
 * and the line as a JSON array; the first follows 64 zeros. Triggers refuse to
 * change lines, and to remove those of the last year (older ones are retention's);
 * who has the file itself can, and the chain shows it.
 */
#include "base/text.h"
#include "fmt/digest.h"
#include "fmt/json_put.h"
#include "serve/routes.h"
#include "store/list.h"

static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";

struct line {
        int64_t at_ms, person_id;
        bool by_token;
        struct bh_str person, address, action, object, before, after;
};

static struct bh_str hash_of(struct bh_arena *arena, struct bh_str before, const struct line *l) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_json_put j = { .out = &text, .compact = true };

        bh_buf_printf(&text, "%.*s ", BH_FMT(before));
        bh_json_put_open(&j, NULL, '[');
        bh_json_put_int(&j, NULL, l->at_ms);
        bh_json_put_str(&j, NULL, l->person);
        bh_json_put_int(&j, NULL, l->person_id);
        bh_json_put_bool(&j, NULL, l->by_token);
        bh_json_put_str(&j, NULL, l->address);
        bh_json_put_str(&j, NULL, l->action);
        bh_json_put_str(&j, NULL, l->object);
        bh_json_put_str(&j, NULL, l->before);
        bh_json_put_str(&j, NULL, l->after);
        bh_json_put_close(&j);
        return bh_str_from(bh_digest_sha256(arena, bh_buf_str(&text)), 7);
}

int bh_call_audit(struct bh_db *db, const struct bh_call *call, const char *action, struct bh_str object, struct bh_str before, struct bh_str after,
                  struct bh_err *err) {
        const struct line l = { call->now_ms, call->who.user_id, call->who.token, call->who.name, call->address, bh_str_of(action), object, before, after };
        struct bh_str last = bh_str_of(zeros);
        int r = bh_db_text(db, "SELECT hash FROM audit ORDER BY id DESC LIMIT 1", BH_NO_ARGS, call->arena, &last, err);

        if (r < 0)
                return bh_wrap(err, r, "audit log");
        r = bh_db_run(db,
                      "INSERT INTO audit(at_ms, person, person_id, by_token, address, action, object, before, after, hash)"
                      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                      BH_ARGS(bh_arg_int(l.at_ms), bh_arg_text(l.person), bh_arg_int(l.person_id), bh_arg_int(l.by_token), bh_arg_text(l.address),
                              bh_arg_text(l.action), bh_arg_text(l.object), bh_arg_text(l.before), bh_arg_text(l.after),
                              bh_arg_text(hash_of(call->arena, last, &l))),
                      NULL, err);
        return r < 0 ? bh_wrap(err, r, "audit log") : 0;
}

static struct line line_of(struct bh_rows *rows) {
        return (struct line){ bh_rows_int(rows, 1),  bh_rows_int(rows, 3),  bh_rows_int(rows, 4) != 0, bh_rows_text(rows, 2), bh_rows_text(rows, 5),
                              bh_rows_text(rows, 6), bh_rows_text(rows, 7), bh_rows_text(rows, 8),     bh_rows_text(rows, 9) };
}

struct chain {
        int64_t n, first, last, first_bad;
        char head[65];
};

/*
 * Ids grow by one: a line that is missing is seen even where the chain was mended. Where retention took old lines away, the
 * first that is left has nothing to be compared with: the chain begins with what it says of itself.
 */
static void join(struct chain *c, struct bh_arena *arena, struct bh_rows *rows) {
        struct bh_str kept = bh_rows_text(rows, 10);
        struct line l = line_of(rows);
        int64_t id = bh_rows_int(rows, 0);
        bool anchor = c->n == 0 && id > 1;

        c->first = c->n ? c->first : id;
        if (!c->first_bad && !anchor && (!bh_str_eq(hash_of(arena, bh_str_of(c->head), &l), kept) || id != c->last + 1))
                c->first_bad = id;
        c->n++;
        c->last = id;
        for (size_t i = 0; i + 1 < sizeof c->head; i++)
                c->head[i] = i < kept.len ? kept.at[i] : '0';
}

static int walk(struct bh_db *db, struct chain *c, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        int r = bh_db_ask(db, "SELECT id, at_ms, person, person_id, by_token, address, action, object, before, after, hash FROM audit ORDER BY id", BH_NO_ARGS,
                          &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                join(c, arena, rows);
                bh_arena_reset(arena);
        }
        return r;
}

static int verify(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct chain chain = { 0 };
        int r;

        memcpy(chain.head, zeros, sizeof chain.head);
        r = walk(call->db, &chain, err);
        if (r < 0)
                return r;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_bool(&j, "whole", chain.first_bad == 0);
        bh_json_put_int(&j, "lines", chain.n);
        bh_json_put_int(&j, "first", chain.first);
        if (chain.first_bad)
                bh_json_put_int(&j, "first_bad", chain.first_bad);
        bh_json_put_cstr(&j, "head", chain.head);
        bh_json_put_close(&j);
        return 0;
}

static const struct bh_list_column columns[] = {
        { "id", "a.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT },
        { "at_ms", "a.at_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT },
        { "person", "a.person", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH | BH_LIST_FACET },
        { "by_token", "a.by_token", BH_LIST_BOOL, BH_LIST_FILTER },
        { "address", "a.address", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH },
        { "action", "a.action", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH | BH_LIST_FACET },
        { "object", "a.object", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH },
        { "before", "a.before", BH_LIST_TEXT, 0 },
        { "after", "a.after", BH_LIST_TEXT, 0 },
        { "hash", "a.hash", BH_LIST_TEXT, BH_LIST_HIDDEN },
        { 0 },
};

static const struct bh_list list = { .name = "audit", .from = "audit a", .key = "a.id", .key_type = BH_LIST_INT, .sort = "-id", .columns = columns };

const struct bh_route bh_routes_audit[] = {
        { "GET", "/api/v1/audit", "listAudit", BH_MAY_AUDIT_READ, NULL, &list, 0 },
        { "GET", "/api/v1/audit/verify", "verifyAudit", BH_MAY_AUDIT_READ, verify, NULL, 0 },
        { 0 },
};
