/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "engine/api.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/json.h"
#include "sys/fd.h"
#include "sys/host_root.h"

static const char *const words[] = { [BH_API_DOCKER] = "docker", [BH_API_PODMAN] = "podman" };

/* ---- finding it ---- */

static bool is_socket(const char *path) {
        struct stat st;

        return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* The first of the usual places, rootless ones first for people who are not root. */
static const char *usual_socket(struct bh_arena *arena, enum bh_api_kind kind) {
        const char *runtime = secure_getenv("XDG_RUNTIME_DIR"), *home = secure_getenv("HOME");
        const char *own = kind == BH_API_PODMAN ? "podman/podman.sock" : "docker.sock";
        const char *const docker[] = { bh_on_host(arena, "/run/docker.sock"), "/var/run/docker.sock" };
        const char *const podman[] = { bh_on_host(arena, "/run/podman/podman.sock"), "/var/run/podman/podman.sock" };
        const char *const *system = kind == BH_API_PODMAN ? podman : docker;
        const char *candidates[5] = { 0 };
        size_t n = 0;

        if (runtime)
                candidates[n++] = bh_arena_printf(arena, "%s/%s", runtime, own).at;
        if (geteuid() != 0)
                candidates[n++] = bh_arena_printf(arena, "/run/user/%u/%s", geteuid(), own).at;
        if (home && kind == BH_API_DOCKER)
                candidates[n++] = bh_arena_printf(arena, "%s/.docker/run/docker.sock", home).at;
        candidates[n++] = system[0];
        candidates[n++] = system[1];
        for (size_t i = 0; i < n; i++)
                if (is_socket(candidates[i]))
                        return bh_arena_printf(arena, "unix://%s", candidates[i]).at;
        return NULL;
}

const char *bh_api_address(struct bh_arena *arena, enum bh_api_kind kind, const char *given) {
        const char *value = getenv(kind == BH_API_PODMAN ? "CONTAINER_HOST" : "DOCKER_HOST");

        if (given)
                return given;
        return value && *value ? value : usual_socket(arena, kind);
}

/* DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, as Docker's own client reads them. */
static int engine_tls(struct bh_arena *arena, struct bh_http_opts *http, struct bh_err *err) {
        const char *dir = getenv("DOCKER_CERT_PATH"), *verify = getenv("DOCKER_TLS_VERIFY");
        int r;

        http->insecure = !verify || !*verify;
        if (!dir || !*dir)
                return 0;
        http->cert_file = bh_arena_printf(arena, "%s/cert.pem", dir).at;
        http->key_file = bh_arena_printf(arena, "%s/key.pem", dir).at;
        r = bh_fd_read_file(arena, bh_arena_printf(arena, "%s/ca.pem", dir).at, BH_LIMIT_CONFIG_FILE, &http->ca_pem, err);
        return r == BH_E_NOTFOUND ? 0 : r;
}

static int set_address(struct bh_api *api, const char *address, struct bh_http_opts *http, struct bh_err *err) {
        struct bh_str a = bh_str_of(address);
        const char *verify = getenv("DOCKER_TLS_VERIFY"), *certs = getenv("DOCKER_CERT_PATH");
        bool tls = (verify && *verify) || (certs && *certs);

        if (bh_str_cut_prefix(&a, BH_STR("unix://")) || bh_str_starts(a, BH_STR("/"))) {
                http->unix_socket = a.at;
                api->socket = bh_arena_cstr(api->arena, a);
                api->base = BH_STR("http://engine");
                return 0;
        }
        if (bh_str_cut_prefix(&a, BH_STR("https://")))
                tls = true;
        else if (!bh_str_cut_prefix(&a, BH_STR("tcp://")) && !bh_str_cut_prefix(&a, BH_STR("http://")))
                return bh_fail(err, BH_E_UNSUPPORTED, "'%s': an engine is reached by unix:// or tcp://", BH_QUOTE(a));
        (void) bh_str_cut_suffix(&a, BH_STR("/"));
        api->base = bh_arena_printf(api->arena, "%s://%.*s", tls ? "https" : "http", BH_FMT(a));
        http->plain_http = !tls;
        return tls ? engine_tls(api->arena, http, err) : 0;
}

int bh_api_open(struct bh_arena *arena, enum bh_api_kind kind, const char *address, unsigned timeout_s, struct bh_api *ret,
                struct bh_err *err) {
        struct bh_http_opts http = { .retries = 2, .timeout_s = timeout_s };
        struct bh_api api = { .arena = arena, .word = bh_str_of(words[kind]) };
        int r = set_address(&api, address, &http, err);

        if (r < 0)
                return bh_wrap(err, r, "%s", words[kind]);
        api.http = bh_http_new(&http);
        *ret = api;
        return 0;
}

void bh_api_close(struct bh_api *api) {
        bh_http_free(&api->http);
}

/* ---- asking ---- */

struct bh_str bh_api_url(const struct bh_api *api, const char *before, struct bh_str name, const char *after) {
        return bh_arena_printf(api->arena, "%s%s%s%s", api->base.at, before, bh_http_escape(api->arena, name, true).at, after);
}

int bh_api_fail(const struct bh_api *api, const struct bh_http_reply *reply, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_doc *root = NULL;
        char why[200] = "";
        int code = reply->status == 404 ? BH_E_NOTFOUND : reply->status == 403 ? BH_E_DENIED : BH_E_IO;

        BH_IGNORE(bh_json_parse(arena, bh_buf_str(&reply->failure), &root, NULL));
        (void) bh_str_quote(bh_doc_get_text(root, "message"), why, sizeof why);
        bh_arena_free(&arena);
        return bh_fail(err, code, "the %.*s engine answers %ld%s%s", BH_FMT(api->word), reply->status, why[0] ? ": " : "",
                       why);
}

int bh_api_get(const struct bh_api *api, struct bh_str url, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct bh_http_request q = { .url = url, .max_bytes = BH_LIMIT_HTTP_JSON };
        int r = bh_http_do(api->http, &q, &reply, err);

        if (r < 0)
                return bh_wrap(err, r, "%.*s engine", BH_FMT(api->word));
        if (reply.status != 200)
                return bh_api_fail(api, &reply, err);
        *ret = bh_arena_str(api->arena, bh_buf_str(&reply.body));
        return 0;
}
