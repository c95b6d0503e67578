/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Integrations: what there is and how it fares, the kinds and what each must
 * be told, changes, the test button. Secrets go in and never come out: an
 * answer only says which are set.
 */
#include <stdio.h>

#include "base/limits.h"
#include "fmt/json.h"
#include "manage/integrations.h"
#include "serve/mine.h"
#include "serve/words.h"

static const struct bh_list_column columns[] = {
        { "id", "i.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "name", "i.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "kind", "i.kind", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, NULL },
        { "enabled", "i.enabled", BH_LIST_BOOL, BH_LIST_FILTER, NULL },
        { "config", "i.config", BH_LIST_JSON, 0, NULL },
        { "has_secrets", "(i.secrets IS NOT NULL)", BH_LIST_BOOL, 0, NULL },
        { "least_level", "i.least_level", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "condition", "i.condition", BH_LIST_TEXT, 0, NULL },
        { "alerts", "i.alerts", BH_LIST_BOOL, BH_LIST_FILTER, NULL },
        { "findings", "i.findings", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "n_sent", "i.n_sent", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_waiting", "(CASE WHEN i.enabled AND i.alerts THEN (SELECT COUNT(*) FROM alert a WHERE a.id > i.alert_mark) ELSE 0 END)", BH_LIST_INT, 0, NULL },
        { "n_refused", "i.n_refused", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "n_dropped", "i.n_dropped", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "n_failures", "i.n_failures", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "last_sent_ms", "i.last_sent_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "last_error", "i.last_error", BH_LIST_TEXT, 0, NULL },
        { "last_error_ms", "i.last_error_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "made_ms", "i.made_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "changed_ms", "i.changed_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "changed_by", "i.changed_by", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { 0 },
};

static const struct bh_list integrations = {
        .name = "integrations", .from = "integration i", .mine = BH_MINE_NOTHING, .key = "i.id", .key_type = BH_LIST_INT, .sort = "name", .columns = columns,
};

/* ---- kinds ---- */

static void put_key(struct bh_json_put *j, const struct bh_sink_key *k) {
        static const char *const types[] = { "text", "integer", "boolean" };

        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "name", k->name);
        bh_json_put_cstr(j, "type", types[k->type]);
        bh_json_put_bool(j, "required", k->required);
        bh_json_put_bool(j, "secret", k->secret);
        if (k->type == BH_SINK_INT) {
                bh_json_put_int(j, "least", k->least);
                bh_json_put_int(j, "most", k->most);
        }
        if (k->words) {
                bh_json_put_open(j, "words", '[');
                for (size_t i = 0; k->words[i]; i++)
                        bh_json_put_cstr(j, NULL, k->words[i]);
                bh_json_put_close(j);
        }
        if (k->otherwise)
                bh_json_put_cstr(j, "default", k->otherwise);
        bh_json_put_cstr(j, "help", k->help);
        bh_json_put_close(j);
}

static int get_kinds(struct bh_call *call, struct bh_err *err) {
        static const char *const cells[] = { "kind", "help", "settings", NULL };
        struct bh_json_put j = { .out = &call->out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_open(&j, "items", '[');
        for (size_t i = 0; bh_sinks[i]; i++) {
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_cstr(&j, "kind", bh_sinks[i]->kind);
                bh_json_put_cstr(&j, "help", bh_sinks[i]->help);
                bh_json_put_open(&j, "settings", '[');
                for (const struct bh_sink_key *k = bh_sinks[i]->keys; k->name; k++)
                        put_key(&j, k);
                bh_json_put_close(&j);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        return bh_call_items_csv(call, "integration-kinds", cells, err);
}

/* ---- changes ---- */

struct saving {
        struct bh_call *call;
        struct bh_integration i; /* id 0: a new one */
        struct bh_str sealed;
};

static struct bh_str json_of(struct bh_arena *arena, const struct bh_doc *node) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_json_put_doc(&j, NULL, node);
        return bh_arena_str(arena, bh_str_trim(bh_buf_str(&out)));
}

/* Of the old secrets those stay that the new ones do not speak of; null or "" takes one away. */
static struct bh_str merge_secrets(struct bh_arena *arena, struct bh_str old, const struct bh_doc *given) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };
        const struct bh_doc *was = NULL;

        if (bh_json_parse(arena, old, &was, NULL) < 0)
                was = NULL;
        bh_json_put_open(&j, NULL, '{');
        for (const struct bh_doc *d = bh_doc_first(was); d; d = d->next)
                if (!bh_doc_get_str(given, d->key))
                        bh_json_put_doc(&j, bh_arena_cstr(arena, d->key), d);
        for (const struct bh_doc *d = bh_doc_first(given); d; d = d->next)
                if (!bh_doc_is(d, BH_DOC_NULL) && !(bh_doc_is(d, BH_DOC_STRING) && d->str.len == 0))
                        bh_json_put_doc(&j, bh_arena_cstr(arena, d->key), d);
        bh_json_put_close(&j);
        return bh_arena_str(arena, bh_str_trim(bh_buf_str(&out)));
}

static int read_parts(struct saving *s, const struct bh_row_file *f, const struct bh_doc *body, struct bh_err *err) {
        struct bh_integration *i = &s->i;
        const struct bh_doc *config = bh_doc_get(body, "config"), *secrets = bh_doc_get(body, "secrets");
        int64_t least = i->least_level, findings = i->findings;
        int r = 0;

        if (config && !bh_doc_is(config, BH_DOC_OBJECT))
                return bh_row_fail(f, config, err, "\"config\" must be an object");
        if (secrets && !bh_doc_is(secrets, BH_DOC_OBJECT) && !bh_doc_is(secrets, BH_DOC_NULL))
                return bh_row_fail(f, secrets, err, "\"secrets\" must be an object");
        if (bh_doc_get(body, "condition"))
                r = bh_body_text(f, body, "condition", BH_LIMIT_NOTE, &i->condition, err);
        r = r < 0 ? r : bh_body_bool(f, body, "enabled", i->enabled, &i->enabled, err);
        r = r < 0 ? r : bh_body_bool(f, body, "alerts", i->alerts, &i->alerts, err);
        r = r < 0 ? r : bh_body_int(f, body, "least_level", 0, 7, least, &least, err);
        r = r < 0 ? r : bh_body_int(f, body, "findings", 0, 5, findings, &findings, err);
        i->least_level = (int) least;
        i->findings = (int) findings;
        if (config)
                i->config = json_of(s->call->arena, config);
        i->secrets = merge_secrets(s->call->arena, i->secrets, secrets);
        return r;
}

static int read_saving(struct bh_call *call, struct saving *s, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "name", false }, { "kind", false },      { "enabled", false }, { "config", false }, { "secrets", false },
                                                  { "condition", false }, { "least_level", false }, { "alerts", false }, { "findings", false } };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        struct bh_str name = { 0 }, kind = { 0 };
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        r = r < 0 ? r : bh_body_text(&f, body, "name", 100, &name, err);
        r = r < 0 ? r : bh_body_text(&f, body, "kind", 100, &kind, err);
        if (r < 0)
                return r;
        if (s->i.id && ((name.len && !bh_str_eq(name, s->i.name)) || (kind.len && !bh_str_eq(kind, s->i.kind))))
                return bh_fail(err, BH_E_FORMAT, "name and kind of an integration stay as they are: make another");
        if (!s->i.id && (!name.len || !kind.len))
                return bh_fail(err, BH_E_FORMAT, "this needs a name and a kind");
        s->i.name = s->i.id ? s->i.name : name;
        s->i.kind = s->i.id ? s->i.kind : kind;
        r = read_parts(s, &f, body, err);
        r = r < 0 ? r : bh_integration_check(call->user, &s->i, err);
        if (r < 0 || bh_str_is(s->i.secrets, "{}"))
                return r;
        return bh_integration_seal(call->user, s->i.name, s->i.secrets, call->arena, &s->sealed, err);
}

