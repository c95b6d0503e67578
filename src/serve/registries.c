/* SPDX-License-Identifier: Apache-2.0 */
/* Registries: the list, one, made, changed and taken away; a look at one now; what it holds; promotion; what registries themselves tell. */
#include <stdio.h>

#include "base/limits.h"
#include "manage/promote.h"
#include "serve/images.h"
#include "serve/mine.h"
#include "serve/words.h"

static const struct bh_list_column columns[] = {
        { "id", "r.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "name", "r.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "address", "r.address", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "stage", "r.stage", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "environment", "r.environment", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "username", "r.username", BH_LIST_TEXT, 0, NULL },
        { "has_password", "(length(r.password) > 0)", BH_LIST_BOOL, 0, NULL },
        { "has_ca", "(r.ca_pem <> '')", BH_LIST_BOOL, 0, NULL },
        { "ca_pem", "r.ca_pem", BH_LIST_TEXT, BH_LIST_HIDDEN, NULL },
        { "has_webhook", "(length(r.webhook) > 0)", BH_LIST_BOOL, 0, NULL },
        { "plain_http", "r.plain_http", BH_LIST_BOOL, BH_LIST_FILTER, NULL },
        { "repositories", "r.repositories", BH_LIST_TEXT, 0, NULL },
        { "every_minutes", "r.every_minutes", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "policy", "r.policy", BH_LIST_TEXT, 0, NULL },
        { "state", "r.state", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "why", "r.why", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "looked_ms", "r.looked_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "next_ms", "r.next_ms", BH_LIST_TIME, 0, NULL },
        { "n_repositories", "r.n_repositories", BH_LIST_INT, BH_LIST_SORT, NULL },
        { "n_tags", "r.n_tags", BH_LIST_INT, BH_LIST_SORT, NULL },
        { 0 },
};
static const struct bh_list registries = { .name = "registries", .from = "registry r", .key = "r.id", .key_type = BH_LIST_INT, .sort = "name",
                                           .mine = BH_MINE_NOTHING, .columns = columns };

static const struct bh_list_column tag_columns[] = {
        { "id", "t.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "repository", "t.repository", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH | BH_LIST_FACET, NULL },
        { "tag", "t.tag", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "digest", "t.digest", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "image_id", "t.image_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "risk", "i.risk", BH_LIST_REAL, BH_LIST_FILTER, NULL },
        { "n_findings", "i.n_findings", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "n_critical", "i.n_critical", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "scanned", "(t.image_id <> '')", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "gone", "(t.gone_ms IS NOT NULL)", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "first_ms", "t.first_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "seen_ms", "t.seen_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "gone_ms", "t.gone_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { 0 },
};
static const struct bh_list tags = { .name = "repositories", .from = "registry_tag t LEFT JOIN image i ON i.id = t.image_id", .key = "t.id",
                                     .key_type = BH_LIST_INT, .sort = "repository,tag", .columns = tag_columns };

static const struct bh_list_column promotion_columns[] = {
        { "id", "p.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "from_id", "p.from_id", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "to_id", "p.to_id", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "from", "f.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "to", "t.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "repository", "p.repository", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "tag", "p.tag", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "digest", "p.digest", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "image_id", "p.image_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "allowed", "p.allowed", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "reasons", "p.reasons", BH_LIST_JSON, 0, NULL },
        { "why", "p.why", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "who", "p.who", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "at_ms", "p.at_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "seen_ms", "p.seen_ms", BH_LIST_TIME, 0, NULL },
        { 0 },
};
static const struct bh_list promotions = { .name = "promotions",
                                           .from = "promotion p LEFT JOIN registry f ON f.id = p.from_id LEFT JOIN registry t ON t.id = p.to_id", .key = "p.id",
                                           .key_type = BH_LIST_INT, .sort = "-at_ms", .mine = BH_MINE_NOTHING, .columns = promotion_columns };

/* ---- made and changed ---- */

/* What a body says; a text that is NULL was not said, and stays as it is. */
struct registry {
        struct bh_call *call;
        const struct bh_doc *body;
        struct bh_row_file f;
        int64_t id, every_minutes;
        struct bh_str name, address, username, password, ca_pem, repositories, policy, webhook;
        int stage, environment;
        bool plain_http;
};
static const char *const stages[] = { "base", "test", "production" };
static const char *const environments[] = { "", "dev", "prod" };

static bool said(const struct registry *g, const char *key) {
        return bh_doc_get(g->body, key) != NULL;
}

static int read_texts(struct registry *g, struct bh_err *err) {
        const struct {
                const char *key;
                size_t max;
                struct bh_str *to;
        } texts[] = { { "name", 100, &g->name }, { "address", 255, &g->address }, { "username", 255, &g->username }, { "password", 4096, &g->password },
                      { "ca_pem", BH_LIMIT_CONFIG_FILE, &g->ca_pem }, { "repositories", 4096, &g->repositories }, { "policy", 65536, &g->policy },
                      { "webhook_secret", 1024, &g->webhook } };
        int r = 0;

        for (size_t i = 0; i < BH_LEN(texts) && r >= 0; i++)
                r = bh_body_text(&g->f, g->body, texts[i].key, texts[i].max, texts[i].to, err);
        return r;
}

static int check_words(struct registry *g, struct bh_err *err) {
        int r = said(g, "address") ? bh_registry_check_address(g->address, err) : 0;

        if (r >= 0 && g->policy.len)
                r = bh_promote_check_policy(g->policy, err);
        if (r >= 0 && said(g, "webhook_secret") && g->webhook.len > 0 && g->webhook.len < 16)
                r = bh_fail(err, BH_E_FORMAT, "\"webhook_secret\" is too short: 16 characters or more");
        return r;
}

static int read_registry(struct registry *g, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "name", false }, { "address", false }, { "stage", false }, { "environment", false }, { "username", false },
                                                  { "password", false }, { "ca_pem", false }, { "plain_http", false }, { "repositories", false },
                                                  { "every_minutes", false }, { "webhook_secret", false }, { "policy", false } };
        int r = bh_call_object(g->call, keys, BH_LEN(keys), &g->body, &g->f, err);

        r = r < 0 ? r : read_texts(g, err);
        r = r < 0 ? r : bh_row_word(&g->f, g->body, "stage", stages, BH_LEN(stages), 1, &g->stage, err);
        r = r < 0 ? r : bh_row_word(&g->f, g->body, "environment", environments, BH_LEN(environments), 0, &g->environment, err);
        r = r < 0 ? r : bh_body_bool(&g->f, g->body, "plain_http", false, &g->plain_http, err);
        r = r < 0 ? r : bh_body_int(&g->f, g->body, "every_minutes", 0, 100000, 0, &g->every_minutes, err);
        return r < 0 ? r : check_words(g, err);
}

/* What the audit log may hold of it: never a secret. */
static struct bh_str shown(const struct registry *g) {
        static const char *const keys[] = { "name", "address", "stage", "environment", "username", "plain_http", "repositories", "every_minutes", "policy" };
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        for (size_t i = 0; i < BH_LEN(keys); i++)
                if (said(g, keys[i]))
                        bh_json_put_doc(&j, keys[i], bh_doc_get(g->body, keys[i]));
        if (said(g, "password"))
                bh_json_put_cstr(&j, "password", "(changed)");
        if (said(g, "webhook_secret"))
                bh_json_put_cstr(&j, "webhook_secret", "(changed)");
        bh_json_put_close(&j);
        return bh_arena_str(g->call->arena, bh_str_trim(bh_buf_str(&out)));
}

static int set_text(struct bh_db *db, const struct registry *g, const char *key, const char *sql, struct bh_str value, struct bh_err *err) {
        return said(g, key) ? bh_db_run(db, sql, BH_ARGS(bh_arg_int(g->id), bh_arg_text(value)), NULL, err) : 0;
}

static int set_secret(struct bh_db *db, const struct registry *g, const char *key, const char *what, const char *sql, struct bh_str secret,
                      struct bh_err *err) {
        struct bh_str sealed = BH_STR("");
        int r = said(g, key) ? bh_registry_seal(g->call->user, g->id, what, secret, g->call->arena, &sealed, err) : 0;

        return r < 0 || !said(g, key) ? r : bh_db_run(db, sql, BH_ARGS(bh_arg_int(g->id), bh_arg_blob(sealed)), NULL, err);
}

static int set_all(struct bh_db *db, const struct registry *g, struct bh_err *err) {
        int r = set_text(db, g, "name", "UPDATE registry SET name = ?2 WHERE id = ?1", g->name, err);

        r = r < 0 ? r : set_text(db, g, "address", "UPDATE registry SET address = ?2 WHERE id = ?1", g->address, err);
        r = r < 0 ? r : set_text(db, g, "stage", "UPDATE registry SET stage = ?2 WHERE id = ?1", bh_str_of(stages[g->stage]), err);
        r = r < 0 ? r : set_text(db, g, "environment", "UPDATE registry SET environment = ?2 WHERE id = ?1", bh_str_of(environments[g->environment]), err);
        r = r < 0 ? r : set_text(db, g, "username", "UPDATE registry SET username = ?2 WHERE id = ?1", g->username, err);
        r = r < 0 ? r : set_text(db, g, "ca_pem", "UPDATE registry SET ca_pem = ?2 WHERE id = ?1", g->ca_pem, err);
        r = r < 0 ? r : set_text(db, g, "repositories", "UPDATE registry SET repositories = ?2 WHERE id = ?1", g->repositories, err);
        r = r < 0 ? r : set_text(db, g, "policy", "UPDATE registry SET policy = ?2 WHERE id = ?1", g->policy, err);
        r = r < 0 ? r : set_secret(db, g, "password", "password", "UPDATE registry SET password = ?2 WHERE id = ?1", g->password, err);
        r = r < 0 ? r : set_secret(db, g, "webhook_secret", "webhook", "UPDATE registry SET webhook = ?2 WHERE id = ?1", g->webhook, err);
        if (r >= 0 && said(g, "plain_http"))
                r = bh_db_run(db, "UPDATE registry SET plain_http = ?2 WHERE id = ?1", BH_ARGS(bh_arg_int(g->id), bh_arg_int(g->plain_http)), NULL, err);
        if (r >= 0 && said(g, "every_minutes"))
                r = bh_db_run(db, "UPDATE registry SET every_minutes = ?2, next_ms = ?3 WHERE id = ?1",
                              BH_ARGS(bh_arg_int(g->id), bh_arg_int(g->every_minutes),
                                      bh_arg_int(g->every_minutes ? g->call->now_ms + g->every_minutes * 60000 : 0)),
                              NULL, err);
        return r;
}

static int audit(struct bh_db *db, const struct registry *g, const char *action, struct bh_str after, struct bh_err *err) {
        char object[40];

        (void) snprintf(object, sizeof object, "registry %lld", (long long) g->id);
        return bh_call_audit(db, g->call, action, bh_str_of(object), BH_STR(""), after, err);
}

static int make_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct registry *g = user;
        int64_t there = 0;
        int r = bh_db_number(db, "SELECT 1 FROM registry WHERE name = ?1", BH_ARGS(bh_arg_text(g->name)), &there, err);

        if (r > 0)
                return bh_fail(err, BH_E_FORMAT, "there is a registry of that name already");
        r = r < 0 ? r
                  : bh_db_number(db, "INSERT INTO registry(name, address, made_ms) VALUES(?1, ?2, ?3) RETURNING id",
                                 BH_ARGS(bh_arg_text(g->name), bh_arg_text(g->address), bh_arg_int(g->call->now_ms)), &g->id, err);
        r = r < 0 ? r : set_all(db, g, err);
        return r < 0 ? r : audit(db, g, "registry.make", shown(g), err);
}

static int change_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct registry *g = user;
        int64_t there = 0;
        int r = bh_db_number(db, "SELECT 1 FROM registry WHERE id = ?1", BH_ARGS(bh_arg_int(g->id)), &there, err);

        if (r == 0)
                return bh_fail(err, BH_E_NOTFOUND, "there is no registry %lld", (long long) g->id);
        r = r < 0 ? r : set_all(db, g, err);
        return r < 0 ? r : audit(db, g, "registry.change", shown(g), err);
}

static int remove_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct registry *g = user;
        uint64_t n = 0;
        int r = bh_db_run(db, "DELETE FROM registry WHERE id = ?1", BH_ARGS(bh_arg_int(g->id)), &n, err);

        if (r >= 0 && !n)
                return bh_fail(err, BH_E_NOTFOUND, "there is no registry %lld", (long long) g->id);
        r = r < 0 ? r : bh_db_run(db, "DELETE FROM registry_tag WHERE registry_id = ?1", BH_ARGS(bh_arg_int(g->id)), NULL, err);
        r = r < 0 ? r
                  : bh_db_run(db, "UPDATE scan_job SET state = 'failed', reason = 'the registry was taken away' WHERE registry_id = ?1 AND state = 'queued'",
                              BH_ARGS(bh_arg_int(g->id)), NULL, err);
        return r < 0 ? r : audit(db, g, "registry.remove", BH_STR(""), err);
}

