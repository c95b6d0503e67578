/* SPDX-License-Identifier: Apache-2.0 */
/* Threat intelligence: sources by URL or by upload, and what they say. */
#include "base/limits.h"
#include "manage/intel.h"
#include "manage/policies.h"
#include "serve/mine.h"
#include "serve/words.h"

static const struct bh_list_column source_columns[] = {
        { "id", "s.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "name", "s.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "format", "s.format", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "url", "s.url", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "column", "s.column_name", BH_LIST_TEXT, 0, NULL },
        { "enabled", "s.enabled", BH_LIST_BOOL, BH_LIST_FILTER, NULL },
        { "every_minutes", "s.every_minutes", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "expire_days", "s.expire_days", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "n_indicators", "s.n_indicators", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_refused", "s.n_refused", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "tried_ms", "s.tried_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "fetched_ms", "s.fetched_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "changed_ms", "s.changed_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "error", "s.error", BH_LIST_TEXT, 0, NULL },
        { "made_ms", "s.made_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "made_by", "s.made_by", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { 0 },
};
static const struct bh_list sources = { .name = "intel-sources", .from = "intel_source s", .key = "s.id", .key_type = BH_LIST_INT, .sort = "name",
                                        .mine = BH_MINE_NOTHING, .columns = source_columns };

static const struct bh_list_column indicator_columns[] = {
        { "id", "i.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "kind", "i.kind", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "value", "i.value", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "comment", "i.comment", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "source_id", "i.source_id", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "source", "s.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "first_ms", "i.first_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "seen_ms", "i.seen_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "until_ms", "i.until_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "n_hits", "i.n_hits", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "hit_ms", "i.hit_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { 0 },
};
static const struct bh_list indicators = { .name = "indicators", .from = "indicator i LEFT JOIN intel_source s ON s.id = i.source_id", .key = "i.id",
                                           .key_type = BH_LIST_INT, .sort = "-id", .mine = BH_MINE_NOTHING, .columns = indicator_columns };

struct saving {
        struct bh_call *call;
        int64_t id, every, days, version;
        struct bh_str name, format, url, column;
        bool enabled, whole; /* whole: the indicators are replaced by what was uploaded */
        struct bh_indicators found;
};

static int show(struct bh_call *call, int64_t id, struct bh_err *err) {
        int r = bh_store_refresh(call->db, err);

        return r < 0 ? r : bh_list_one(call, &sources, "s.id = ?", bh_arg_int(id), "source", err);
}

static int get_source(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = bh_call_id(call, "source", &id, err);

        return r < 0 ? r : bh_list_one(call, &sources, "s.id = ?", bh_arg_int(id), "source", err);
}

static int audit(struct bh_db *db, struct saving *s, const char *action, struct bh_err *err) {
        return bh_call_audit(db, s->call, action, bh_arena_printf(s->call->arena, "intelligence source %lld", (long long) s->id), (struct bh_str){ 0 },
                             (struct bh_str){ 0 }, err);
}

static int make_fn(struct bh_db *db, void *user, struct bh_err *err) {
        static const char sql[] = "INSERT INTO intel_source(name, format, url, column_name, enabled, every_minutes, expire_days, made_ms, made_by) "
                                  "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id";
        struct saving *s = user;
        int64_t n = 0;
        int r = bh_db_number(db, "SELECT COUNT(*) FROM intel_source WHERE name = ?1", BH_ARGS(bh_arg_text(s->name)), &n, err);

        if (r >= 0 && n > 0)
                return bh_fail(err, BH_E_FORMAT, "there is a source of that name already");
        r = r < 0 ? r
                  : bh_db_number(db, sql,
                                 BH_ARGS(bh_arg_text(s->name), bh_arg_text(s->format), bh_arg_text(s->url), bh_arg_text(s->column), bh_arg_int(s->enabled),
                                         bh_arg_int(s->every), bh_arg_int(s->days), bh_arg_int(s->call->now_ms), bh_arg_text(s->call->who.name)),
                                 &s->id, err);
        return r < 0 ? r : audit(db, s, "intel.make", err);
}

static int post_source(struct bh_call *call, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "name", true }, { "format", true }, { "url", false }, { "column", false }, { "enabled", false }, { "every_minutes", false },
                                                  { "expire_days", false } };
        static const char *const formats[] = { "plain", "csv", "stix", "misp" };
        struct saving s = { .call = call };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int format = 0, r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        r = r < 0 ? r : bh_body_text(&f, body, "name", 100, &s.name, err);
        r = r < 0 ? r : bh_row_word(&f, body, "format", formats, BH_LEN(formats), 0, &format, err);
        r = r < 0 ? r : bh_body_text(&f, body, "url", 2000, &s.url, err);
        r = r < 0 ? r : bh_body_text(&f, body, "column", 100, &s.column, err);
        r = r < 0 ? r : bh_body_bool(&f, body, "enabled", true, &s.enabled, err);
        r = r < 0 ? r : bh_body_int(&f, body, "every_minutes", 15, 43200, 1440, &s.every, err);
        r = r < 0 ? r : bh_body_int(&f, body, "expire_days", 1, 3650, 30, &s.days, err);
        if (r < 0)
                return r;
        s.format = bh_str_of(formats[format]);
        if (s.url.len && !bh_str_starts(s.url, BH_STR("https://")) && !bh_str_starts(s.url, BH_STR("http://")))
                return bh_fail(err, BH_E_FORMAT, "\"url\" must begin with https:// or http://");
        if (bh_str_is(s.format, "csv") && !s.column.len)
                return bh_fail(err, BH_E_FORMAT, "csv needs a \"column\": its name, or its number from 1");
        r = bh_store_write(call->store, make_fn, &s, err);
        if (r < 0)
                return r;
        bh_intel_hurry(call->user, s.id);
        call->status = 201;
        return show(call, s.id, err);
}

