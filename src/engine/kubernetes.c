/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "engine/kubernetes.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/json.h"
#include "sys/fd.h"

enum { PAGE = 500, TIMEOUT_S = 30 };

static const char pod_folder[] = "/var/run/secrets/kubernetes.io/serviceaccount";

/* ---- the way there ---- */

/* Relative paths of a kubeconfig are beside it. */
static const char *beside(struct bh_arena *arena, const char *kubeconfig, struct bh_str file) {
        struct bh_str dir = bh_str_dirname(bh_str_of(kubeconfig));

        return bh_str_starts(file, BH_STR("/")) || dir.len == 0 ? bh_arena_cstr(arena, file) : bh_arena_printf(arena, "%.*s/%.*s", BH_FMT(dir), BH_FMT(file)).at;
}

static int read_files(struct bh_arena *arena, const char *kubeconfig, struct bh_kube_config *c, struct bh_err *err) {
        struct {
                struct bh_str file, *to;
        } const rows[] = { { c->ca_file, &c->ca_pem }, { c->token_file, &c->token } };
        int r = 0;

        for (size_t i = 0; i < BH_LEN(rows) && r >= 0; i++)
                if (rows[i].file.len)
                        r = bh_fd_read_file(arena, beside(arena, kubeconfig, rows[i].file), BH_LIMIT_CONFIG_FILE, rows[i].to, err);
        c->token = bh_str_trim(c->token);
        return r;
}

static int read_kubeconfig(struct bh_arena *arena, const char *path, const char *context, struct bh_kube_config *ret, struct bh_err *err) {
        struct bh_str yaml;
        int r = bh_fd_read_file(arena, path, BH_LIMIT_CONFIG_FILE, &yaml, err);

        r = r < 0 ? r : bh_wrap(err, bh_kube_parse_config(arena, yaml, bh_str_of(context), ret, err), "%s", path);
        return r < 0 ? r : read_files(arena, path, ret, err);
}

/* A pod's own account: its token, its authority, and the address in the environment. */
static int read_account(struct bh_arena *arena, struct bh_kube_config *ret, struct bh_err *err) {
        const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");

        if (!host || !port)
                return bh_fail(err, BH_E_NOTFOUND, "there is no kubeconfig, and this is no pod");
        *ret = (struct bh_kube_config){ .context = BH_STR("service account"), .ca_file = bh_arena_printf(arena, "%s/ca.crt", pod_folder),
                                        .token_file = bh_arena_printf(arena, "%s/token", pod_folder),
                                        .server = bh_arena_printf(arena, strchr(host, ':') ? "https://[%s]:%s" : "https://%s:%s", host, port) };
        return read_files(arena, pod_folder, ret, err);
}

/* NULL: there is none, so it can only be a pod. */
static const char *config_path(struct bh_arena *arena, const char *given) {
        const char *named = getenv("KUBECONFIG"), *home = getenv("HOME");
        const char *usual = home ? bh_arena_printf(arena, "%s/.kube/config", home).at : NULL;

        if (given || (named && *named))
                return given ? given : named;
        return usual && access(usual, F_OK) == 0 ? usual : NULL;
}

/* Keys given in place never touch a disk: the name of a file in memory. */
static int in_memory(struct bh_arena *arena, struct bh_str pem, int *ret_fd, const char **ret_path, struct bh_err *err) {
        int fd = memfd_create("bulkhead-kube", MFD_CLOEXEC);

        if (fd < 0)
                return bh_fail_sys(err, errno, "memory for a certificate");
        *ret_fd = fd;
        *ret_path = bh_arena_printf(arena, "/proc/self/fd/%d", fd).at;
        return bh_fd_write_all(fd, pem, err);
}