static int audit(struct bh_db *db, const struct saving *s, const char *action, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf after = { 0 };
        struct bh_json_put j = { .out = &after, .compact = true };
        struct bh_str object = bh_arena_printf(s->call->arena, "integration %.*s", BH_FMT(s->i.name));

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "kind", s->i.kind);
        bh_json_put_bool(&j, "enabled", s->i.enabled);
        bh_json_put_raw(&j, "config", s->i.config);
        bh_json_put_str(&j, "condition", s->i.condition);
        bh_json_put_int(&j, "least_level", s->i.least_level);
        bh_json_put_close(&j);
        return bh_call_audit(db, s->call, action, object, (struct bh_str){ 0 }, bh_str_trim(bh_buf_str(&after)), err);
}

static int insert(struct bh_db *db, struct saving *s, struct bh_err *err) {
        static const char sql[] = "INSERT INTO integration(name, kind, enabled, config, secrets, least_level, condition, alerts, findings, alert_mark, finding_mark, made_ms, "
                                  "changed_ms, changed_by) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, (SELECT COALESCE(MAX(id), 0) FROM alert), "
                                  "(SELECT COALESCE(MAX(id), 0) FROM finding), ?10, ?10, ?11) RETURNING id";
        const struct bh_integration *i = &s->i;
        int64_t n = 0;
        int r = bh_db_number(db, "SELECT COUNT(*) FROM integration", BH_NO_ARGS, &n, err);

        if (r >= 0 && n >= (int64_t) BH_LIMIT_INTEGRATIONS)
                return bh_fail(err, BH_E_LIMIT, "there are %lld integrations already, which is as many as may be", (long long) n);
        r = r < 0 ? r : bh_db_number(db, "SELECT COUNT(*) FROM integration WHERE name = ?1", BH_ARGS(bh_arg_text(i->name)), &n, err);
        if (r >= 0 && n > 0)
                return bh_fail(err, BH_E_FORMAT, "there is an integration of that name already");
        return r < 0 ? r
                     : bh_db_number(db, sql,
                                    BH_ARGS(bh_arg_text(i->name), bh_arg_text(i->kind), bh_arg_int(i->enabled), bh_arg_text(i->config),
                                            s->sealed.len ? bh_arg_blob(s->sealed) : bh_arg_null(), bh_arg_int(i->least_level), bh_arg_text(i->condition),
                                            bh_arg_int(i->alerts), bh_arg_int(i->findings), bh_arg_int(s->call->now_ms), bh_arg_text(s->call->who.name)),
                                    &s->i.id, err);
}

