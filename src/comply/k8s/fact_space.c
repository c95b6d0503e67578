/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of namespaces. */
#include "comply/collect/collectors.h"
#include "comply/k8s/facts.h"
#include "comply/k8s/pod.h"

enum { N_NAME, N_SYSTEM, N_ENFORCE, N_VERSION, N_WARN, N_AUDIT, N_POLICIES, N_DENY_IN, N_DENY_OUT, N_WORKLOADS, N_MOUNTS, N_QUOTA, N_RANGE };

static const struct bh_field fields[] = {
        [N_NAME] = BH_FACT("namespace.name", BH_V_STRING, 0, "its name"),
        [N_SYSTEM] = BH_FACT("namespace.system", BH_V_BOOL, 0, "it is kube-system, kube-public or kube-node-lease"),
        [N_ENFORCE] = BH_FACT("namespace.enforce", BH_V_STRING, 0, "pod security level that is enforced; privileged where none is set"),
        [N_VERSION] = BH_FACT("namespace.enforce_version", BH_V_STRING, 0, "version of that level; latest where none is set"),
        [N_WARN] = BH_FACT("namespace.warn", BH_V_STRING, 0, "pod security level that is warned of"),
        [N_AUDIT] = BH_FACT("namespace.audit", BH_V_STRING, 0, "pod security level that is noted in the audit log"),
        [N_POLICIES] = BH_FACT("namespace.network_policies", BH_V_UINT, 0, "how many network policies are in it"),
        [N_DENY_IN] = BH_FACT("namespace.denies_ingress", BH_V_BOOL, 0, "a policy over all its pods lets nothing in that no other policy lets in"),
        [N_DENY_OUT] = BH_FACT("namespace.denies_egress", BH_V_BOOL, 0, "a policy over all its pods lets nothing out that no other policy lets out"),
        [N_WORKLOADS] = BH_FACT("namespace.workloads", BH_V_UINT, 0, "how many workloads are in it"),
        [N_MOUNTS] = BH_FACT("namespace.default_account_mounts", BH_V_BOOL, 0, "its account `default` gives its token to pods"),
        [N_QUOTA] = BH_FACT("namespace.quota", BH_V_BOOL, 0, "it has a ResourceQuota"),
        [N_RANGE] = BH_FACT("namespace.limit_range", BH_V_BOOL, 0, "it has a LimitRange"),
};
const struct bh_fact_kind bh_kind_namespace = BH_FACT_KIND("namespace", fields, "a namespace of Kubernetes");

static bool has_type(const struct bh_doc *spec, const char *type) {
        const struct bh_doc *types = bh_doc_get(spec, "policyTypes");

        for (const struct bh_doc *t = bh_doc_first(types); t; t = t->next)
                if (bh_str_is(bh_doc_str(t), type))
                        return true;
        return !types && bh_str_is(bh_str_of(type), "Ingress");
}

/* Over all pods, and with no rule of that direction. */
static bool denies(const struct bh_doc *spec, const char *type, const char *rules) {
        const struct bh_doc *pods = bh_doc_get(spec, "podSelector");

        return bh_doc_count(bh_doc_get(pods, "matchLabels")) == 0 && bh_doc_count(bh_doc_get(pods, "matchExpressions")) == 0 && has_type(spec, type) &&
               bh_doc_count(bh_doc_get(spec, rules)) == 0;
}

static bool has_one(const struct bh_k8s_objects *objects, const char *kind, struct bh_str namespace) {
        for (const struct bh_k8s_object *o = bh_k8s_first(objects, kind); o; o = o->next)
                if (bh_str_eq(bh_k8s_namespace(o), namespace))
                        return true;
        return false;
}

static void look_network(const struct bh_k8s_objects *objects, struct bh_fact *f, struct bh_str name) {
        bool in = false, out = false;
        int64_t n = 0;

        for (const struct bh_k8s_object *o = bh_k8s_first(objects, "NetworkPolicy"); o; o = o->next) {
                const struct bh_doc *spec = bh_doc_get(o->doc, "spec");

                if (!bh_str_eq(bh_k8s_namespace(o), name))
                        continue;
                n++;
                in |= denies(spec, "Ingress", "ingress");
                out |= denies(spec, "Egress", "egress");
        }
        bh_fact_int(f, N_POLICIES, n);
        bh_fact_bool(f, N_DENY_IN, in);
        bh_fact_bool(f, N_DENY_OUT, out);
}

static int64_t count_workloads(const struct bh_k8s_objects *objects, struct bh_str name) {
        struct bh_k8s_pod pod;
        int64_t n = 0;

        for (size_t i = 0; i < objects->kinds.len; i++)
                for (const struct bh_k8s_object *o = ((const struct bh_k8s_kind *) objects->kinds.items[i].value)->first; o; o = o->next)
                        n += bh_str_eq(bh_k8s_namespace(o), name) && !bh_k8s_owned(o) && bh_k8s_pod_of(o->doc, &pod);
        return n;
}

static void look_labels(struct bh_fact *f, const struct bh_k8s_object *o) {
        const struct bh_doc *labels = bh_doc_path(o->doc, "metadata.labels");
        struct bh_str level = bh_doc_get_text(labels, "pod-security.kubernetes.io/enforce"), version = bh_doc_get_text(labels, "pod-security.kubernetes.io/enforce-version");

        bh_fact_str(f, N_ENFORCE, level.len ? level : BH_STR("privileged"));
        bh_fact_str(f, N_VERSION, version.len ? version : BH_STR("latest"));
        if (!level.len)
                bh_fact_where(f, N_ENFORCE, BH_STR("default"));
        bh_fact_some(f, N_WARN, bh_doc_get_text(labels, "pod-security.kubernetes.io/warn"));
        bh_fact_some(f, N_AUDIT, bh_doc_get_text(labels, "pod-security.kubernetes.io/audit"));
}

void bh_k8s_space_facts(const struct bh_k8s_objects *objects, struct bh_facts *facts) {
        for (const struct bh_k8s_object *o = bh_k8s_first(objects, "Namespace"); o; o = o->next) {
                const struct bh_k8s_object *account = bh_k8s_find(objects, "ServiceAccount", o->name, BH_STR("default"));
                struct bh_fact *f = bh_fact_new(facts, &bh_kind_namespace, o->name, o->name);

                f->namespace = o->name;
                f->where = bh_k8s_place(facts->arena, o, NULL);
                bh_fact_str(f, N_NAME, o->name);
                bh_fact_bool(f, N_SYSTEM, bh_k8s_own_space(o->name));
                look_labels(f, o);
                look_network(objects, f, o->name);
                bh_fact_int(f, N_WORKLOADS, count_workloads(objects, o->name));
                bh_fact_bool(f, N_MOUNTS, !account || !bh_k8s_is_false(bh_doc_get(account->doc, "automountServiceAccountToken")));
                bh_fact_bool(f, N_QUOTA, has_one(objects, "ResourceQuota", o->name));
                bh_fact_bool(f, N_RANGE, has_one(objects, "LimitRange", o->name));
        }
}