static int reply_id(struct bh_call *call, int status, int64_t id) {
        struct bh_json_put j = { .out = &call->out, .compact = true };

        call->status = status;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "id", id);
        bh_json_put_close(&j);
        return 0;
}

static int post_registry(struct bh_call *call, struct bh_err *err) {
        struct registry g = { .call = call };
        int r = read_registry(&g, err);

        if (r >= 0 && (!g.name.len || !g.address.len))
                return bh_fail(err, BH_E_FORMAT, "a registry has a \"name\" and an \"address\"");
        r = r < 0 ? r : bh_store_write(call->store, make_fn, &g, err);
        return r < 0 ? r : reply_id(call, 201, g.id);
}

static int patch_registry(struct bh_call *call, struct bh_err *err) {
        struct registry g = { .call = call };
        int r = bh_call_id(call, "registry", &g.id, err);

        r = r < 0 ? r : read_registry(&g, err);
        if (r >= 0 && ((said(&g, "name") && !g.name.len) || (said(&g, "address") && !g.address.len)))
                return bh_fail(err, BH_E_FORMAT, "a registry has a \"name\" and an \"address\"");
        r = r < 0 ? r : bh_store_write(call->store, change_fn, &g, err);
        if (r >= 0)
                call->status = 204;
        return r;
}

