/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/files.h"

#include <stdlib.h>
#include <string.h>

#include "base/cur.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/vec.h"
#include "fmt/json.h"

BH_VEC_OF(mounts, struct bh_mount);
BH_VEC_OF(labels, struct bh_label);

static int parse(struct bh_arena *arena, struct bh_str bytes, const char *what, const struct bh_doc **ret, struct bh_err *err) {
        int r = bh_json_parse(arena, bytes, ret, err);

        if (r == 0 && !bh_doc_is(*ret, BH_DOC_OBJECT) && !bh_doc_is(*ret, BH_DOC_ARRAY))
                r = bh_fail(err, BH_E_FORMAT, "neither an object nor a list");
        return r < 0 ? bh_wrap(err, r, "%s", what) : 0;
}

/* "2026-11-29T15:04:05.123456789Z" in ns; 0 for none, and for Go's year 1. */
static int64_t time_of(struct bh_str text) {
        ptrdiff_t dot = bh_str_chr(text, '.');
        int64_t s, ns = 0, scale = 100000000;

        if (!bh_time_parse(text, &s) || s <= 0 || s > INT64_MAX / 1000000000 - 1)
                return 0;
        for (size_t i = (size_t) dot + 1; dot >= 0 && i < text.len && bh_is_digit(text.at[i]); i++, scale /= 10)
                ns += (text.at[i] - '0') * scale;
        return s * 1000000000 + ns;
}

static void set(struct bh_str *to, struct bh_str text) {
        if (text.len)
                *to = text;
}

/* Kubernetes' labels on Docker's containers and the annotations of its runtimes mean the same things. */
static void read_annotation(struct bh_container *c, struct bh_str key, struct bh_str value) {
        static const struct {
                const char *key;
                size_t offset;
        } rows[] = {
                { "io.kubernetes.pod.name", offsetof(struct bh_container, pod_name) },
                { "io.kubernetes.pod.namespace", offsetof(struct bh_container, pod_namespace) },
                { "io.kubernetes.pod.uid", offsetof(struct bh_container, pod_uid) },
                { "io.kubernetes.sandbox.id", offsetof(struct bh_container, pod_sandbox_id) },
                { "io.kubernetes.cri.sandbox-name", offsetof(struct bh_container, pod_name) },
                { "io.kubernetes.cri.sandbox-namespace", offsetof(struct bh_container, pod_namespace) },
                { "io.kubernetes.cri.sandbox-uid", offsetof(struct bh_container, pod_uid) },
                { "io.kubernetes.cri.sandbox-id", offsetof(struct bh_container, pod_sandbox_id) },
                { "io.kubernetes.cri.container-name", offsetof(struct bh_container, name) },
                { "io.kubernetes.cri.image-name", offsetof(struct bh_container, image) },
                { "io.kubernetes.cri-o.Name", offsetof(struct bh_container, name) },
                { "io.kubernetes.container.name", offsetof(struct bh_container, name) },
                { "io.kubernetes.cri-o.ImageName", offsetof(struct bh_container, image) },
                { "io.kubernetes.cri-o.ImageRef", offsetof(struct bh_container, image_id) },
                { "io.kubernetes.cri-o.SandboxID", offsetof(struct bh_container, pod_sandbox_id) },
                { "io.kubernetes.cri-o.IP.0", offsetof(struct bh_container, ip) },
                { "nerdctl/name", offsetof(struct bh_container, name) },
        };
        int64_t t;

        for (size_t i = 0; i < BH_LEN(rows); i++)
                if (bh_str_is(key, rows[i].key))
                        set((struct bh_str *) (void *) ((char *) c + rows[i].offset), value);
        if (bh_str_is(key, "io.kubernetes.cri-o.Created") && (t = time_of(value)) > 0)
                c->start_ns = t;
}

