/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/uses.h"

#include "base/map.h"
#include "base/vec.h"

#define KEPT_MS (30 * 86400000ll)
enum { EXPIRE_AT_ONCE = 500 };

struct use {
        struct bh_str subject, eco, name, path, container;
        bool executed;
};
BH_VEC_OF(use_list, struct use);

/* ---- marks ---- */

/*
 * What is marked is counted anew by who asks for marks later than those it knew (bh_risk_changed), so each is later than all before, also when the
 * writer took another's word in between.
 */
#define MARK_TIME "(SELECT max(?2, COALESCE(max(used_ms), 0) + 1) FROM holding)"
#define MARK                                                                                                                                    \
        "UPDATE holding SET in_use = 1, used_ms = " MARK_TIME ", used_how = ?3, used_path = ?4, used_in = ?5 WHERE subject = ?1 AND "             \
        "(in_use = 0 OR (used_how = 'loaded' AND ?3 = 'executed')) AND "

/* A package by its name; a file that none brought by where a scan found one: a program that is one, an archive. */
static int mark(struct bh_db *db, const struct use *u, int64_t now_ms, struct bh_err *err) {
        struct bh_str place = u->path;
        struct bh_arg a[7] = { bh_arg_text(u->subject), bh_arg_int(now_ms), bh_arg_text(u->executed ? BH_STR("executed") : BH_STR("loaded")),
                               bh_arg_text(u->path), bh_arg_text(u->container) };

        if (u->eco.len) {
                a[5] = bh_arg_text(u->eco);
                a[6] = bh_arg_text(u->name);
                return bh_db_run(db, MARK "package_id IN (SELECT id FROM package WHERE eco = ?6 AND name = ?7)", (struct bh_args){ a, 7 }, NULL, err);
        }
        (void) bh_str_cut_prefix(&place, BH_STR("/"));
        a[5] = bh_arg_text(place);
        return bh_db_run(db, MARK "location IN (?6, ?4)", (struct bh_args){ a, 6 }, NULL, err);
}

/* Columns: eco, name, path, container_id, executed. All are read before one is written. */
static int load(struct bh_db *db, const char *sql, struct bh_args args, struct bh_str subject, struct bh_arena *arena, struct use_list *ret, struct bh_err *err) {
        struct bh_map seen = bh_map_in(arena);
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, args, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct use u = { subject, bh_rows_copy(rows, 0, arena), bh_rows_copy(rows, 1, arena), bh_rows_copy(rows, 2, arena), bh_rows_copy(rows, 3, arena),
                                 bh_rows_int(rows, 4) };
                struct bh_str key = bh_arena_printf(arena, "%.*s/%.*s/%d", BH_FMT(u.eco), BH_FMT(u.name), u.executed);

                if (!bh_map_set(&seen, key, ret)) /* many containers of one image tell the same */
                        *bh_vec_add(arena, ret) = u;
        }
        bh_rows_done(&rows);
        return r;
}

static int mark_all(struct bh_db *db, const struct use_list *list, int64_t now_ms, struct bh_err *err) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < list->len; i++)
                r = mark(db, &list->at[i], now_ms, err);
        return r;
}

int bh_uses_of_subject(struct bh_db *db, struct bh_str subject, int64_t now_ms, struct bh_err *err) {
        static const char of_host[] = "SELECT eco, name, path, '', executed FROM package_use WHERE host_id = ?1 AND container_id = '' ORDER BY key";
        static const char of_image[] = "SELECT u.eco, u.name, u.path, u.container_id, u.executed FROM container c JOIN package_use u ON u.container_id = c.id AND "
                                       "u.host_id = c.host_id WHERE c.image_id = ?1 ORDER BY c.id, u.key";
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct use_list list = { 0 };
        struct bh_str id = subject;
        bool host = bh_str_cut_prefix(&id, BH_STR("host:"));
        int r = load(db, host ? of_host : of_image, BH_ARGS(bh_arg_text(id)), subject, arena, &list, err);

        return r < 0 ? r : mark_all(db, &list, now_ms, err);
}

int bh_uses_of_container(struct bh_db *db, struct bh_str host, struct bh_str container, int64_t now_ms, struct bh_err *err) {
        static const char sql[] = "SELECT eco, name, path, container_id, executed FROM package_use WHERE container_id = ?1 AND host_id = ?2 ORDER BY key";
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_args args = BH_ARGS(bh_arg_text(container), bh_arg_text(host));
        struct use_list list = { 0 };
        struct bh_str image;
        int r = bh_db_text(db, "SELECT image_id FROM container WHERE id = ?1 AND host_id = ?2", args, arena, &image, err);

        if (r <= 0 || !image.len)
                return r;
        r = load(db, sql, args, image, arena, &list, err);
        return r < 0 ? r : mark_all(db, &list, now_ms, err);
}

/* ---- what is told ---- */

/* Whose package that is; empty while the container is not known. */
static int subject_of(struct bh_db *db, struct bh_str host, struct bh_str container, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        *ret = BH_STR("");
        if (container.len)
                return bh_db_text(db, "SELECT image_id FROM container WHERE id = ?1 AND host_id = ?2", BH_ARGS(bh_arg_text(container), bh_arg_text(host)), arena, ret, err);
        *ret = bh_arena_cat(arena, BH_STR("host:"), host);
        return 1;
}

