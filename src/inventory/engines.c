/* SPDX-License-Identifier: Apache-2.0 */
/* Containers and images, as the engines of this machine know them; and the pods they are in. */
#include "base/text.h"
#include "engine/docker.h"
#include "fmt/json.h"
#include "inventory/pods.h"

enum { ANSWER_S = 10 };

static const struct bh_doc *get(struct bh_collect *c, const struct bh_api *api, const char *path, struct bh_err *err) {
        const struct bh_doc *doc;
        struct bh_str text;
        int r = bh_api_get(api, bh_arena_printf(c->arena, "%.*s%s", BH_FMT(api->base), path), &text, err);

        r = r < 0 ? r : bh_json_parse(c->arena, text, &doc, err);
        return r < 0 ? NULL : doc;
}

/* "0001-01-01T00:00:00Z" is never. */
static int64_t time_of(struct bh_str text) {
        int64_t s;

        return bh_time_parse(text, &s) && s > 0 ? s * 1000 : 0;
}

/* ---- containers ---- */

/* Mounts through which a container reaches the host. */
bool bh_mount_is_dangerous(struct bh_str source) {
        static const char *const paths[] = { "/", "/etc", "/root", "/home", "/var", "/var/lib", "/var/lib/docker", "/var/lib/kubelet", "/proc", "/sys", "/dev", "/boot",
                                             "/lib", "/lib/modules", "/usr", "/run", "/var/run", "/var/log", "/opt" };

        return bh_str_among(source, paths, BH_LEN(paths)) ||
               bh_str_ends(source, BH_STR("docker.sock")) || bh_str_ends(source, BH_STR("containerd.sock")) || bh_str_ends(source, BH_STR("podman.sock")) ||
               bh_str_ends(source, BH_STR("crio.sock")) || bh_str_starts(source, BH_STR("/etc/")) || bh_str_starts(source, BH_STR("/root/"));
}

static void put_mounts(struct bh_json_put *j, const struct bh_doc *mounts) {
        BH_CLEANUP(bh_buf_done) struct bh_buf list = { 0 };

        for (const struct bh_doc *m = bh_doc_first(mounts); m; m = m->next) {
                struct bh_str source = bh_doc_get_text(m, "Source");

                if (bh_str_is(bh_doc_get_text(m, "Type"), "bind") && bh_mount_is_dangerous(source)) {
                        bh_buf_puts(&list, list.len ? "," : "");
                        bh_buf_add(&list, source);
                        bh_buf_puts(&list, bh_doc_bool(bh_doc_get(m, "RW"), true) ? "" : ":ro");
                }
        }
        bh_json_put_some(j, "host_mounts", bh_buf_str(&list));
}

static void put_words(struct bh_json_put *j, const char *key, const struct bh_doc *list) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };

        for (const struct bh_doc *w = bh_doc_first(list); w; w = w->next) {
                bh_buf_puts(&text, text.len ? "," : "");
                bh_buf_add(&text, bh_doc_str(w));
        }
        bh_json_put_some(j, key, bh_buf_str(&text));
}

/* {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]} */
static void put_ports(struct bh_json_put *j, const struct bh_doc *ports) {
        BH_CLEANUP(bh_buf_done) struct bh_buf list = { 0 };

        for (const struct bh_doc *p = bh_doc_first(ports); p; p = p->next)
                for (const struct bh_doc *at = bh_doc_first(p); at; at = at->next) {
                        struct bh_str ip = bh_doc_get_text(at, "HostIp"), port = bh_doc_get_text(at, "HostPort");

                        bh_buf_printf(&list, "%s%.*s:%.*s->%.*s", list.len ? "," : "", BH_FMT(ip.len ? ip : BH_STR("0.0.0.0")), BH_FMT(port), BH_FMT(p->key));
                }
        bh_json_put_some(j, "exposed", bh_buf_str(&list));
}

bool bh_user_is_root(struct bh_str user) {
        struct bh_str name, group;

        (void) bh_str_cut(user, ':', &name, &group);
        return name.len == 0 || bh_str_is(name, "0") || bh_str_is(name, "root");
}

static void put_kubernetes(struct bh_json_put *j, const struct bh_doc *labels) {
        bh_json_put_some(j, "pod", bh_doc_get_text(labels, "io.kubernetes.pod.name"));
        bh_json_put_some(j, "namespace", bh_doc_get_text(labels, "io.kubernetes.pod.namespace"));
        bh_json_put_some(j, "workload", bh_doc_get_text(labels, "com.docker.compose.service"));
}

/* What all engines have told in this pass. */
struct telling {
        struct bh_map told; /* ids of containers */
        struct bh_pods pods;
};

/* The kubelet's labels on Docker's containers. */
static void add_pod(struct bh_collect *c, const struct bh_api *api, const struct bh_doc *labels, bool host_net, struct bh_pods *pods) {
        bool sandbox = bh_str_is(bh_doc_get_text(labels, "io.kubernetes.docker.type"), "podsandbox");

        bh_pods_add(c, pods,
                    &(struct bh_pod_member){ .uid = bh_doc_get_text(labels, "io.kubernetes.pod.uid"), .name = bh_doc_get_text(labels, "io.kubernetes.pod.name"),
                                             .namespace = bh_doc_get_text(labels, "io.kubernetes.pod.namespace"),
                                             .sandbox = bh_doc_get_text(labels, "io.kubernetes.sandbox.id"), .runtime = api->word,
                                             .container = sandbox ? BH_STR("") : bh_doc_get_text(labels, "io.kubernetes.container.name"), .host_net = host_net });
}

