/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of a cluster as a whole. */
#include "comply/collect/collectors.h"
#include "comply/k8s/facts.h"
#include "comply/k8s/pod.h"

enum { C_POLICY, C_IMAGES, C_STORES, C_NETWORK, C_ENFORCES, C_TOKENS, C_CERTIFICATES, C_SPACES, C_IN_DEFAULT, C_OPEN_HOOKS, C_DASHBOARDS, C_NODE_PORTS };

static const struct bh_field fields[] = {
        [C_POLICY] = BH_FACT("cluster.pod_policy", BH_V_STRING, BH_F_LIST, "what refuses dangerous pods: pod-security, validating-policy, or a webhook over pods that fails closed"),
        [C_IMAGES] = BH_FACT("cluster.image_policy", BH_V_STRING, BH_F_LIST, "what decides on images at admission: webhooks and policies that are known to verify them"),
        [C_STORES] = BH_FACT("cluster.secret_stores", BH_V_STRING, BH_F_LIST, "objects by which secrets come from outside: SecretProviderClass, ExternalSecret, VaultAuth"),
        [C_NETWORK] = BH_FACT("cluster.network", BH_V_STRING, BH_F_LIST, "network plugins that run"),
        [C_ENFORCES] = BH_FACT("cluster.network_enforces", BH_V_BOOL, 0, "one of them enforces network policies"),
        [C_TOKENS] = BH_FACT("cluster.bootstrap_tokens", BH_V_STRING, BH_F_LIST, "secrets by which nodes join, without an end or good for more than joining"),
        [C_CERTIFICATES] = BH_FACT("cluster.user_certificates", BH_V_STRING, BH_F_LIST, "people who asked for a client certificate"),
        [C_SPACES] = BH_FACT("cluster.namespaces", BH_V_STRING, BH_F_LIST, "namespaces with workloads, but for the cluster's own"),
        [C_IN_DEFAULT] = BH_FACT("cluster.in_default", BH_V_STRING, BH_F_LIST, "workloads and services in the namespace default"),
        [C_OPEN_HOOKS] = BH_FACT("cluster.open_webhooks", BH_V_STRING, BH_F_LIST, "validating webhooks that let pass when they do not answer"),
        [C_DASHBOARDS] = BH_FACT("cluster.dashboards", BH_V_STRING, BH_F_LIST, "workloads of a dashboard of the cluster"),
        [C_NODE_PORTS] = BH_FACT("cluster.node_ports", BH_V_STRING, BH_F_LIST, "services that open a port on every node"),
};
const struct bh_fact_kind bh_kind_cluster = BH_FACT_KIND("cluster", fields, "a cluster of Kubernetes, as its objects tell of it");

static bool has_any(struct bh_str text, const char *const *words, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (bh_str_find_nocase(text, bh_str_of(words[i])) >= 0)
                        return true;
        return false;
}

static void add_name(struct bh_fact *f, unsigned field, const struct bh_k8s_object *o) {
        bh_fact_add(f, field, bh_arena_printf(f->arena, "%.*s %.*s%s%.*s", BH_FMT(o->kind), BH_FMT(o->namespace), o->namespace.len ? "/" : "", BH_FMT(o->name)));
}

static bool lists(const struct bh_doc *list, const char *word) {
        for (const struct bh_doc *n = bh_doc_first(list); n; n = n->next)
                if (bh_str_is(bh_doc_str(n), word) || bh_str_is(bh_doc_str(n), "*"))
                        return true;
        return false;
}

static bool is_over_pods(const struct bh_doc *hook) {
        for (const struct bh_doc *r = bh_doc_first(bh_doc_get(hook, "rules")); r; r = r->next)
                if (lists(bh_doc_get(r, "resources"), "pods") || lists(bh_doc_get(r, "resources"), "*/*"))
                        return true;
        return false;
}

