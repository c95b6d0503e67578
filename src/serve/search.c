/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One box that finds everything by its name: a few of each kind, those first
 * whose name is what was typed, then those that begin with it, then those
 * that have it in them; among equals, the riskiest. What took too long to
 * look through is said, not waited for.
 */
#include "fmt/json_put.h"
#include "serve/mine.h"
#include "serve/routes.h"
#include "store/conn.h"

enum { EACH = 8, LEAST = 2, MOST = 200, KIND_MS = 60 };

/* ?1: the person; ?2: what was typed; ?3: what begins so; ?4: what has it in it; both as patterns of LIKE. */
#define RANK(column) " ORDER BY CASE WHEN lower(" column ")=lower(?2) THEN 0 WHEN " column " LIKE ?3 ESCAPE '\\' THEN 1 ELSE 2 END, "
#define HAS(column) column " LIKE ?4 ESCAPE '\\'"

static const struct kind {
        const char *name, *path; /* of the console: path and the id */
        const char *sql;         /* id, name, a further word or two, time it is gone */
        const char *mine;        /* the condition of those who see what their teams own; NULL: not for them */
        const char *order;
} kinds[] = {
        { "images", "/images/", "SELECT i.id, i.name, i.distro, NULL FROM image i WHERE (" HAS("i.name") " OR " HAS("i.id") ")", BH_MINE_IMAGE("i.id"),
          RANK("i.name") "i.risk DESC, i.id" },
        { "hosts", "/hosts/", "SELECT h.id, h.name, h.address, h.gone_ms FROM host h WHERE (" HAS("h.name") " OR " HAS("h.id") " OR " HAS("h.address") ")", NULL,
          RANK("h.name") "h.risk DESC, h.id" },
        { "containers", "/containers/", "SELECT c.id, c.name, c.image_ref, c.gone_ms FROM container c WHERE (" HAS("c.name") " OR " HAS("c.id") ")",
          BH_MINE_IMAGE("c.image_id"), RANK("c.name") "c.gone_ms IS NOT NULL, c.risk DESC, c.id" },
        { "packages", "/packages/", "SELECT p.id, p.name, p.version || ' (' || p.eco || ')', NULL FROM package p WHERE " HAS("p.name"),
          "p.id IN (SELECT h.package_id FROM holding h WHERE " BH_MINE_IMAGE("h.subject") ")", RANK("p.name") "p.name, p.id" },
        { "vulnerabilities", "/vulnerabilities/", "SELECT v.id, v.id, v.title, NULL FROM vuln v WHERE (" HAS("v.id") " OR " HAS("v.title") ")",
          "v.id IN (SELECT f.vuln_id FROM finding f WHERE " BH_MINE_IMAGE("f.subject") ")", RANK("v.id") "v.risk DESC, v.id" },
        { "rules", "/alerts?f.rule=", "SELECT r.rule, r.rule, r.n || ' alerts', NULL FROM (SELECT rule, sum(n) AS n FROM alert_count GROUP BY rule HAVING sum(n)>0) r WHERE " HAS("r.rule"),
          NULL, RANK("r.rule") "r.n DESC, r.rule" },
        { "incidents", "/incidents/", "SELECT i.id, i.title, i.status, i.closed_ms FROM incident i WHERE (" HAS("i.title") " OR i.id=?2)", BH_MINE_IMAGE("i.image_id"),
          RANK("i.title") "i.last_ms DESC, i.id" },
};

static struct bh_str pattern(struct bh_arena *arena, const char *before, struct bh_str text) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };

        bh_buf_puts(&b, before);
        for (size_t i = 0; i < text.len; i++) {
                if (text.at[i] == '%' || text.at[i] == '_' || text.at[i] == '\\')
                        bh_buf_putc(&b, '\\');
                bh_buf_putc(&b, text.at[i]);
        }
        bh_buf_putc(&b, '%');
        return bh_arena_str(arena, bh_buf_str(&b));
}

struct found {
        struct bh_call *call;
        struct bh_json_put *j;
        struct bh_str text, begins, has;
        bool partial;
};

static void put_hit(struct bh_json_put *j, const struct bh_rows *rows) {
        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "id", bh_rows_text(rows, 0));
        bh_json_put_str(j, "name", bh_rows_text(rows, 1));
        bh_json_put_some(j, "detail", bh_rows_text(rows, 2));
        bh_json_put_bool(j, "gone", !bh_rows_null(rows, 3));
        bh_json_put_close(j);
}

static int ask_kind(struct found *f, const struct kind *k, bool *ret_more, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        struct bh_str sql = bh_arena_printf(f->call->arena, "%s AND (%s)%s LIMIT %d", k->sql, f->call->who.scoped ? k->mine : "?1=?1", k->order, EACH + 1);
        int r = bh_db_ask(f->call->db, bh_arena_cstr(f->call->arena, sql),
                          BH_ARGS(bh_arg_int(f->call->who.user_id), bh_arg_text(f->text), bh_arg_text(f->begins), bh_arg_text(f->has)), &rows, err);

        for (int n = 0; r >= 0 && (r = bh_rows_next(rows, err)) > 0; n++) {
                *ret_more = n == EACH;
                if (*ret_more)
                        return 0;
                put_hit(f->j, rows);
        }
        return r;
}

static int put_kind(struct found *f, const struct kind *k, struct bh_err *err) {
        bool more = false;
        int r = 0;

        bh_json_put_open(f->j, NULL, '{');
        bh_json_put_cstr(f->j, "kind", k->name);
        bh_json_put_cstr(f->j, "path", k->path);
        bh_json_put_open(f->j, "items", '[');
        if (!f->call->who.scoped || k->mine)
                r = ask_kind(f, k, &more, err);
        bh_json_put_close(f->j);
        bh_json_put_bool(f->j, "more", more || r == BH_E_TIMEOUT);
        bh_json_put_close(f->j);
        f->partial |= r == BH_E_TIMEOUT;
        return r == BH_E_TIMEOUT ? 0 : r;
}

static int put_kinds(struct found *f, struct bh_err *err) {
        uint64_t limit_ms = bh_db_limit_ms(f->call->db, KIND_MS);
        int r = 0;

        bh_json_put_open(f->j, NULL, '{');
        bh_json_put_str(f->j, "q", f->text);
        bh_json_put_open(f->j, "kinds", '[');
        for (size_t i = 0; r >= 0 && i < BH_LEN(kinds); i++)
                r = put_kind(f, &kinds[i], err);
        bh_json_put_close(f->j);
        bh_json_put_bool(f->j, "partial", f->partial);
        bh_json_put_close(f->j);
        (void) bh_db_limit_ms(f->call->db, limit_ms);
        return r < 0 ? r : 0;
}

static int get_search(struct bh_call *call, struct bh_err *err) {
        struct bh_str text = bh_str_trim(bh_call_query(call, "q"));
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct found f = { .call = call, .j = &j, .text = text };

        if (text.len < LEAST || text.len > MOST || !bh_str_is_text(text))
                return bh_fail(err, BH_E_FORMAT, "q: from %d to %d bytes of text", LEAST, MOST);
        f.begins = pattern(call->arena, "", text);
        f.has = pattern(call->arena, "%", text);
        return put_kinds(&f, err);
}

const struct bh_route bh_routes_search[] = {
        { "GET", "/api/v1/search", "search", BH_MAY_READ, get_search, NULL, 0 },
        { 0 },
};
