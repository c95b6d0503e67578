/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/assets.h"

#include "base/map.h"
#include "base/vec.h"
#include "fmt/json_put.h"
#include "manage/manage.h"

struct told {
        struct bh_db *db;
        const struct bh_sender *from;
        struct bh_arena *arena;
        struct bh_told_asset thing;
};

/* ---- changes ---- */

/* Was all of this kind told before? Until then nothing is a change. */
static int was_whole(const struct told *t, struct bh_err *err) {
        int64_t at_ms;

        return bh_db_number(t->db, "SELECT at_ms FROM asset_whole WHERE host_id = ?1 AND kind = ?2",
                            BH_ARGS(bh_arg_text(t->from->host_id), bh_arg_text(bh_str_of(bh_asset_str(t->thing.kind)))), &at_ms, err);
}

static struct bh_arg text_or_null(struct bh_str text) {
        return text.len ? bh_arg_text(text) : bh_arg_null();
}

static int put_change(const struct told *t, int64_t asset_id, const char *op, struct bh_str name, struct bh_str container, struct bh_str before, struct bh_str after,
                      struct bh_err *err) {
        static const char sql[] = "INSERT INTO asset_change(asset_id, host_id, container_id, kind, name, op, at_ms, before, after) "
                                  "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        int r = bh_asset_changes(t->thing.kind) ? was_whole(t, err) : 0;

        if (r <= 0)
                return r;
        return bh_db_run(t->db, sql,
                         BH_ARGS(bh_arg_int(asset_id), bh_arg_text(t->from->host_id), bh_arg_text(container), bh_arg_text(bh_str_of(bh_asset_str(t->thing.kind))),
                                 bh_arg_text(name), bh_arg_text(bh_str_of(op)), bh_arg_int(t->from->now_ms), text_or_null(before), text_or_null(after)),
                         NULL, err);
}

/* ---- rows of `asset` ---- */

struct row {
        int64_t id;
        struct bh_str name, container, attrs;
        bool there, gone;
};

static int find(const struct told *t, struct bh_str key, struct row *ret, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(t->db, "SELECT id, name, container_id, attrs, gone_ms FROM asset WHERE host_id = ?1 AND kind = ?2 AND key = ?3",
                          BH_ARGS(bh_arg_text(t->from->host_id), bh_arg_text(bh_str_of(bh_asset_str(t->thing.kind))), bh_arg_text(key)), &rows, err);

        *ret = (struct row){ 0 };
        if (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *ret = (struct row){ bh_rows_int(rows, 0), bh_rows_copy(rows, 1, t->arena), bh_rows_copy(rows, 2, t->arena), bh_rows_copy(rows, 3, t->arena),
                                     true, !bh_rows_null(rows, 4) };
        bh_rows_done(&rows);
        return r < 0 ? r : 0;
}

static int insert(const struct told *t, struct bh_err *err) {
        const struct bh_told_asset *a = &t->thing;
        int64_t id = 0;
        int r = bh_db_number(t->db,
                             "INSERT INTO asset(host_id, container_id, kind, key, name, attrs, first_ms, seen_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) RETURNING id",
                             BH_ARGS(bh_arg_text(t->from->host_id), bh_arg_text(a->container), bh_arg_text(bh_str_of(bh_asset_str(a->kind))), bh_arg_text(a->key),
                                     bh_arg_text(a->name), bh_arg_text(a->attrs), bh_arg_int(t->from->now_ms)),
                             &id, err);

        return r < 0 ? r : put_change(t, id, "new", a->name, a->container, BH_STR(""), a->attrs, err);
}

static int update(const struct told *t, const struct row *old, struct bh_err *err) {
        const struct bh_told_asset *a = &t->thing;
        bool same = bh_str_eq(old->attrs, a->attrs) && bh_str_eq(old->name, a->name) && bh_str_eq(old->container, a->container);
        int r = bh_db_run(t->db, "UPDATE asset SET name = ?2, container_id = ?3, attrs = ?4, seen_ms = ?5, gone_ms = NULL WHERE id = ?1",
                          BH_ARGS(bh_arg_int(old->id), bh_arg_text(a->name), bh_arg_text(a->container), bh_arg_text(a->attrs), bh_arg_int(t->from->now_ms)), NULL, err);

        if (r < 0 || (same && !old->gone))
                return r;
        return put_change(t, old->id, old->gone ? "new" : "changed", a->name, a->container, old->gone ? BH_STR("") : old->attrs, a->attrs, err);
}

static int after_port(const struct told *t, struct bh_str container, struct bh_err *err) {
        return t->thing.kind == BH_ASSET_PORT && container.len ? bh_asset_listening(t->db, t->from->host_id, container, t->arena, err) : 0;
}

static int put_row(const struct told *t, struct bh_err *err) {
        struct row old;
        int r = find(t, t->thing.key, &old, err);

        if (r < 0)
                return r;
        r = old.there ? update(t, &old, err) : insert(t, err);
        return r < 0 ? r : after_port(t, t->thing.container, err);
}

static int end_row(const struct told *t, struct bh_str key, struct bh_err *err) {
        struct row old;
        int r = find(t, key, &old, err);

        if (r < 0 || !old.there || old.gone)
                return r;
        r = bh_db_run(t->db, "UPDATE asset SET gone_ms = ?2 WHERE id = ?1", BH_ARGS(bh_arg_int(old.id), bh_arg_int(t->from->now_ms)), NULL, err);
        r = r < 0 ? r : put_change(t, old.id, "gone", old.name, old.container, old.attrs, BH_STR(""), err);
        return r < 0 ? r : after_port(t, old.container, err);
}

/* ---- what an item asks for ---- */

static int end(const struct told *t, struct bh_str key, struct bh_err *err) {
        const struct bh_own_asset *own = bh_asset_own(t->thing.kind);

        return own ? own->gone(t->db, t->from, key, err) : end_row(t, key, err);
}

static int put(struct told *t, const struct bh_doc *body, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };
        const struct bh_own_asset *own = bh_asset_own(t->thing.kind);

        t->thing.at = bh_doc_get(body, "attrs");
        if (!bh_doc_is(t->thing.at, BH_DOC_OBJECT))
                return bh_fail(err, BH_E_FORMAT, "an asset without attributes");
        bh_json_put_doc(&j, NULL, t->thing.at);
        t->thing.attrs = bh_arena_str(t->arena, bh_str_trim(bh_buf_str(&out)));
        t->thing.name = bh_doc_get_text(body, "name");
        t->thing.container = bh_doc_get_text(body, "container");
        return own ? own->put(t->db, t->from, &t->thing, t->arena, err) : put_row(t, err);
}