static int remove_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct saving *s = user;
        uint64_t n = 0;
        int r = bh_db_run(db, "DELETE FROM intel_source WHERE id = ?1", BH_ARGS(bh_arg_int(s->id)), &n, err);

        if (r >= 0 && n == 0)
                return bh_fail(err, BH_E_NOTFOUND, "there is no source %lld", (long long) s->id);
        r = r < 0 ? r : bh_db_run(db, "DELETE FROM indicator WHERE source_id = ?1", BH_ARGS(bh_arg_int(s->id)), NULL, err);
        r = r < 0 ? r : bh_policies_publish(db, s->call->who.name, s->call->now_ms, &s->version, err);
        return r < 0 ? r : audit(db, s, "intel.remove", err);
}

static int delete_source(struct bh_call *call, struct bh_err *err) {
        struct saving s = { .call = call };
        int r = bh_call_id(call, "source", &s.id, err);

        r = r < 0 ? r : bh_store_write(call->store, remove_fn, &s, err);
        if (r >= 0)
                call->status = 204;
        return r < 0 ? r : 0;
}

/* ---- a file that somebody has ---- */

static int upload_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct saving *s = user;
        int r = s->whole ? bh_db_run(db, "DELETE FROM indicator WHERE source_id = ?1", BH_ARGS(bh_arg_int(s->id)), NULL, err) : 0;

        r = r < 0 ? r : bh_intel_store(db, s->id, &s->found, s->call->now_ms, err);
        r = r < 0 ? r : bh_policies_publish(db, s->call->who.name, s->call->now_ms, &s->version, err);
        return r < 0 ? r : audit(db, s, "intel.upload", err);
}

static int post_upload(struct bh_call *call, struct bh_err *err) {
        struct saving s = { .call = call, .found = { .arena = call->arena }, .whole = bh_str_is(bh_call_query(call, "replace"), "true") };
        struct bh_json_put j = { .out = &call->out, .compact = true };
        int r = bh_call_id(call, "source", &s.id, err);

        r = r < 0 ? r : bh_db_text(call->db, "SELECT format FROM intel_source WHERE id = ?1", BH_ARGS(bh_arg_int(s.id)), call->arena, &s.format, err);
        if (r == 0)
                r = bh_fail(err, BH_E_NOTFOUND, "there is no source %lld", (long long) s.id);
        r = r < 0 ? r : bh_db_text(call->db, "SELECT column_name FROM intel_source WHERE id = ?1", BH_ARGS(bh_arg_int(s.id)), call->arena, &s.column, err);
        r = r < 0 ? r : bh_intel_parse(s.format, call->body, s.column, &s.found, err);
        r = r < 0 ? r : bh_store_write(call->store, upload_fn, &s, err);
        if (r < 0)
                return r;
        bh_policies_wake(call->user, call->db);
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_u64(&j, "indicators", s.found.all.len);
        bh_json_put_u64(&j, "refused", s.found.refused);
        bh_json_put_some(&j, "first_refused", s.found.first_refused);
        bh_json_put_close(&j);
        return 0;
}

static int post_refresh(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = bh_call_id(call, "source", &id, err);

        r = r < 0 ? r : bh_list_may(call, &sources, "s.id = ?", bh_arg_int(id), "source", err);
        if (r < 0)
                return r;
        bh_intel_hurry(call->user, id);
        call->status = 202;
        return bh_list_one(call, &sources, "s.id = ?", bh_arg_int(id), "source", err);
}

const struct bh_route bh_routes_intel[] = {
        { "GET", "/api/v1/intel/sources", "listIntelSources", BH_MAY_READ, NULL, &sources, 0 },
        { "POST", "/api/v1/intel/sources", "makeIntelSource", BH_MAY_POLICY_WRITE, post_source, NULL, 0 },
        { "GET", "/api/v1/intel/sources/{id}", "getIntelSource", BH_MAY_READ, get_source, NULL, 0 },
        { "DELETE", "/api/v1/intel/sources/{id}", "removeIntelSource", BH_MAY_POLICY_WRITE, delete_source, NULL, 0 },
        { "POST", "/api/v1/intel/sources/{id}/upload", "uploadIntel", BH_MAY_POLICY_WRITE, post_upload, NULL, BH_LIMIT_INTEL_FILE },
        { "POST", "/api/v1/intel/sources/{id}/refresh", "refreshIntelSource", BH_MAY_POLICY_WRITE, post_refresh, NULL, 0 },
        { "GET", "/api/v1/intel/indicators", "listIndicators", BH_MAY_READ, NULL, &indicators, 0 },
        { 0 },
};
