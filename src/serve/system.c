/* SPDX-License-Identifier: Apache-2.0 */
/* The server's own affairs: how much it holds, for how long, and copies of it. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/vec.h"
#include "manage/retention.h"
#include "serve/routes.h"
#include "serve/words.h"
#include "store/retention.h"

enum { BACKUPS_KEPT = 10, NAME_MAX_BYTES = 64 };

static int64_t file_bytes(const char *path) {
        struct stat st;

        return stat(path, &st) == 0 ? st.st_size : 0;
}

static int put_tables(struct bh_call *call, struct bh_json_put *j, struct bh_err *err) {
        static const struct {
                const char *name, *sql;
        } counts[] = { { "hosts", "SELECT count(*) FROM host" },         { "containers", "SELECT count(*) FROM container" },
                       { "images", "SELECT count(*) FROM image" },       { "packages", "SELECT count(*) FROM package" },
                       { "findings", "SELECT coalesce(sum(n), 0) FROM finding_count" }, { "alerts", "SELECT coalesce(sum(n), 0) FROM alert_count" },
                       { "incidents", "SELECT count(*) FROM incident" }, { "assets", "SELECT count(*) FROM asset" } };
        int r = 0;

        bh_json_put_open(j, "rows", '{');
        for (size_t i = 0; r >= 0 && i < BH_LEN(counts); i++) {
                int64_t n = 0;

                r = bh_db_number(call->db, counts[i].sql, BH_NO_ARGS, &n, err);
                bh_json_put_int(j, counts[i].name, n);
        }
        bh_json_put_close(j);
        return r;
}

static void put_file(struct bh_call *call, struct bh_json_put *j) {
        const char *path = bh_store_path(call->store);
        struct statvfs disk = { 0 };

        bh_json_put_int(j, "bytes", file_bytes(path));
        bh_json_put_int(j, "log_bytes", file_bytes(bh_arena_printf(call->arena, "%s-wal", path).at));
        if (statvfs(path, &disk) == 0) {
                bh_json_put_u64(j, "disk_bytes", (uint64_t) disk.f_blocks * disk.f_frsize);
                bh_json_put_u64(j, "disk_free_bytes", (uint64_t) disk.f_bavail * disk.f_frsize);
        }
}

static void put_state(struct bh_call *call, struct bh_json_put *j) {
        struct bh_retention_state s = bh_manage_retention_state(call->user);

        bh_json_put_open(j, "retention", '{');
        bh_json_put_int(j, "ran_ms", s.ran_ms);
        bh_json_put_u64(j, "deleted", s.deleted);
        bh_json_put_u64(j, "longest_us", s.longest_us);
        bh_json_put_some(j, "error", bh_str_of(s.error));
        bh_json_put_close(j);
        bh_json_put_open(j, "check", '{');
        bh_json_put_int(j, "checked_ms", s.checked_ms);
        bh_json_put_bool(j, "sound", !s.broken[0]);
        bh_json_put_some(j, "broken", bh_str_of(s.broken));
        bh_json_put_close(j);
}

static int get_storage(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        int64_t pages = 0, spare = 0;
        int r = bh_db_number(call->db, "PRAGMA page_count", BH_NO_ARGS, &pages, err);

        if (r >= 0)
                r = bh_db_number(call->db, "PRAGMA freelist_count", BH_NO_ARGS, &spare, err);
        bh_json_put_open(&j, NULL, '{');
        put_file(call, &j);
        bh_json_put_int(&j, "spare_percent", pages > 0 ? spare * 100 / pages : 0);
        if (r >= 0)
                r = put_tables(call, &j, err);
        put_state(call, &j);
        bh_json_put_int(&j, "at_ms", call->now_ms);
        bh_json_put_close(&j);
        return r < 0 ? r : 0;
}

/* ---- retention ---- */