static int keys_there(const struct told *t, struct bh_map *ret, struct bh_err *err) {
        static const char sql[] = "SELECT key FROM asset WHERE host_id = ?1 AND kind = ?2 AND gone_ms IS NULL";
        const struct bh_own_asset *own = bh_asset_own(t->thing.kind);
        struct bh_args args = BH_ARGS(bh_arg_text(t->from->host_id), bh_arg_text(bh_str_of(bh_asset_str(t->thing.kind))));
        struct bh_rows *rows = NULL;
        int r;

        args.n = own ? 1 : 2;
        r = bh_db_ask(t->db, own ? own->keys : sql, args, &rows, err);
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                (void) bh_map_set(ret, bh_rows_copy(rows, 0, t->arena), ret);
        bh_rows_done(&rows);
        return r;
}

/* These are all there are: what we have beside them is gone. */
static int whole(const struct told *t, const struct bh_doc *body, struct bh_err *err) {
        struct bh_map there = bh_map_in(t->arena), told = bh_map_in(t->arena);
        int r = keys_there(t, &there, err);

        for (const struct bh_doc *key = bh_doc_first(bh_doc_get(body, "keys")); key; key = key->next)
                (void) bh_map_set(&told, bh_doc_str(key), &told);
        for (size_t i = 0; r >= 0 && i < there.len; i++)
                if (!bh_map_has(&told, there.items[i].key))
                        r = end(t, there.items[i].key, err);
        if (r < 0)
                return r;
        return bh_db_run(t->db, "INSERT INTO asset_whole(host_id, kind, at_ms) VALUES(?1, ?2, ?3) ON CONFLICT(host_id, kind) DO UPDATE SET at_ms = excluded.at_ms",
                         BH_ARGS(bh_arg_text(t->from->host_id), bh_arg_text(bh_str_of(bh_asset_str(t->thing.kind))), bh_arg_int(t->from->now_ms)), NULL, err);
}

int bh_intake_asset(struct bh_db *db, const struct bh_sender *from, const struct bh_item *item, struct bh_arena *arena, struct bh_err *err) {
        struct bh_str op = bh_doc_get_text(item->body, "op");
        struct told t = { db, from, arena, { .kind = bh_asset_of(bh_doc_get_text(item->body, "kind")), .key = bh_doc_get_text(item->body, "key") } };

        if (t.thing.kind == _BH_ASSET_MAX)
                return bh_fail(err, BH_E_FORMAT, "an asset of no known kind: %s", BH_QUOTE(bh_doc_get_text(item->body, "kind")));
        if (bh_str_is(op, "whole"))
                return whole(&t, item->body, err);
        if (t.thing.key.len == 0)
                return bh_fail(err, BH_E_FORMAT, "an asset without a key");
        if (bh_str_is(op, "put"))
                return put(&t, item->body, err);
        return bh_str_is(op, "gone") ? end(&t, t.thing.key, err) : bh_fail(err, BH_E_FORMAT, "no op %s of an asset", BH_QUOTE(op));
}
