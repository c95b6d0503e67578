/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/k8s/pod.h"

#define X(symbol, word) BH_STR_INIT(word),
static const struct bh_str spec_keys[] = { BH_K8S_SPEC_TABLE(X) };
static const struct bh_str security_keys[] = { BH_K8S_SECURITY_TABLE(X) };
static const struct bh_str container_keys[] = { BH_K8S_CONTAINER_TABLE(X) };
#undef X

const struct bh_doc *bh_k8s_there(const struct bh_doc *node) {
        return node && node->kind != BH_DOC_NULL ? node : NULL;
}

bool bh_k8s_is_true(const struct bh_doc *node) {
        return bh_doc_bool(node, false);
}

bool bh_k8s_is_false(const struct bh_doc *node) {
        return !bh_doc_bool(node, true);
}

const char *bh_k8s_spec_str(enum bh_k8s_spec field) {
        return spec_keys[field].at;
}

/* All wanted members in one walk; of a name given twice, the last. */
static void pick(const struct bh_doc *object, const struct bh_str *keys, size_t n, const struct bh_doc **ret) {
        for (const struct bh_doc *m = bh_doc_is(object, BH_DOC_OBJECT) ? object->first : NULL; m; m = m->next)
                for (size_t i = 0; i < n; i++)
                        if (bh_str_eq(m->key, keys[i])) {
                                ret[i] = bh_k8s_there(m);
                                break;
                        }
}

static void pick_security(const struct bh_doc *node, struct bh_k8s_security *ret) {
        ret->node = node;
        pick(node, security_keys, BH_LEN(security_keys), ret->of);
}

struct place {
        const char *to, *prefix, *meta_prefix; /* of what holds spec and metadata */
};

/* Where pods are written, the deepest first. */
static const struct place places[] = {
        { "spec.jobTemplate.spec.template", "spec.jobTemplate.spec.template.spec", "spec.jobTemplate.spec.template.metadata" },
        { "spec.template", "spec.template.spec", "spec.template.metadata" },
        { "template", "template.spec", "template.metadata" },
};

static void found(const struct bh_doc *holder, const char *prefix, const char *meta_prefix, struct bh_k8s_pod *ret) {
        ret->spec = bh_doc_get(holder, "spec");
        ret->meta = bh_doc_get(holder, "metadata");
        ret->prefix = prefix;
        ret->meta_prefix = meta_prefix;
        pick(ret->spec, spec_keys, BH_LEN(spec_keys), ret->of);
        pick_security(ret->of[BH_K8S_SPEC_SECURITY], &ret->security);
}

static bool has_pod(const struct bh_doc *holder) {
        return bh_doc_is(bh_doc_get(bh_doc_get(holder, "spec"), "containers"), BH_DOC_ARRAY);
}

bool bh_k8s_pod_of(const struct bh_doc *object, struct bh_k8s_pod *ret) {
        struct bh_k8s_pod pod = { .object = object };
        struct bh_str kind = bh_doc_get_text(object, "kind");

        if (bh_str_is(kind, "Pod") || (!kind.len && has_pod(object))) { /* items of a PodList do not say their kind */
                found(object, "spec", "metadata", &pod);
                *ret = pod;
                return bh_doc_is(pod.spec, BH_DOC_OBJECT);
        }
        for (size_t i = 0; i < BH_LEN(places); i++) {
                const struct bh_doc *holder = bh_doc_path(object, places[i].to);

                if (!has_pod(holder))
                        continue;
                found(holder, places[i].prefix, places[i].meta_prefix, &pod);
                *ret = pod;
                return true;
        }
        return false;
}

bool bh_k8s_container_next(const struct bh_k8s_pod *pod, struct bh_k8s_walk *walk, struct bh_k8s_container *ret) {
        static const enum bh_k8s_spec lists[] = { BH_K8S_SPEC_INIT, BH_K8S_SPEC_CONTAINERS, BH_K8S_SPEC_EPHEMERAL };

        while (!walk->next) {
                if (walk->list == BH_LEN(lists))
                        return false;
                walk->next = bh_doc_first(pod->of[lists[walk->list++]]);
                walk->index = 0;
        }
        *ret = (struct bh_k8s_container){ .node = walk->next, .list = lists[walk->list - 1], .index = walk->index++ };
        walk->next = walk->next->next;
        pick(ret->node, container_keys, BH_LEN(container_keys), ret->of);
        pick_security(ret->of[BH_K8S_CONTAINER_SECURITY], &ret->security);
        return true;
}

bool bh_k8s_windows(const struct bh_k8s_pod *pod) {
        return bh_str_is(bh_doc_get_text(pod->of[BH_K8S_SPEC_OS], "name"), "windows");
}

struct bh_str bh_k8s_account(const struct bh_k8s_pod *pod) {
        struct bh_str name = bh_doc_str(pod->of[BH_K8S_SPEC_ACCOUNT]);

        if (!name.len)
                name = bh_doc_str(pod->of[BH_K8S_SPEC_ACCOUNT_OLD]);
        return name.len ? name : BH_STR("default");
}

bool bh_image_is_loose(struct bh_str image) {
        struct bh_str last = bh_str_from(image, (size_t) (bh_str_rchr(image, '/') + 1));
        ptrdiff_t colon = bh_str_rchr(last, ':');

        if (bh_str_chr(image, '@') >= 0 || bh_str_chr(image, '$') >= 0) /* a digest; or filled in later */
                return false;
        return colon < 0 || bh_str_is(bh_str_from(last, (size_t) colon + 1), "latest");
}

bool bh_leads_to_engine(struct bh_str path) {
        static const char *const sockets[] = { "/run/docker.sock", "/var/run/docker.sock", "/run/containerd/containerd.sock", "/var/run/containerd/containerd.sock",
                                               "/run/crio/crio.sock", "/var/run/crio/crio.sock", "/run/podman/podman.sock", "/run/k3s/containerd/containerd.sock" };

        while (path.len > 1 && path.at[path.len - 1] == '/')
                path.len--;
        for (size_t i = 0; i < BH_LEN(sockets); i++) {
                struct bh_str rest = bh_str_of(sockets[i]);

                if (bh_str_is(path, "/") || (bh_str_cut_prefix(&rest, path) && (!rest.len || rest.at[0] == '/')))
                        return true;
        }
        return false;
}