static int put_retention(struct bh_call *call, struct bh_db *db, struct bh_buf *out, struct bh_err *err) {
        struct bh_json_put j = { .out = out, .compact = true };
        struct bh_retention *all = NULL;
        size_t n = 0;
        int r = bh_retention_read(db, call->arena, &all, &n, err);

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_open(&j, "items", '[');
        for (size_t i = 0; i < n; i++) {
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_str(&j, "name", all[i].name);
                bh_json_put_cstr(&j, "about", all[i].about);
                bh_json_put_int(&j, "keep_days", all[i].keep_days);
                bh_json_put_int(&j, "keep_rows", all[i].keep_rows);
                bh_json_put_int(&j, "floor_days", all[i].floor_days);
                bh_json_put_int(&j, "deleted", all[i].deleted);
                bh_json_put_int(&j, "last_deleted", all[i].last_deleted);
                bh_json_put_int(&j, "last_ms", all[i].last_ms);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        return r;
}

static int get_retention(struct bh_call *call, struct bh_err *err) {
        static const char *const cells[] = { "name", "about", "keep_days", "keep_rows", "floor_days", "deleted", "last_deleted", "last_ms", NULL };
        int r = put_retention(call, call->db, &call->out, err);

        return r < 0 ? r : bh_call_items_csv(call, "retention", cells, err);
}

struct setting {
        struct bh_call *call;
        struct bh_row_file file;
        const struct bh_doc *items;
};

static int set_one(struct bh_db *db, const struct setting *s, const struct bh_doc *item, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "name", true }, { "keep_days", true }, { "keep_rows", true } };
        int64_t days = 0, rows = 0;
        struct bh_str name;
        int r = bh_row_check(&s->file, item, keys, BH_LEN(keys), err);

        r = r < 0 ? r : bh_body_text(&s->file, item, "name", NAME_MAX_BYTES, &name, err);
        r = r < 0 ? r : bh_body_int(&s->file, item, "keep_days", 0, INT32_MAX, 0, &days, err);
        r = r < 0 ? r : bh_body_int(&s->file, item, "keep_rows", 0, INT64_MAX, 0, &rows, err);
        r = r < 0 ? r : bh_retention_set(db, name, days, rows, err);
        return r == BH_E_NOTFOUND ? bh_fail(err, BH_E_FORMAT, "%s", bh_arena_printf(s->call->arena, "%s", err ? err->text : "").at) : r;
}

/* All of them or none, and the audit tells before and after. */
static int set_fn(struct bh_db *db, void *user, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf before = { 0 };
        const struct setting *s = user;
        int r = put_retention(s->call, db, &before, err);

        for (const struct bh_doc *i = bh_doc_first(s->items); r >= 0 && i; i = i->next)
                r = set_one(db, s, i, err);
        return r < 0 ? r : bh_call_audit(db, s->call, "retention.set", BH_STR("retention"), bh_str_trim(bh_buf_str(&before)), s->call->body, err);
}

static int put_settings(struct bh_call *call, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "items", true } };
        const struct bh_doc *body = NULL;
        struct setting s = { .call = call };
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &s.file, err);

        if (r < 0)
                return r;
        s.items = bh_doc_get(body, "items");
        if (!bh_doc_is(s.items, BH_DOC_ARRAY))
                return bh_fail(err, BH_E_FORMAT, "items: a list");
        r = bh_store_write(call->store, set_fn, &s, err);
        r = r < 0 ? r : bh_store_refresh(call->db, err);
        if (r < 0)
                return r;
        bh_manage_retention_soon(call->user);
        return get_retention(call, err);
}

/* ---- backups ---- */

static const char *backup_dir(const struct bh_call *call) {
        return bh_arena_printf(call->arena, "%s/backups", bh_manage_opts(call->user)->state_dir).at;
}

struct backups {
        struct bh_str *names; /* the newest first: their names are their times */
        size_t n;
};

static int newest_first(const void *a, const void *b) {
        return -bh_str_cmp(*(const struct bh_str *) a, *(const struct bh_str *) b);
}

