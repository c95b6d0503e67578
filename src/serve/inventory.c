/* SPDX-License-Identifier: Apache-2.0 */
/* What hosts have: hosts, containers, everything else by its kind, and what changed. */
#include "base/limits.h"
#include "fmt/json.h"
#include "model/asset.h"
#include "serve/mine.h"
#include "serve/words.h"

#define FS (BH_LIST_FILTER | BH_LIST_SORT)
#define FSQ (BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH)
#define FF (BH_LIST_FILTER | BH_LIST_FACET)

static const struct bh_list_column host_columns[] = {
        { "id", "h.id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "name", "h.name", BH_LIST_TEXT, FSQ, NULL },
        { "os", "h.os", BH_LIST_TEXT, FF | BH_LIST_SORT, NULL },
        { "os_version", "h.os_version", BH_LIST_TEXT, FF | BH_LIST_SORT, NULL },
        { "kernel", "h.kernel", BH_LIST_TEXT, FSQ | BH_LIST_FACET, NULL },
        { "arch", "h.arch", BH_LIST_TEXT, FF, NULL },
        { "address", "h.address", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "environment", "h.environment", BH_LIST_TEXT, FF, NULL },
        { "labels", "h.labels", BH_LIST_JSON, BH_LIST_FILTER, NULL },
        { "cpus", "h.cpus", BH_LIST_INT, FS, NULL },
        { "memory_bytes", "h.memory_bytes", BH_LIST_INT, FS, NULL },
        { "boot_ms", "h.boot_ms", BH_LIST_TIME, FS, NULL },
        { "risk", "h.risk", BH_LIST_REAL, FS, NULL },
        { "n_findings", "h.n_findings", BH_LIST_INT, FS, NULL },
        { "n_alerts", "h.n_alerts", BH_LIST_INT, FS, NULL },
        { "n_containers", "(SELECT count(*) FROM container c WHERE c.host_id = h.id AND c.state = 'running' AND c.gone_ms IS NULL)", BH_LIST_INT, 0, NULL },
        { "first_ms", "h.first_ms", BH_LIST_TIME, FS, NULL },
        { "seen_ms", "h.seen_ms", BH_LIST_TIME, FS, NULL },
        { "gone_ms", "h.gone_ms", BH_LIST_TIME, FS, NULL },
        { 0 },
};

static const struct bh_list hosts = {
        .name = "hosts", .from = "host h", .key = "h.id", .key_type = BH_LIST_TEXT, .sort = "-risk", .mine = BH_MINE_NOTHING, .columns = host_columns,
};

static const struct bh_list_column container_columns[] = {
        { "id", "c.id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "name", "c.name", BH_LIST_TEXT, FSQ, NULL },
        { "host_id", "c.host_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "host", "h.name", BH_LIST_TEXT, FF | BH_LIST_SEARCH, NULL },
        { "image_id", "c.image_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "image", "c.image_ref", BH_LIST_TEXT, FSQ | BH_LIST_FACET, NULL },
        { "runtime", "c.runtime", BH_LIST_TEXT, FF, NULL },
        { "state", "c.state", BH_LIST_TEXT, FF | BH_LIST_SORT, NULL },
        { "pod", "c.pod", BH_LIST_TEXT, FF | BH_LIST_SEARCH, NULL },
        { "namespace", "c.namespace", BH_LIST_TEXT, FF | BH_LIST_SEARCH, NULL },
        { "workload", "c.workload", BH_LIST_TEXT, FF | BH_LIST_SEARCH, NULL },
        { "privileged", "c.privileged", BH_LIST_BOOL, FF, NULL },
        { "root", "c.root", BH_LIST_BOOL, FF, NULL },
        { "host_net", "c.host_net", BH_LIST_BOOL, FF, NULL },
        { "host_pid", "c.host_pid", BH_LIST_BOOL, FF, NULL },
        { "host_mounts", "c.host_mounts", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "caps", "c.caps", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "exposed", "c.exposed", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "listening", "c.listening", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "risk", "c.risk", BH_LIST_REAL, FS, NULL },
        { "n_alerts", "c.n_alerts", BH_LIST_INT, FS, NULL },
        { "created_ms", "c.created_ms", BH_LIST_TIME, FS, NULL },
        { "started_ms", "c.started_ms", BH_LIST_TIME, FS, NULL },
        { "first_ms", "c.first_ms", BH_LIST_TIME, FS, NULL },
        { "seen_ms", "c.seen_ms", BH_LIST_TIME, FS, NULL },
        { "gone_ms", "c.gone_ms", BH_LIST_TIME, FS, NULL },
        { "gone", "(c.gone_ms IS NOT NULL)", BH_LIST_BOOL, FF, NULL },
        { "detail", "c.detail", BH_LIST_JSON, BH_LIST_HIDDEN, NULL },
        { 0 },
};

static const struct bh_list containers = {
        .name = "containers", .from = "container c LEFT JOIN host h ON h.id = c.host_id", .key = "c.id", .key_type = BH_LIST_TEXT,
        .sort = "-risk", .mine = BH_MINE_IMAGE("c.image_id"), .columns = container_columns,
};

static const struct bh_list_column asset_columns[] = {
        { "id", "a.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "kind", "a.kind", BH_LIST_TEXT, FF, NULL },
        { "name", "a.name", BH_LIST_TEXT, FSQ, NULL },
        { "key", "a.key", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "host_id", "a.host_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "host", "h.name", BH_LIST_TEXT, FF | BH_LIST_SEARCH, NULL },
        { "container_id", "a.container_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "container", "c.name", BH_LIST_TEXT, FF | BH_LIST_SEARCH, NULL },
        { "attrs", "a.attrs", BH_LIST_JSON, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "first_ms", "a.first_ms", BH_LIST_TIME, FS, NULL },
        { "seen_ms", "a.seen_ms", BH_LIST_TIME, FS, NULL },
        { "gone_ms", "a.gone_ms", BH_LIST_TIME, FS, NULL },
        { "gone", "(a.gone_ms IS NOT NULL)", BH_LIST_BOOL, FF, NULL },
        { 0 },
};

static const struct bh_list assets = {
        .name = "assets", .from = "asset a LEFT JOIN host h ON h.id = a.host_id LEFT JOIN container c ON c.id = a.container_id", .key = "a.id",
        .key_type = BH_LIST_INT, .sort = "name", .mine = BH_MINE_CONTAINER("a.container_id"), .columns = asset_columns,
};

static const struct bh_list_column change_columns[] = {
        { "id", "x.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "at_ms", "x.at_ms", BH_LIST_TIME, FS, NULL },
        { "op", "x.op", BH_LIST_TEXT, FF, NULL },
        { "kind", "x.kind", BH_LIST_TEXT, FF, NULL },
        { "name", "x.name", BH_LIST_TEXT, FSQ, NULL },
        { "asset_id", "x.asset_id", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "host_id", "x.host_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "host", "h.name", BH_LIST_TEXT, FF | BH_LIST_SEARCH, NULL },
        { "container_id", "x.container_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "container", "c.name", BH_LIST_TEXT, FF | BH_LIST_SEARCH, NULL },
        { "before", "x.before", BH_LIST_JSON, 0, NULL },
        { "after", "x.after", BH_LIST_JSON, 0, NULL },
        { 0 },
};

static const struct bh_list changes = {
        .name = "asset-changes", .from = "asset_change x LEFT JOIN host h ON h.id = x.host_id LEFT JOIN container c ON c.id = x.container_id", .key = "x.id",
        .key_type = BH_LIST_INT, .sort = "-at_ms", .mine = BH_MINE_CONTAINER("x.container_id"), .columns = change_columns,
};

/* ---- one of a list ---- */

static int get_host(struct bh_call *call, struct bh_err *err) {
        return bh_list_one(call, &hosts, "h.id = ?", bh_arg_text(bh_call_part(call, "id")), "host", err);
}

static int get_container(struct bh_call *call, struct bh_err *err) {
        return bh_list_one(call, &containers, "c.id = ?", bh_arg_text(bh_call_part(call, "id")), "container", err);
}

static int get_asset(struct bh_call *call, struct bh_err *err) {
        int64_t id;
        int r = bh_call_id(call, "asset", &id, err);

        return r < 0 ? r : bh_list_one(call, &assets, "a.id = ?", bh_arg_int(id), "asset", err);
}

/* ---- kinds ---- */

static int64_t count_of(const char *kind, const struct bh_doc *facet) {
        for (const struct bh_doc *f = bh_doc_first(facet); f; f = f->next)
                if (bh_str_is(bh_doc_get_text(f, "value"), kind))
                        return bh_doc_int(bh_doc_get(f, "count"), 0);
        return 0;
}

/* Every kind there is, and how many things of it there are now. */
static int get_kinds(struct bh_call *call, struct bh_err *err) {
        static const char *const cells[] = { "kind", "about", "count", NULL };
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct bh_list_query *query = NULL;
        const struct bh_doc *doc = NULL, *facet;
        int r = bh_list_ask(call, &assets, BH_STR("limit=1&facets=kind&f.gone=false"), &query, err);

        r = r < 0 ? r : bh_list_json(call->db, query, &text, err);
        r = r < 0 ? r : bh_json_parse(call->arena, bh_arena_str(call->arena, bh_buf_str(&text)), &doc, err);
        if (r < 0)
                return r;
        facet = bh_doc_path(doc, "facets.kind");
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_open(&j, "items", '[');
        for (int kind = 0; kind < _BH_ASSET_MAX; kind++) {
                const char *word = bh_asset_str((enum bh_asset_kind) kind);

                if (kind == BH_ASSET_HOST || kind == BH_ASSET_CONTAINER || kind == BH_ASSET_IMAGE) /* lists of their own */
                        continue;
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_cstr(&j, "kind", word);
                bh_json_put_cstr(&j, "about", bh_asset_about((enum bh_asset_kind) kind));
                bh_json_put_int(&j, "count", count_of(word, facet));
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        return bh_call_items_csv(call, "asset-kinds", cells, err);
}

/* ---- what people say of a host ---- */

struct change {
        const struct bh_call *call;
        struct bh_str id, environment, labels;
        bool has_environment;
};

static int change_fn(struct bh_db *db, void *user, struct bh_err *err) {
        const struct change *c = user;
        uint64_t n = 0;
        int r = bh_db_run(db, "UPDATE host SET environment = CASE WHEN ?2 THEN ?3 ELSE environment END, labels = CASE WHEN ?4 <> '' THEN ?4 ELSE labels END WHERE id = ?1",
                          BH_ARGS(bh_arg_text(c->id), bh_arg_int(c->has_environment), bh_arg_text(c->environment), bh_arg_text(c->labels)), &n, err);

        if (r >= 0 && n == 0)
                return bh_fail(err, BH_E_NOTFOUND, "there is no host %s", BH_QUOTE(c->id));
        return r < 0 ? r : bh_call_audit(db, c->call, "host.change", c->id, (struct bh_str){ 0 }, c->call->body, err);
}

static int read_labels(struct bh_call *call, const struct bh_doc *labels, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_json_put j = { .out = &text, .compact = true };

        if (!labels)
                return 0;
        if (!bh_doc_is(labels, BH_DOC_OBJECT))
                return bh_fail(err, BH_E_FORMAT, "labels must be an object of texts");
        for (const struct bh_doc *l = bh_doc_first(labels); l; l = l->next)
                if (!bh_doc_is(l, BH_DOC_STRING))
                        return bh_fail(err, BH_E_FORMAT, "the label %s must be a text", BH_QUOTE(l->key));
        bh_json_put_doc(&j, NULL, labels);
        if (text.len > BH_LIMIT_NOTE)
                return bh_fail(err, BH_E_LIMIT, "the labels are longer than %llu bytes", BH_LIMIT_NOTE);
        *ret = bh_arena_str(call->arena, bh_str_trim(bh_buf_str(&text)));
        return 0;
}

static int change_host(struct bh_call *call, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "environment", false }, { "labels", false } };
        struct change c = { .call = call, .id = bh_call_part(call, "id"), .environment = BH_STR(""), .labels = BH_STR("") };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        r = r < 0 ? r : bh_body_text(&f, body, "environment", 16, &c.environment, err);
        if (r >= 0 && c.environment.len && !bh_str_is(c.environment, "dev") && !bh_str_is(c.environment, "prod"))
                r = bh_fail(err, BH_E_FORMAT, "environment is dev, prod or empty, not %s", BH_QUOTE(c.environment));
        r = r < 0 ? r : read_labels(call, bh_doc_get(body, "labels"), &c.labels, err);
        c.has_environment = bh_doc_get(body, "environment") != NULL;
        r = r < 0 ? r : bh_store_write(call->store, change_fn, &c, err);
        if (r < 0)
                return r;
        call->status = 204;
        return 0;
}

const struct bh_route bh_routes_inventory[] = {
        { "GET", "/api/v1/hosts", "listHosts", BH_MAY_READ, .list = &hosts },
        { "GET", "/api/v1/hosts/{id}", "getHost", BH_MAY_READ, get_host },
        { "PATCH", "/api/v1/hosts/{id}", "changeHost", BH_MAY_AGENTS_WRITE, change_host },
        { "GET", "/api/v1/containers", "listContainers", BH_MAY_READ, .list = &containers },
        { "GET", "/api/v1/containers/{id}", "getContainer", BH_MAY_READ, get_container },
        { "GET", "/api/v1/assets", "listAssets", BH_MAY_READ, .list = &assets },
        { "GET", "/api/v1/assets/{id}", "getAsset", BH_MAY_READ, get_asset },
        { "GET", "/api/v1/asset-kinds", "listAssetKinds", BH_MAY_READ, get_kinds },
        { "GET", "/api/v1/asset-changes", "listAssetChanges", BH_MAY_READ, .list = &changes },
        { 0 },
};