static void look_hooks(const struct bh_k8s_objects *objects, struct bh_fact *f, const char *kind, bool validating) {
        static const char *const verifiers[] = { "kyverno", "sigstore", "cosign", "connaisseur", "ratify", "notation", "policy-controller", "portieris", "bulkhead", "image" };

        for (const struct bh_k8s_object *o = bh_k8s_first(objects, kind); o; o = o->next)
                for (const struct bh_doc *h = bh_doc_first(bh_doc_get(o->doc, "webhooks")); h; h = h->next) {
                        bool closed = !bh_str_is(bh_doc_get_text(h, "failurePolicy"), "Ignore");
                        struct bh_str name = bh_doc_get_text(h, "name");

                        if (validating && !closed)
                                bh_fact_add(f, C_OPEN_HOOKS, name);
                        if (validating && closed && is_over_pods(h))
                                bh_fact_add(f, C_POLICY, name);
                        if (closed && is_over_pods(h) && has_any(name, verifiers, BH_LEN(verifiers)))
                                bh_fact_add(f, C_IMAGES, name);
                }
}

static void look_policies(const struct bh_k8s_objects *objects, struct bh_fact *f) {
        size_t guarded = 0;

        for (const struct bh_k8s_object *o = bh_k8s_first(objects, "Namespace"); o; o = o->next) {
                struct bh_str level = bh_doc_get_text(bh_doc_path(o->doc, "metadata.labels"), "pod-security.kubernetes.io/enforce");

                guarded += bh_str_is(level, "baseline") || bh_str_is(level, "restricted");
        }
        if (guarded)
                bh_fact_add(f, C_POLICY, BH_STR("pod-security"));
        for (const struct bh_k8s_object *o = bh_k8s_first(objects, "ValidatingAdmissionPolicyBinding"); o; o = o->next)
                if (lists(bh_doc_path(o->doc, "spec.validationActions"), "Deny"))
                        bh_fact_add(f, C_POLICY, o->name);
        look_hooks(objects, f, "ValidatingWebhookConfiguration", true);
        look_hooks(objects, f, "MutatingWebhookConfiguration", false);
}

static void look_secrets(const struct bh_k8s_objects *objects, struct bh_fact *f) {
        static const char *const kinds[] = { "SecretProviderClass", "ExternalSecret", "ClusterSecretStore", "SecretStore", "VaultAuth", "VaultStaticSecret", "SealedSecret" };

        for (size_t i = 0; i < BH_LEN(kinds); i++)
                for (const struct bh_k8s_object *o = bh_k8s_first(objects, kinds[i]); o; o = o->next)
                        add_name(f, C_STORES, o);
        for (const struct bh_k8s_object *o = bh_k8s_first(objects, "Secret"); o; o = o->next) {
                const struct bh_doc *data = bh_doc_get(o->doc, "data");

                if (bh_str_is(bh_doc_get_text(o->doc, "type"), "bootstrap.kubernetes.io/token") && (!bh_doc_get(data, "expiration") || bh_doc_get(data, "usage-bootstrap-signing") == NULL))
                        add_name(f, C_TOKENS, o);
        }
}

/* Requests for client certificates that neither a node nor the cluster itself made. */
static void look_certificates(const struct bh_k8s_objects *objects, struct bh_fact *f) {
        for (const struct bh_k8s_object *o = bh_k8s_first(objects, "CertificateSigningRequest"); o; o = o->next) {
                const struct bh_doc *spec = bh_doc_get(o->doc, "spec");

                if (bh_str_is(bh_doc_get_text(spec, "signerName"), "kubernetes.io/kube-apiserver-client"))
                        bh_fact_add(f, C_CERTIFICATES, bh_doc_get_text(spec, "username").len ? bh_doc_get_text(spec, "username") : o->name);
        }
}

static void look_networks(const struct bh_k8s_objects *objects, struct bh_fact *f) {
        static const char *const enforce[] = { "calico", "cilium", "antrea", "kube-router", "weave", "canal", "ovn", "romana", "kube-ovn", "terway", "aws-node", "azure-npm", "kindnet" };
        static const char *const bare[] = { "flannel", "bridge" };
        bool enforces = false;

        for (const struct bh_k8s_object *o = bh_k8s_first(objects, "DaemonSet"); o; o = o->next) {
                bool good = has_any(o->name, enforce, BH_LEN(enforce));

                if (good || has_any(o->name, bare, BH_LEN(bare)))
                        bh_fact_add(f, C_NETWORK, o->name);
                enforces |= good;
        }
        bh_fact_bool(f, C_ENFORCES, enforces);
}