static void read_labels(struct bh_arena *arena, const struct bh_doc *object, struct bh_container *c, bool docker) {
        struct labels all = { 0 };

        for (const struct bh_doc *n = bh_doc_first(object); n; n = n->next) {
                bool name = bh_str_is(n->key, "io.kubernetes.container.name");

                if (!bh_doc_is(n, BH_DOC_STRING))
                        continue;
                if (!(docker && name)) /* Docker's own name tells the pod as well */
                        read_annotation(c, n->key, bh_doc_str(n));
                if (all.len < BH_LIMIT_CONTAINER_LABELS)
                        *bh_vec_add(arena, &all) = (struct bh_label){ n->key, bh_doc_str(n) };
        }
        if (!all.len)
                return;
        c->labels = all.at;
        c->n_labels = (uint32_t) all.len;
}

/* Docker. */

static void docker_mounts(struct bh_arena *arena, const struct bh_doc *points, struct bh_container *c) {
        struct mounts all = { 0 };

        for (const struct bh_doc *n = bh_doc_first(points); n && all.len < BH_LIMIT_CONTAINER_MOUNTS; n = n->next) {
                struct bh_mount m = { .source = bh_doc_get_text(n, "Source"),
                                      .dest = bh_doc_get_text(n, "Destination"),
                                      .mode = bh_doc_get_text(bh_doc_get(n, "Spec"), "Mode"),
                                      .propagation = bh_doc_get_text(n, "Propagation"),
                                      .writable = bh_doc_bool(bh_doc_get(n, "RW"), false) };

                set(&m.mode, bh_doc_get_text(n, "Relabel"));
                *bh_vec_add(arena, &all) = m;
        }
        c->mounts = all.at;
        c->n_mounts = (uint32_t) all.len;
}

static struct bh_str first_ip(const struct bh_doc *networks) {
        struct bh_str ip = { 0 };

        for (const struct bh_doc *n = bh_doc_first(networks); n && !ip.len; n = n->next)
                ip = bh_doc_get_text(n, "IPAddress");
        return ip;
}

int bh_runtime_docker(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c, struct bh_err *err) {
        const struct bh_doc *root, *config;
        struct bh_str name;
        int64_t t;
        int r = parse(arena, bytes, "config.v2.json", &root, err);

        if (r < 0)
                return r;
        config = bh_doc_get(root, "Config");
        c->runtime = BH_STR("docker");
        name = bh_doc_get_text(root, "Name");
        (void) bh_str_cut_prefix(&name, BH_STR("/"));
        set(&c->name, name);
        set(&c->image, bh_doc_get_text(config, "Image"));
        set(&c->image_id, bh_doc_get_text(root, "Image"));
        set(&c->image_digest, bh_doc_get_text(bh_doc_get(root, "ImageManifest"), "digest"));
        set(&c->user, bh_doc_get_text(config, "User"));
        set(&c->ip, first_ip(bh_doc_path(root, "NetworkSettings.Networks")));
        c->init_pid = (uint32_t) bh_doc_int(bh_doc_path(root, "State.Pid"), c->init_pid);
        t = time_of(bh_doc_get_text(bh_doc_get(root, "State"), "StartedAt"));
        if (!t) /* it is about to start */
                t = time_of(bh_doc_get_text(root, "Created"));
        c->start_ns = t ? t : c->start_ns;
        docker_mounts(arena, bh_doc_get(root, "MountPoints"), c);
        read_labels(arena, bh_doc_get(config, "Labels"), c, true);
        return 0;
}

int bh_runtime_docker_host(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c, struct bh_err *err) {
        const struct bh_doc *root;
        int r = parse(arena, bytes, "hostconfig.json", &root, err);

        if (r < 0)
                return r;
        c->privileged = bh_doc_bool(bh_doc_get(root, "Privileged"), false);
        c->host_pid = bh_str_is(bh_doc_get_text(root, "PidMode"), "host");
        c->host_net = bh_str_is(bh_doc_get_text(root, "NetworkMode"), "host");
        c->host_ipc = bh_str_is(bh_doc_get_text(root, "IpcMode"), "host");
        return 0;
}

/* The bundle. */

static bool has_word(const struct bh_doc *list, const char *word) {
        for (const struct bh_doc *n = bh_doc_first(list); n; n = n->next)
                if (bh_str_is(bh_doc_str(n), word))
                        return true;
        return false;
}