static int delete_registry(struct bh_call *call, struct bh_err *err) {
        struct registry g = { .call = call };
        int r = bh_call_id(call, "registry", &g.id, err);

        r = r < 0 ? r : bh_store_write(call->store, remove_fn, &g, err);
        if (r >= 0)
                call->status = 204;
        return r;
}

static int get_registry(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = bh_call_id(call, "registry", &id, err);

        return r < 0 ? r : bh_list_one(call, &registries, "r.id = ?", bh_arg_int(id), "registry", err);
}

/* ---- what it holds, and a look at it now ---- */

static int get_tags(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = bh_call_id(call, "registry", &id, err);

        r = r < 0 ? r : bh_list_may(call, &registries, "r.id = ?", bh_arg_int(id), "registry", err);
        return r < 0 ? r : bh_list_reply(call, &tags, "t.registry_id = ?", bh_arg_int(id), err);
}

static int look_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct registry *g = user;
        int64_t job = 0;
        int r = bh_registry_ask(db, g->id, g->call->who.name, g->call->now_ms, &job, err);

        r = r < 0 ? r : audit(db, g, "registry.scan", BH_STR(""), err);
        g->id = job;
        return r;
}

static int post_look(struct bh_call *call, struct bh_err *err) {
        struct registry g = { .call = call };
        int r = bh_call_id(call, "registry", &g.id, err);

        r = r < 0 ? r : bh_store_write(call->store, look_fn, &g, err);
        if (r < 0)
                return r;
        bh_jobs_wake(call->user);
        return reply_id(call, 202, g.id);
}