static int update(struct bh_db *db, struct saving *s, struct bh_err *err) {
        static const char sql[] = "UPDATE integration SET enabled = ?2, config = ?3, secrets = ?4, least_level = ?5, condition = ?6, alerts = ?7, findings = ?8, "
                                  "changed_ms = ?9, changed_by = ?10, last_error = '' WHERE id = ?1";
        const struct bh_integration *i = &s->i;

        return bh_db_run(db, sql,
                         BH_ARGS(bh_arg_int(i->id), bh_arg_int(i->enabled), bh_arg_text(i->config), s->sealed.len ? bh_arg_blob(s->sealed) : bh_arg_null(),
                                 bh_arg_int(i->least_level), bh_arg_text(i->condition), bh_arg_int(i->alerts), bh_arg_int(i->findings),
                                 bh_arg_int(s->call->now_ms), bh_arg_text(s->call->who.name)),
                         NULL, err);
}

static int save_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct saving *s = user;
        bool is_new = s->i.id == 0;
        int r = is_new ? insert(db, s, err) : update(db, s, err);

        return r < 0 ? r : audit(db, s, is_new ? "integration.make" : "integration.change", err);
}

static int show(struct bh_call *call, int64_t id, struct bh_err *err) {
        return bh_list_one(call, &integrations, "i.id = ?", bh_arg_int(id), "integration", err);
}