static struct bh_str propagation_of(const struct bh_doc *options) {
        static const char *const words[] = { "rprivate", "private", "rshared", "shared", "rslave", "slave" };

        for (size_t i = 0; i < BH_LEN(words); i++)
                if (has_word(options, words[i]))
                        return bh_str_of(words[i]);
        return (struct bh_str){ 0 };
}

/* What the user or the orchestrator brings in; /proc, /dev and so on are everybody's. */
static void oci_mounts(struct bh_arena *arena, const struct bh_doc *list, struct bh_container *c) {
        struct mounts all = { 0 };

        for (const struct bh_doc *n = bh_doc_first(list); n && all.len < BH_LIMIT_CONTAINER_MOUNTS; n = n->next) {
                const struct bh_doc *options = bh_doc_get(n, "options");
                bool bind = bh_str_is(bh_doc_get_text(n, "type"), "bind") || has_word(options, "bind") || has_word(options, "rbind");

                if (!bind)
                        continue;
                *bh_vec_add(arena, &all) = (struct bh_mount){ .source = bh_doc_get_text(n, "source"),
                                                              .dest = bh_doc_get_text(n, "destination"),
                                                              .mode = has_word(options, "ro") ? BH_STR("ro") : BH_STR("rw"),
                                                              .propagation = propagation_of(options),
                                                              .writable = !has_word(options, "ro") };
        }
        if (!all.len)
                return;
        c->mounts = all.at;
        c->n_mounts = (uint32_t) all.len;
}

/* A namespace that is not asked for is the host's. */
static bool shares(const struct bh_doc *linux_, const char *type) {
        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(linux_, "namespaces")); n; n = n->next)
                if (bh_str_is(bh_doc_get_text(n, "type"), type))
                        return false;
        return linux_ != NULL;
}

/* Nowhere does it say "privileged": all rights, nothing hidden, no filter of calls is what it means. */
static bool is_privileged(const struct bh_doc *root, const struct bh_doc *linux_) {
        const struct bh_doc *bounding = bh_doc_path(root, "process.capabilities.bounding");

        return has_word(bounding, "CAP_SYS_ADMIN") && has_word(bounding, "CAP_SYS_MODULE") &&
               bh_doc_count(bh_doc_get(linux_, "maskedPaths")) == 0 && !bh_doc_get(linux_, "seccomp");
}

int bh_runtime_oci(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c, struct bh_err *err) {
        const struct bh_doc *root, *linux_;
        int r = parse(arena, bytes, "config.json", &root, err);

        if (r < 0)
                return r;
        linux_ = bh_doc_get(root, "linux");
        read_labels(arena, bh_doc_get(root, "annotations"), c, false);
        oci_mounts(arena, bh_doc_get(root, "mounts"), c);
        c->privileged = is_privileged(root, linux_);
        c->host_pid = shares(linux_, "pid");
        c->host_net = shares(linux_, "network");
        c->host_ipc = shares(linux_, "ipc");
        set(&c->user, bh_doc_get_text(bh_doc_path(root, "process.user"), "username"));
        if (!c->user.len && bh_doc_path(root, "process.user.uid"))
                c->user = bh_arena_printf(arena, "%lld", (long long) bh_doc_int(bh_doc_path(root, "process.user.uid"), 0));
        return 0;
}

int bh_runtime_runc(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c, struct bh_err *err) {
        const struct bh_doc *root;
        int64_t t;
        int r = parse(arena, bytes, "state.json", &root, err);

        if (r < 0)
                return r;
        c->init_pid = (uint32_t) bh_doc_int(bh_doc_get(root, "init_process_pid"), bh_doc_int(bh_doc_get(root, "pid"), c->init_pid));
        t = time_of(bh_doc_get_text(root, "created"));
        c->start_ns = t ? t : c->start_ns;
        return 0;
}

struct bh_str bh_runtime_bundle(struct bh_arena *arena, struct bh_str bytes) {
        const struct bh_doc *root;
        struct bh_str label;