static int put(struct bh_db *db, const struct bh_sender *from, const struct bh_told_asset *a, struct bh_arena *arena, struct bh_err *err) {
        static const char sql[] = "INSERT INTO package_use(host_id, key, container_id, eco, name, path, executed, first_ms, seen_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) "
                                  "ON CONFLICT(host_id, key) DO UPDATE SET container_id = excluded.container_id, eco = excluded.eco, name = excluded.name, "
                                  "path = excluded.path, executed = excluded.executed, seen_ms = excluded.seen_ms, gone_ms = NULL";
        struct use u = { .eco = bh_doc_get_text(a->at, "type"), .name = a->name, .path = bh_doc_get_text(a->at, "path"), .container = a->container,
                         .executed = bh_doc_bool(bh_doc_get(a->at, "executed"), false) };
        int r;

        if (!u.path.len)
                return bh_fail(err, BH_E_FORMAT, "a package in use without the file that tells it");
        r = bh_db_run(db, sql,
                      BH_ARGS(bh_arg_text(from->host_id), bh_arg_text(a->key), bh_arg_text(u.container), bh_arg_text(u.eco), bh_arg_text(u.name), bh_arg_text(u.path),
                              bh_arg_int(u.executed), bh_arg_int(from->now_ms)),
                      NULL, err);
        r = r < 0 ? r : subject_of(db, from->host_id, u.container, arena, &u.subject, err);
        return r < 0 || !u.subject.len ? BH_MIN(r, 0) : mark(db, &u, from->now_ms, err);
}

static int gone(struct bh_db *db, const struct bh_sender *from, struct bh_str key, struct bh_err *err) {
        return bh_db_run(db, "UPDATE package_use SET gone_ms = ?3 WHERE host_id = ?1 AND key = ?2 AND gone_ms IS NULL",
                         BH_ARGS(bh_arg_text(from->host_id), bh_arg_text(key), bh_arg_int(from->now_ms)), NULL, err);
}

const struct bh_own_asset bh_use_asset = { put, gone, "SELECT key FROM package_use WHERE host_id = ?1 AND gone_ms IS NULL" };

/* ---- what is over ---- */

struct expiring {
        int64_t now_ms;
        size_t n;
};

static int load_over(struct bh_db *db, int64_t before_ms, struct bh_arena *arena, struct bh_map *subjects, size_t *ret_n, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db,
                          "SELECT CASE WHEN u.container_id = '' THEN 'host:' || u.host_id ELSE COALESCE(c.image_id, '') END FROM package_use u LEFT JOIN container c "
                          "ON c.id = u.container_id AND c.host_id = u.host_id WHERE u.gone_ms < ?1 ORDER BY u.gone_ms LIMIT ?2",
                          BH_ARGS(bh_arg_int(before_ms), bh_arg_int(EXPIRE_AT_ONCE)), &rows, err);

        for (*ret_n = 0; r >= 0 && (r = bh_rows_next(rows, err)) > 0; ++*ret_n)
                if (bh_rows_text(rows, 0).len)
                        (void) bh_map_set(subjects, bh_rows_copy(rows, 0, arena), subjects);
        bh_rows_done(&rows);
        return r;
}

/* Of those whose uses are over all marks are taken away, and those that still hold are made again. */
static int mark_anew(struct bh_db *db, struct bh_str subject, int64_t now_ms, struct bh_err *err) {
        int r = bh_db_run(db,
                          "UPDATE holding SET in_use = 0, used_how = '', used_path = '', used_in = '', used_ms = " MARK_TIME " WHERE subject = ?1 AND in_use = 1",
                          BH_ARGS(bh_arg_text(subject), bh_arg_int(now_ms)), NULL, err);

        return r < 0 ? r : bh_uses_of_subject(db, subject, now_ms, err);
}

static int expire(struct bh_db *db, void *user, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_map subjects = bh_map_in(arena);
        struct expiring *e = user;
        int r = load_over(db, e->now_ms - KEPT_MS, arena, &subjects, &e->n, err);

        if (r >= 0 && e->n)
                r = bh_db_run(db, "DELETE FROM package_use WHERE id IN (SELECT id FROM package_use WHERE gone_ms < ?1 ORDER BY gone_ms LIMIT ?2)",
                              BH_ARGS(bh_arg_int(e->now_ms - KEPT_MS), bh_arg_int(EXPIRE_AT_ONCE)), NULL, err);
        for (size_t i = 0; r >= 0 && i < subjects.len; i++)
                r = mark_anew(db, subjects.items[i].key, e->now_ms, err);
        return r;
}

int bh_uses_expire(struct bh_store *store, int64_t now_ms, struct bh_err *err) {
        struct expiring e = { .now_ms = now_ms };
        struct bh_db *db = NULL;
        int64_t id = 0;
        int r = bh_store_borrow(store, &db, err);

        if (r < 0)
                return r;
        r = bh_db_number(db, "SELECT id FROM package_use WHERE gone_ms < ?1 LIMIT 1", BH_ARGS(bh_arg_int(now_ms - KEPT_MS)), &id, err);
        bh_store_give_back(store, &db);
        if (r <= 0)
                return r;
        do
                r = bh_store_write(store, expire, &e, err);
        while (r >= 0 && e.n == EXPIRE_AT_ONCE);
        return r;
}