static int saved(struct bh_call *call, struct saving *s, int status, struct bh_err *err) {
        int r = bh_store_write(call->store, save_fn, s, err);

        if (r < 0)
                return r;
        bh_integrations_reload(call->user, s->i.id);
        r = bh_store_refresh(call->db, err);
        call->status = status;
        return r < 0 ? r : show(call, s->i.id, err);
}

static int post_integration(struct bh_call *call, struct bh_err *err) {
        struct saving s = { .call = call, .i = { .enabled = true, .alerts = true, .least_level = 7, .config = BH_STR("{}"), .secrets = BH_STR("{}") } };
        int r = read_saving(call, &s, err);

        return r < 0 ? r : saved(call, &s, 201, err);
}

static int load(struct bh_call *call, struct bh_integration *ret, struct bh_err *err) {
        int64_t id = 0;
        int r = bh_call_id(call, "integration", &id, err);

        r = r < 0 ? r : bh_integration_load(call->user, call->db, id, call->arena, ret, err);
        return r == 0 ? bh_fail(err, BH_E_NOTFOUND, "there is no integration %lld", (long long) id) : r < 0 ? r : 0;
}

static int patch_integration(struct bh_call *call, struct bh_err *err) {
        struct saving s = { .call = call };
        int r = load(call, &s.i, err);

        r = r < 0 ? r : read_saving(call, &s, err);
        return r < 0 ? r : saved(call, &s, 200, err);
}

static int get_integration(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = bh_call_id(call, "integration", &id, err);

        return r < 0 ? r : show(call, id, err);
}

static int remove_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct saving *s = user;
        int r = bh_db_run(db, "DELETE FROM integration WHERE id = ?1", BH_ARGS(bh_arg_int(s->i.id)), NULL, err);

        return r < 0 ? r : audit(db, s, "integration.remove", err);
}

static int delete_integration(struct bh_call *call, struct bh_err *err) {
        struct saving s = { .call = call };
        int r = load(call, &s.i, err);

        r = r < 0 ? r : bh_store_write(call->store, remove_fn, &s, err);
        if (r < 0)
                return r;
        bh_integrations_reload(call->user, s.i.id);
        call->status = 204;
        return 0;
}

/* ---- the button ---- */

static int post_test(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct bh_sink_result result = { 0 };
        struct bh_integration i = { 0 };
        struct bh_err why = BH_ERR_NONE;
        int r = load(call, &i, err), sent;

        if (r < 0)
                return r;
        sent = bh_integration_test(call->user, &i, call->now_ms, &result, &why);
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_bool(&j, "ok", sent >= 0);
        bh_json_put_cstr(&j, "answer", result.said);
        bh_json_put_cstr(&j, "error", sent < 0 ? why.text : "");
        bh_json_put_close(&j);
        return 0;
}

const struct bh_route bh_routes_integrations[] = {
        { "GET", "/api/v1/integrations", "listIntegrations", BH_MAY_READ, NULL, &integrations, 0 },
        { "POST", "/api/v1/integrations", "makeIntegration", BH_MAY_INTEGRATIONS_WRITE, post_integration, NULL, 0 },
        { "GET", "/api/v1/integration-kinds", "listIntegrationKinds", BH_MAY_READ, get_kinds, NULL, 0 },
        { "GET", "/api/v1/integrations/{id}", "getIntegration", BH_MAY_READ, get_integration, NULL, 0 },
        { "PATCH", "/api/v1/integrations/{id}", "changeIntegration", BH_MAY_INTEGRATIONS_WRITE, patch_integration, NULL, 0 },
        { "DELETE", "/api/v1/integrations/{id}", "removeIntegration", BH_MAY_INTEGRATIONS_WRITE, delete_integration, NULL, 0 },
        { "POST", "/api/v1/integrations/{id}/test", "testIntegration", BH_MAY_INTEGRATIONS_WRITE, post_test, NULL, 0 },
        { 0 },
};