static int list_backups(struct bh_call *call, const char *dir, struct backups *ret, struct bh_err *err) {
        BH_VEC(struct bh_str) names = { 0 };
        DIR *d = opendir(dir);

        if (!d && errno != ENOENT)
                return bh_fail_sys(err, errno, "%s", dir);
        for (struct dirent *e; d && (e = readdir(d));) {
                struct bh_str name = bh_str_of(e->d_name);

                if (bh_str_starts(name, BH_STR("server-")) && bh_str_ends(name, BH_STR(".db")))
                        *bh_vec_add(call->arena, &names) = bh_arena_str(call->arena, name);
        }
        if (d)
                (void) closedir(d);
        if (names.len)
                qsort(names.at, names.len, sizeof names.at[0], newest_first);
        *ret = (struct backups){ names.at, names.len };
        return 0;
}

static void put_backup(struct bh_call *call, struct bh_json_put *j, const char *dir, struct bh_str name) {
        struct stat st = { 0 };

        if (stat(bh_arena_printf(call->arena, "%s/%.*s", dir, BH_FMT(name)).at, &st) < 0)
                return;
        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "name", name);
        bh_json_put_int(j, "bytes", st.st_size);
        bh_json_put_int(j, "at_ms", st.st_mtim.tv_sec * 1000ll + st.st_mtim.tv_nsec / 1000000);
        bh_json_put_close(j);
}

static int get_backups(struct bh_call *call, struct bh_err *err) {
        static const char *const cells[] = { "name", "bytes", "at_ms", NULL };
        struct bh_json_put j = { .out = &call->out, .compact = true };
        const char *dir = backup_dir(call);
        struct backups all = { 0 };
        int r = list_backups(call, dir, &all, err);

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "folder", dir);
        bh_json_put_int(&j, "kept", BACKUPS_KEPT);
        bh_json_put_open(&j, "items", '[');
        for (size_t i = 0; i < all.n; i++)
                put_backup(call, &j, dir, all.names[i]);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        return r < 0 ? r : bh_call_items_csv(call, "backups", cells, err);
}

/* Of those made here; what people put elsewhere is theirs. */
static void drop_old(struct bh_call *call, const char *dir) {
        struct backups all = { 0 };

        if (list_backups(call, dir, &all, NULL) < 0)
                return;
        for (size_t i = BACKUPS_KEPT; i < all.n; i++)
                (void) unlink(bh_arena_printf(call->arena, "%s/%.*s", dir, BH_FMT(all.names[i])).at);
}

struct made {
        const struct bh_call *call;
        struct bh_str name;
};

static int note_backup(struct bh_db *db, void *user, struct bh_err *err) {
        const struct made *m = user;

        return bh_call_audit(db, m->call, "backup.make", m->name, (struct bh_str){ 0 }, (struct bh_str){ 0 }, err);
}

/* The call's own snapshot is let go first: while it is held the log of the database only grows. */
static int post_backup(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct made m = { call, bh_arena_printf(call->arena, "server-%lld.db", (long long) call->now_ms) };
        const char *dir = backup_dir(call);
        int r = mkdir(dir, 0700) < 0 && errno != EEXIST ? bh_fail_sys(err, errno, "%s", dir) : bh_store_refresh(call->db, err);

        r = r < 0 ? r : bh_store_backup(call->store, bh_arena_printf(call->arena, "%s/%.*s", dir, BH_FMT(m.name)).at, err);
        r = r < 0 ? r : bh_store_write(call->store, note_backup, &m, err);
        if (r < 0)
                return r;
        drop_old(call, dir);
        call->status = 201;
        put_backup(call, &j, dir, m.name);
        return 0;
}

const struct bh_route bh_routes_system[] = {
        { "GET", "/api/v1/system/storage", "getStorage", BH_MAY_READ, get_storage, NULL, 0 },
        { "GET", "/api/v1/system/retention", "getRetention", BH_MAY_READ, get_retention, NULL, 0 },
        { "PUT", "/api/v1/system/retention", "setRetention", BH_MAY_SYSTEM_WRITE, put_settings, NULL, 0 },
        { "GET", "/api/v1/system/backup", "listBackups", BH_MAY_SYSTEM_WRITE, get_backups, NULL, 0 },
        { "POST", "/api/v1/system/backup", "makeBackup", BH_MAY_SYSTEM_WRITE, post_backup, NULL, 0 },
        { 0 },
};
