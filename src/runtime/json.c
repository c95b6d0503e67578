/* SPDX-License-Identifier: Apache-2.0 */
/* A container as one line of JSON, and back. */
#include "base/limits.h"
#include "base/vec.h"
#include "fmt/json.h"
#include "fmt/json_put.h"
#include "runtime/files.h"

static const struct {
        const char *key;
        size_t offset;
} texts[] = {
        { "id", offsetof(struct bh_container, id) },
        { "runtime", offsetof(struct bh_container, runtime) },
        { "name", offsetof(struct bh_container, name) },
        { "image", offsetof(struct bh_container, image) },
        { "image_repository", offsetof(struct bh_container, image_repository) },
        { "image_tag", offsetof(struct bh_container, image_tag) },
        { "image_digest", offsetof(struct bh_container, image_digest) },
        { "image_id", offsetof(struct bh_container, image_id) },
        { "pod_name", offsetof(struct bh_container, pod_name) },
        { "pod_namespace", offsetof(struct bh_container, pod_namespace) },
        { "pod_uid", offsetof(struct bh_container, pod_uid) },
        { "pod_sandbox_id", offsetof(struct bh_container, pod_sandbox_id) },
        { "user", offsetof(struct bh_container, user) },
        { "ip", offsetof(struct bh_container, ip) },
        { "root", offsetof(struct bh_container, root) },
        { "upper", offsetof(struct bh_container, upper) },
        { "group", offsetof(struct bh_container, group) },
};

static const struct {
        const char *key;
        size_t offset;
} flags[] = {
        { "privileged", offsetof(struct bh_container, privileged) },
        { "host_pid", offsetof(struct bh_container, host_pid) },
        { "host_net", offsetof(struct bh_container, host_net) },
        { "host_ipc", offsetof(struct bh_container, host_ipc) },
        { "known", offsetof(struct bh_container, known) },
};

void bh_container_put(struct bh_buf *out, const struct bh_container *c) {
        struct bh_json_put j = { .out = out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        for (size_t i = 0; i < BH_LEN(texts); i++)
                bh_json_put_some(&j, texts[i].key, *(const struct bh_str *) (const void *) ((const char *) c + texts[i].offset));
        for (size_t i = 0; i < BH_LEN(flags); i++)
                bh_json_put_bool(&j, flags[i].key, *(const bool *) ((const char *) c + flags[i].offset));
        bh_json_put_u64(&j, "cgroup_id", c->cgroup_id);
        bh_json_put_int(&j, "start_ns", c->start_ns);
        bh_json_put_u64(&j, "init_pid", c->init_pid);
        bh_json_put_open(&j, "mounts", '[');
        for (uint32_t i = 0; i < c->n_mounts; i++) {
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_str(&j, "source", c->mounts[i].source);
                bh_json_put_str(&j, "dest", c->mounts[i].dest);
                bh_json_put_some(&j, "mode", c->mounts[i].mode);
                bh_json_put_some(&j, "propagation", c->mounts[i].propagation);
                bh_json_put_bool(&j, "writable", c->mounts[i].writable);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_open(&j, "labels", '[');
        for (uint32_t i = 0; i < c->n_labels; i++) {
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_str(&j, "key", c->labels[i].key);
                bh_json_put_str(&j, "value", c->labels[i].value);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_close(&j);
}

static void read_mounts(struct bh_arena *arena, const struct bh_doc *list, struct bh_container *c) {
        BH_VEC(struct bh_mount) all = { 0 };

        for (const struct bh_doc *n = bh_doc_first(list); n && all.len < BH_LIMIT_CONTAINER_MOUNTS; n = n->next)
                *bh_vec_add(arena, &all) = (struct bh_mount){ .source = bh_doc_get_text(n, "source"),
                                                              .dest = bh_doc_get_text(n, "dest"),
                                                              .mode = bh_doc_get_text(n, "mode"),
                                                              .propagation = bh_doc_get_text(n, "propagation"),
                                                              .writable = bh_doc_bool(bh_doc_get(n, "writable"), false) };
        c->mounts = all.at;
        c->n_mounts = (uint32_t) all.len;
}

static void read_labels(struct bh_arena *arena, const struct bh_doc *list, struct bh_container *c) {
        BH_VEC(struct bh_label) all = { 0 };

        for (const struct bh_doc *n = bh_doc_first(list); n && all.len < BH_LIMIT_CONTAINER_LABELS; n = n->next)
                *bh_vec_add(arena, &all) = (struct bh_label){ bh_doc_get_text(n, "key"), bh_doc_get_text(n, "value") };
        c->labels = all.at;
        c->n_labels = (uint32_t) all.len;
}

int bh_container_parse(struct bh_arena *arena, struct bh_str json, struct bh_container *ret, struct bh_err *err) {
        struct bh_container c = { 0 };
        const struct bh_doc *root;
        int r = bh_json_parse(arena, json, &root, err);

        if (r < 0)
                return bh_wrap(err, r, "a container");
        for (size_t i = 0; i < BH_LEN(texts); i++)
                *(struct bh_str *) (void *) ((char *) &c + texts[i].offset) = bh_doc_get_text(root, texts[i].key);
        for (size_t i = 0; i < BH_LEN(flags); i++)
                *(bool *) ((char *) &c + flags[i].offset) = bh_doc_bool(bh_doc_get(root, flags[i].key), false);
        if (!c.id.len)
                return bh_fail(err, BH_E_FORMAT, "a container without an id");
        c.cgroup_id = (uint64_t) bh_doc_int(bh_doc_get(root, "cgroup_id"), 0);
        c.start_ns = bh_doc_int(bh_doc_get(root, "start_ns"), 0);
        c.init_pid = (uint32_t) bh_doc_int(bh_doc_get(root, "init_pid"), 0);
        read_mounts(arena, bh_doc_get(root, "mounts"), &c);
        read_labels(arena, bh_doc_get(root, "labels"), &c);
        *ret = c;
        return 0;
}