/* ---- promotion ---- */

struct promoting {
        struct bh_call *call;
        struct bh_promote_in in;
        struct bh_promote_out out;
};

static int promote_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct promoting *p = user;
        char object[40];
        int r = bh_promote(db, &p->in, p->call->arena, &p->out, err);

        (void) snprintf(object, sizeof object, "promotion %lld", (long long) p->out.id);
        return r < 0 ? r : bh_call_audit(db, p->call, p->out.allowed ? "promotion.allowed" : "promotion.denied", bh_str_of(object), BH_STR(""), p->call->body, err);
}

static int read_promotion(struct bh_call *call, struct bh_promote_in *in, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "from_id", true }, { "to_id", true }, { "repository", true }, { "tag", true }, { "why", false }, { "dry_run", false } };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        r = r < 0 ? r : bh_body_int(&f, body, "from_id", 1, INT64_MAX, 0, &in->from_id, err);
        r = r < 0 ? r : bh_body_int(&f, body, "to_id", 1, INT64_MAX, 0, &in->to_id, err);
        r = r < 0 ? r : bh_body_text(&f, body, "repository", 255, &in->repository, err);
        r = r < 0 ? r : bh_body_text(&f, body, "tag", 128, &in->tag, err);
        r = r < 0 ? r : bh_body_text(&f, body, "why", BH_LIMIT_NOTE, &in->why, err);
        return r < 0 ? r : bh_body_bool(&f, body, "dry_run", false, &in->dry_run, err);
}

