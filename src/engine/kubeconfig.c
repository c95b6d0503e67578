/* SPDX-License-Identifier: Apache-2.0 */
/* kubeconfig: lists of clusters, users and contexts, each by its name. */
#include "base/text.h"
#include "engine/kubernetes.h"
#include "fmt/json.h"
#include "fmt/yaml.h"

/* The entry of that name, its inner object: clusters[name].cluster */
static int named(const struct bh_doc *root, const char *list, struct bh_str name, const char *inner, const struct bh_doc **ret, struct bh_err *err) {
        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(root, list)); e; e = e->next)
                if (bh_str_eq(bh_doc_get_text(e, "name"), name)) {
                        *ret = bh_doc_get(e, inner);
                        return 0;
                }
        return bh_fail(err, BH_E_NOTFOUND, "there is no \"%s\" among its %s", BH_QUOTE(name), list);
}

/* What is given in place goes before a file. */
static int given(struct bh_arena *arena, const struct bh_doc *from, const char *key, struct bh_str *ret_data, struct bh_str *ret_file, struct bh_err *err) {
        struct bh_str data = bh_doc_get_text(from, bh_arena_printf(arena, "%s-data", key).at);

        if (data.len == 0) {
                *ret_file = bh_doc_get_text(from, key);
                return 0;
        }
        return bh_base64_decode(arena, data, ret_data) ? 0 : bh_fail(err, BH_E_FORMAT, "%s-data is no base64", key);
}

static int read_user(struct bh_arena *arena, const struct bh_doc *user, struct bh_str name, struct bh_kube_config *c, struct bh_err *err) {
        const char *asks = bh_doc_get(user, "exec") ? "exec" : bh_doc_get(user, "auth-provider") ? "auth-provider" : NULL;
        int r;

        if (asks)
                return bh_fail(err, BH_E_UNSUPPORTED, "user \"%s\" gets its credentials from another program (%s), which we do not run: give a kubeconfig with a token or a certificate",
                               BH_QUOTE(name), asks);
        c->token = bh_doc_get_text(user, "token");
        c->token_file = c->token.len ? (struct bh_str){ 0 } : bh_doc_get_text(user, "tokenFile");
        r = given(arena, user, "client-certificate", &c->cert_pem, &c->cert_file, err);
        return r < 0 ? r : given(arena, user, "client-key", &c->key_pem, &c->key_file, err);
}

static int read_cluster(struct bh_arena *arena, const struct bh_doc *cluster, struct bh_kube_config *c, struct bh_err *err) {
        struct bh_str server = bh_doc_get_text(cluster, "server");

        (void) bh_str_cut_suffix(&server, BH_STR("/"));
        if (!bh_str_starts(server, BH_STR("https://")) && !bh_str_starts(server, BH_STR("http://")))
                return bh_fail(err, BH_E_FORMAT, "the server \"%s\" is no https:// address", BH_QUOTE(server));
        c->server = server;
        c->insecure = bh_doc_bool(bh_doc_get(cluster, "insecure-skip-tls-verify"), false);
        return given(arena, cluster, "certificate-authority", &c->ca_pem, &c->ca_file, err);
}

int bh_kube_parse_config(struct bh_arena *arena, struct bh_str yaml, struct bh_str context, struct bh_kube_config *ret, struct bh_err *err) {
        const struct bh_doc *root, *at = NULL, *cluster = NULL, *user = NULL;
        struct bh_kube_config c = { 0 };
        int r = bh_yaml_parse(arena, yaml, &root, err);

        if (r < 0)
                return r;
        c.context = context.len ? context : bh_doc_get_text(root, "current-context");
        if (c.context.len == 0)
                return bh_fail(err, BH_E_FORMAT, "no context is current, and none was named");
        r = named(root, "contexts", c.context, "context", &at, err);
        r = r < 0 ? r : named(root, "clusters", bh_doc_get_text(at, "cluster"), "cluster", &cluster, err);
        r = r < 0 || bh_doc_get_text(at, "user").len == 0 ? r : named(root, "users", bh_doc_get_text(at, "user"), "user", &user, err);
        r = r < 0 ? r : read_cluster(arena, cluster, &c, err);
        r = r < 0 ? r : read_user(arena, user, bh_doc_get_text(at, "user"), &c, err);
        if (r >= 0)
                *ret = c;
        return r;
}

int bh_kube_parse_continue(struct bh_arena *arena, struct bh_str page, struct bh_str *ret, struct bh_err *err) {
        const struct bh_doc *root;
        int r = bh_json_parse(arena, page, &root, err);

        if (r < 0)
                return r;
        if (!bh_doc_is(bh_doc_get(root, "items"), BH_DOC_ARRAY))
                return bh_fail(err, BH_E_FORMAT, "the answer is no list");
        *ret = bh_doc_str(bh_doc_path(root, "metadata.continue"));
        return 0;
}