static int client_pair(struct bh_kube *k, const char *kubeconfig, struct bh_http_opts *o, struct bh_err *err) {
        const struct bh_kube_config *c = &k->config;
        int r = 0;

        if (c->cert_pem.len)
                r = in_memory(k->arena, c->cert_pem, &k->cert_fd, &o->cert_file, err);
        else if (c->cert_file.len)
                o->cert_file = beside(k->arena, kubeconfig, c->cert_file);
        if (r >= 0 && c->key_pem.len)
                r = in_memory(k->arena, c->key_pem, &k->key_fd, &o->key_file, err);
        else if (r >= 0 && c->key_file.len)
                o->key_file = beside(k->arena, kubeconfig, c->key_file);
        return r;
}

int bh_kube_open(struct bh_arena *arena, const char *kubeconfig, const char *context, struct bh_kube *ret, struct bh_err *err) {
        const char *path = config_path(arena, kubeconfig);
        struct bh_kube k = { .arena = arena, .cert_fd = -1, .key_fd = -1 };
        struct bh_http_opts o = { .retries = 2, .timeout_s = TIMEOUT_S };
        int r = path ? read_kubeconfig(arena, path, context, &k.config, err) : read_account(arena, &k.config, err);

        r = r < 0 ? r : client_pair(&k, path, &o, err);
        if (r < 0) {
                bh_kube_close(&k);
                return r;
        }
        o.ca_pem = k.config.ca_pem;
        o.only_ca_pem = k.config.ca_pem.len > 0;
        o.insecure = k.config.insecure;
        o.plain_http = bh_str_starts(k.config.server, BH_STR("http://"));
        if (k.config.token.len)
                k.authorization = bh_arena_printf(arena, "Bearer %.*s", BH_FMT(k.config.token));
        k.http = bh_http_new(&o);
        *ret = k;
        return 0;
}

void bh_kube_close(struct bh_kube *k) {
        bh_http_free(&k->http);
        bh_fd_close(&k->cert_fd);
        bh_fd_close(&k->key_fd);
}

/* ---- asking ---- */

/* A refusal is a Status object with a message for people. */
static int refused(const struct bh_kube *k, struct bh_str path, const struct bh_http_reply *reply, struct bh_err *err) {
        int code = reply->status == 404 ? BH_E_NOTFOUND : reply->status == 401 || reply->status == 403 ? BH_E_DENIED : BH_E_IO;
        const struct bh_doc *root = NULL;
        char why[240] = "", shown[120];
        struct bh_str query;

        (void) bh_str_cut(path, '?', &path, &query);
        BH_IGNORE(bh_json_parse(k->arena, bh_buf_str(&reply->failure), &root, NULL));
        (void) bh_str_quote(bh_doc_get_text(root, "message"), why, sizeof why);
        return bh_fail(err, code, "%s: the API server answers %ld%s%s", bh_str_quote(path, shown, sizeof shown), reply->status, why[0] ? ": " : "", why);
}

int bh_kube_get(const struct bh_kube *k, struct bh_str path, const char *accept, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct bh_http_request q = { .url = bh_arena_cat(k->arena, k->config.server, path), .authorization = k->authorization,
                                     .accept = accept ? bh_str_of(accept) : BH_STR("application/json"), .max_bytes = BH_LIMIT_HTTP_JSON };
        int r = bh_http_do(k->http, &q, &reply, err);

        if (r < 0)
                return bh_wrap(err, r, "the API server");
        if (reply.status != 200)
                return refused(k, path, &reply, err);
        *ret = bh_arena_str(k->arena, bh_buf_str(&reply.body));
        return 0;
}

int bh_kube_list(const struct bh_kube *k, const char *path, const char *accept, bh_kube_page *page, void *user, struct bh_err *err) {
        struct bh_str next = { 0 }, body;
        int r = 0;

        do {
                struct bh_str url = bh_arena_printf(k->arena, "%s?limit=%d%s%s", path, PAGE, next.len ? "&continue=" : "",
                                                    next.len ? bh_http_escape(k->arena, next, false).at : "");

                r = bh_kube_get(k, url, accept, &body, err);
                r = r < 0 ? r : bh_wrap(err, bh_kube_parse_continue(k->arena, body, &next, err), "%s", path);
                r = r < 0 ? r : page(user, body, err);
        } while (r >= 0 && next.len);
        return r < 0 ? r : 0;
}