static bool is_space_told(const struct bh_fact *f, struct bh_str namespace) {
        const struct bh_value *v = &f->values[C_SPACES].value;

        for (size_t i = 0; i < v->list.n; i++)
                if (bh_str_eq(v->list.at[i].str, namespace))
                        return true;
        return false;
}

static void look_spread(const struct bh_k8s_objects *objects, struct bh_fact *f) {
        static const char *const dashboards[] = { "kubernetes-dashboard", "headlamp", "kubeapps", "rancher", "kubeview" };
        struct bh_k8s_pod pod;

        for (size_t i = 0; i < objects->kinds.len; i++)
                for (const struct bh_k8s_object *o = ((const struct bh_k8s_kind *) objects->kinds.items[i].value)->first; o; o = o->next) {
                        bool workload = bh_k8s_pod_of(o->doc, &pod) && !bh_k8s_owned(o);

                        if (workload && has_any(o->name, dashboards, BH_LEN(dashboards)))
                                add_name(f, C_DASHBOARDS, o);
                        if (workload && !bh_k8s_own_space(bh_k8s_namespace(o)) && !is_space_told(f, bh_k8s_namespace(o)))
                                bh_fact_add(f, C_SPACES, bh_k8s_namespace(o));
                        if ((workload || bh_str_is(o->kind, "Service")) && bh_str_is(bh_k8s_namespace(o), "default") && !bh_str_is(o->name, "kubernetes"))
                                add_name(f, C_IN_DEFAULT, o);
                        if (bh_str_is(o->kind, "Service") && bh_str_is(bh_doc_get_text(bh_doc_get(o->doc, "spec"), "type"), "NodePort"))
                                add_name(f, C_NODE_PORTS, o);
                }
}

/* What nobody gave us cannot be told of: it may be there. */
static void need(const struct bh_k8s_objects *objects, struct bh_fact *f, unsigned field, const char *kind, const char *other, const char *resources) {
        struct bh_err why = BH_ERR_NONE;

        if (bh_k8s_knows(objects, kind) || (other && bh_k8s_knows(objects, other)))
                return;
        BH_IGNORE(bh_fail(&why, BH_E_NOTFOUND, "no object of that kind was given; if the cluster has some, add %s to what is exported", resources));
        bh_fact_unknown(f, field, &why);
}

/* Manifests of an application are no cluster: nothing can be said of what they do not hold. */
static bool is_cluster(const struct bh_k8s_objects *objects) {
        return bh_k8s_find(objects, "Namespace", BH_STR(""), BH_STR("kube-system")) || bh_k8s_count(objects, "Node");
}

/* That of the first object. */
static struct bh_str file_of(const struct bh_k8s_objects *objects) {
        for (size_t i = 0; i < objects->kinds.len; i++) {
                const struct bh_k8s_kind *k = objects->kinds.items[i].value;

                if (k->first)
                        return k->first->file;
        }
        return BH_STR("");
}

void bh_k8s_cluster_facts(const struct bh_k8s_objects *objects, struct bh_facts *facts) {
        static const unsigned empty[] = { C_POLICY, C_IMAGES, C_STORES, C_NETWORK, C_TOKENS, C_CERTIFICATES, C_SPACES, C_IN_DEFAULT, C_OPEN_HOOKS, C_DASHBOARDS, C_NODE_PORTS };
        struct bh_fact *f;

        if (!is_cluster(objects))
                return;
        f = bh_fact_new(facts, &bh_kind_cluster, BH_STR("cluster"), BH_STR("objects"));
        f->where = file_of(objects);
        for (size_t i = 0; i < BH_LEN(empty); i++)
                bh_fact_list(f, empty[i]);
        look_policies(objects, f);
        look_secrets(objects, f);
        look_certificates(objects, f);
        look_networks(objects, f);
        look_spread(objects, f);
        need(objects, f, C_IMAGES, "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "validatingwebhookconfigurations,mutatingwebhookconfigurations");
        need(objects, f, C_OPEN_HOOKS, "ValidatingWebhookConfiguration", NULL, "validatingwebhookconfigurations");
        need(objects, f, C_TOKENS, "Secret", NULL, "secrets");
        need(objects, f, C_CERTIFICATES, "CertificateSigningRequest", NULL, "certificatesigningrequests");
}