static void put_container(struct bh_collect *c, const struct bh_api *api, struct bh_str id, const struct bh_doc *d) {
        const struct bh_doc *config = bh_doc_get(d, "Config"), *host = bh_doc_get(d, "HostConfig"), *state = bh_doc_get(d, "State");
        struct bh_str name = bh_doc_get_text(d, "Name");
        struct bh_json_put *j;

        (void) bh_str_cut_prefix(&name, BH_STR("/"));
        j = bh_collect_thing(c, BH_ASSET_CONTAINER, id, name, id);
        bh_json_put_str(j, "runtime", api->word);
        bh_json_put_str(j, "image_id", bh_doc_get_text(d, "Image"));
        bh_json_put_str(j, "image_ref", bh_doc_get_text(config, "Image"));
        bh_json_put_str(j, "state", bh_doc_get_text(state, "Status"));
        bh_json_put_bool(j, "privileged", bh_doc_bool(bh_doc_get(host, "Privileged"), false));
        bh_json_put_bool(j, "root", bh_user_is_root(bh_doc_get_text(config, "User")));
        bh_json_put_bool(j, "host_net", bh_str_is(bh_doc_get_text(host, "NetworkMode"), "host"));
        bh_json_put_bool(j, "host_pid", bh_str_is(bh_doc_get_text(host, "PidMode"), "host"));
        bh_json_put_bool(j, "read_only", bh_doc_bool(bh_doc_get(host, "ReadonlyRootfs"), false));
        put_words(j, "caps", bh_doc_get(host, "CapAdd"));
        put_words(j, "security", bh_doc_get(host, "SecurityOpt"));
        put_mounts(j, bh_doc_get(d, "Mounts"));
        put_ports(j, bh_doc_path(d, "NetworkSettings.Ports"));
        put_kubernetes(j, bh_doc_get(config, "Labels"));
        bh_json_put_int(j, "created_ms", time_of(bh_doc_get_text(d, "Created")));
        bh_json_put_int(j, "started_ms", time_of(bh_doc_get_text(state, "StartedAt")));
        bh_collect_told(c);
}

static int containers(struct bh_collect *c, const struct bh_api *api, struct telling *t, struct bh_err *err) {
        const struct bh_doc *list = get(c, api, "/containers/json?all=1", err);

        if (!list)
                return err->code;
        for (const struct bh_doc *row = bh_doc_first(list); row; row = row->next) {
                struct bh_err why = BH_ERR_NONE;
                struct bh_str id = bh_doc_get_text(row, "Id");
                const struct bh_doc *d = get(c, api, bh_arena_printf(c->arena, "/containers/%.*s/json", BH_FMT(id)).at, &why);

                (void) bh_map_set(&t->told, id, t);
                if (d) {
                        put_container(c, api, id, d);
                        add_pod(c, api, bh_doc_path(d, "Config.Labels"), bh_str_is(bh_doc_get_text(bh_doc_get(d, "HostConfig"), "NetworkMode"), "host"), &t->pods);
                } else if (why.code != BH_E_NOTFOUND) /* else it went meanwhile */
                        bh_collect_gap(c, api->word, &why);
        }
        return 0;
}

/* ---- images ---- */

static void put_list(struct bh_json_put *j, const char *key, const struct bh_doc *list) {
        bh_json_put_open(j, key, '[');
        for (const struct bh_doc *w = bh_doc_first(list); w; w = w->next)
                if (bh_str_find(bh_doc_str(w), BH_STR("<none>")) < 0)
                        bh_json_put_str(j, NULL, bh_doc_str(w));
        bh_json_put_close(j);
}

static int images(struct bh_collect *c, const struct bh_api *api, struct bh_err *err) {
        const struct bh_doc *list = get(c, api, "/images/json", err);

        if (!list)
                return err->code;
        for (const struct bh_doc *row = bh_doc_first(list); row; row = row->next) {
                struct bh_str id = bh_doc_get_text(row, "Id");
                struct bh_json_put *j;

                if (!bh_str_starts(id, BH_STR("sha256:"))) /* Podman leaves it out */
                        id = bh_arena_printf(c->arena, "sha256:%.*s", BH_FMT(id));
                j = bh_collect_thing(c, BH_ASSET_IMAGE, id, bh_doc_str(bh_doc_first(bh_doc_get(row, "RepoTags"))), BH_STR(""));
                bh_json_put_str(j, "runtime", api->word);
                put_list(j, "refs", bh_doc_get(row, "RepoTags"));
                put_list(j, "digests", bh_doc_get(row, "RepoDigests"));
                bh_json_put_int(j, "bytes", bh_doc_int(bh_doc_get(row, "Size"), 0));
                bh_json_put_int(j, "created_ms", bh_doc_int(bh_doc_get(row, "Created"), 0) * 1000);
                bh_collect_told(c);
        }
        return 0;
}

static void engine(struct bh_collect *c, enum bh_api_kind kind, const char *given, struct telling *t) {
        const char *address = bh_api_address(c->arena, kind, given);
        struct bh_err why = BH_ERR_NONE;
        struct bh_api api = { 0 };
        int r;

        if (!address)
                return; /* there is none */
        r = bh_api_open(c->arena, kind, address, ANSWER_S, &api, &why);
        if (r < 0)
                return bh_collect_gap(c, bh_str_of(address), &why);
        r = containers(c, &api, t, &why);
        r = r < 0 ? r : images(c, &api, &why);
        if (r < 0)
                bh_collect_gap(c, api.word, &why);
        bh_api_close(&api);
}

int bh_collect_engines(struct bh_collect *c, struct bh_err *err) {
        struct telling t = { .told = bh_map_in(c->arena) };

        (void) err;
        engine(c, BH_API_DOCKER, c->opts->docker, &t);
        engine(c, BH_API_PODMAN, c->opts->podman, &t);
        bh_collect_cri(c, &t.told, &t.pods);
        bh_pods_tell(c, &t.pods);
        return 0;
}