        if (parse(arena, bytes, "state.json", &root, NULL) < 0)
                return (struct bh_str){ 0 };
        for (const struct bh_doc *n = bh_doc_first(bh_doc_path(root, "config.labels")); n; n = n->next) {
                label = bh_doc_str(n);
                if (bh_str_cut_prefix(&label, BH_STR("bundle=")))
                        return label;
        }
        return bh_doc_get_text(root, "bundle");
}

/* [{"id": ..., "names": ["web"], "image": "0a1b...", "metadata": "{\"image-name\": ..., \"name\": ...}"}] */
int bh_runtime_storage(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c, struct bh_err *err) {
        const struct bh_doc *root, *meta;
        int r = parse(arena, bytes, "containers.json", &root, err);

        if (r < 0)
                return r;
        for (const struct bh_doc *n = bh_doc_first(root); n; n = n->next) {
                if (!bh_str_eq(bh_doc_get_text(n, "id"), c->id))
                        continue;
                set(&c->name, bh_doc_str(bh_doc_first(bh_doc_get(n, "names"))));
                set(&c->image_id, bh_doc_get_text(n, "image"));
                c->start_ns = time_of(bh_doc_get_text(n, "created"));
                if (bh_json_parse(arena, bh_doc_get_text(n, "metadata"), &meta, NULL) < 0)
                        return 0; /* the rest is good without it */
                set(&c->image, bh_doc_get_text(meta, "image-name"));
                set(&c->name, bh_doc_get_text(meta, "name"));
                return 0;
        }
        return bh_fail(err, BH_E_NOTFOUND, "containers.json: it is not listed");
}

/* Blanks and the like are octal there: "\040". */
static struct bh_str unescape(struct bh_arena *arena, struct bh_str s) {
        char *out = bh_arena_bytes(arena, s.len + 1);
        size_t n = 0;
        uint64_t code;

        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] == '\\' && i + 3 < s.len && bh_str_oct64(bh_str_part(s, i + 1, 3), &code) && code < 256) {
                        out[n++] = (char) code;
                        i += 3;
                } else {
                        out[n++] = s.at[i];
                }
        }
        return (struct bh_str){ out, n };
}

/* 36 35 98:0 / / rw,noatime shared:1 - overlay overlay rw,lowerdir=...,upperdir=/var/...,workdir=... */
void bh_runtime_mountinfo(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c) {
        struct bh_cur cur = bh_cur_of(bytes);
        struct bh_str line, left, right, type, device, options, option;

        while (bh_cur_line(&cur, &line)) {
                ptrdiff_t dash = bh_str_find(line, BH_STR(" - overlay "));

                if (dash < 0)
                        continue;
                left = bh_str_part(line, 0, (size_t) dash);
                right = bh_str_from(line, (size_t) dash + 3);
                for (unsigned i = 0; i < 5; i++) /* the fifth word is where it is mounted */
                        if (!bh_str_word(&left, &option))
                                break;
                if (!bh_str_is(option, "/") || !bh_str_word(&right, &type) || !bh_str_word(&right, &device) ||
                    !bh_str_word(&right, &options))
                        continue;
                while (bh_str_split(&options, ',', &option))
                        if (bh_str_cut_prefix(&option, BH_STR("upperdir=")))
                                c->upper = unescape(arena, option);
                return;
        }
}

/* "docker.io/library/nginx:1.27@sha256:..." */
void bh_runtime_image(struct bh_container *c) {
        struct bh_str left, digest, rest = c->image;
        ptrdiff_t colon;

        if (bh_str_starts(rest, BH_STR("sha256:"))) {
                set(&c->image_id, rest);
                return;
        }
        if (bh_str_cut(rest, '@', &left, &digest)) {
                c->image_digest = digest;
                rest = left;
        }
        colon = bh_str_rchr(rest, ':');
        if (colon > 0 && bh_str_chr(bh_str_from(rest, (size_t) colon), '/') < 0) {
                c->image_tag = bh_str_from(rest, (size_t) colon + 1);
                rest = bh_str_part(rest, 0, (size_t) colon);
        }
        c->image_repository = rest;
        if (!c->image_tag.len && !c->image_digest.len && rest.len)
                c->image_tag = BH_STR("latest");
}