static int post_promotion(struct bh_call *call, struct bh_err *err) {
        struct promoting p = { .call = call, .in = { .who = call->who.name, .now_ms = call->now_ms } };
        struct bh_json_put j = { .out = &call->out, .compact = true };
        int r = read_promotion(call, &p.in, err);

        r = r < 0 ? r : p.in.dry_run ? bh_promote(call->db, &p.in, call->arena, &p.out, err) : bh_store_write(call->store, promote_fn, &p, err);
        if (r < 0)
                return r;
        call->status = p.in.dry_run ? 200 : 201;
        bh_json_put_open(&j, NULL, '{');
        if (p.out.id)
                bh_json_put_int(&j, "id", p.out.id);
        bh_json_put_bool(&j, "dry_run", p.in.dry_run);
        bh_json_put_bool(&j, "allowed", p.out.allowed);
        bh_json_put_str(&j, "digest", p.out.digest);
        bh_json_put_str(&j, "image_id", p.out.image_id);
        bh_json_put_raw(&j, "reasons", p.out.reasons);
        bh_json_put_close(&j);
        return 0;
}

const struct bh_route bh_routes_registries[] = {
        { "GET", "/api/v1/registries", "listRegistries", BH_MAY_READ, NULL, &registries, 0 },
        { "POST", "/api/v1/registries", "addRegistry", BH_MAY_REGISTRY_WRITE, post_registry, NULL, 0 },
        { "GET", "/api/v1/registries/{id}", "getRegistry", BH_MAY_READ, get_registry, NULL, 0 },
        { "PATCH", "/api/v1/registries/{id}", "changeRegistry", BH_MAY_REGISTRY_WRITE, patch_registry, NULL, 0 },
        { "DELETE", "/api/v1/registries/{id}", "removeRegistry", BH_MAY_REGISTRY_WRITE, delete_registry, NULL, 0 },
        { "POST", "/api/v1/registries/{id}/scan", "scanRegistry", BH_MAY_SCAN, post_look, NULL, 0 },
        { "GET", "/api/v1/registries/{id}/repositories", "listRegistryTags", BH_MAY_READ, get_tags, NULL, 0 },
        { "GET", "/api/v1/promotions", "listPromotions", BH_MAY_READ, NULL, &promotions, 0 },
        { "POST", "/api/v1/promotions", "promoteImage", BH_MAY_REGISTRY_WRITE, post_promotion, NULL, 0 },
        { 0 },
};
