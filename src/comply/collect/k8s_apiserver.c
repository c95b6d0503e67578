/* SPDX-License-Identifier: Apache-2.0 */
/* What an API server is set to: flags, and the files they name. */
#include "comply/collect/kubernetes.h"
#include "fmt/yaml.h"

enum { A_ANONYMOUS = BH_K8S_F_OWN, A_ADMISSION, A_AUTHORIZATION, A_ENCRYPTION, A_WEAK, A_AUDIT_RULES, A_AUDIT_SEES };

static const struct bh_field apiserver_fields[] = {
        BH_K8S_COMMON("apiserver", "the API server"),
        [A_ANONYMOUS] = BH_FACT("apiserver.anonymous", BH_V_STRING, 0, "who gives no name is let in: yes, no, or some (on paths that are named)"),
        [A_ADMISSION] = BH_FACT("apiserver.admission", BH_V_STRING, BH_F_LIST, "admission plugins in effect"),
        [A_AUTHORIZATION] = BH_FACT("apiserver.authorization", BH_V_STRING, BH_F_LIST, "authorizers in effect: Node, RBAC, Webhook, AlwaysAllow"),
        [A_ENCRYPTION] = BH_FACT("apiserver.secret_encryption", BH_V_STRING, 0, "the first provider for secrets: aescbc, secretbox, kms, aesgcm, identity; none without a configuration"),
        [A_WEAK] = BH_FACT("apiserver.weak_ciphers", BH_V_STRING, BH_F_LIST, "cipher suites that are offered and weak; `default` when none are named"),
        [A_AUDIT_RULES] = BH_FACT("apiserver.audit_rules", BH_V_UINT, 0, "rules of the audit policy"),
        [A_AUDIT_SEES] = BH_FACT("apiserver.audit_sees", BH_V_STRING, BH_F_LIST, "of secrets, configmaps, tokenreviews, pods/exec, pods/portforward, pods/proxy, services/proxy: what the policy records"),
};
const struct bh_fact_kind bh_kind_apiserver = BH_FACT_KIND("apiserver", apiserver_fields, "an API server of Kubernetes");

/* A file that a flag names, as YAML. False: the flag is not set, or the file cannot be read (then the field is unknown). */
static bool read_named(struct bh_place *at, struct bh_fact *f, unsigned field, struct bh_str path, const struct bh_doc **ret) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;

        if (!path.len)
                return false;
        if (!bh_place_read(at, path, &text))
                BH_IGNORE(bh_fail(&why, BH_E_NOTFOUND, "%s cannot be read here", BH_QUOTE(path)));
        else if (bh_yaml_parse(at->arena, text, ret, &why) >= 0)
                return true;
        bh_fact_unknown(f, field, &why);
        return false;
}

static void tell_anonymous(struct bh_place *at, struct bh_fact *f, const struct bh_k8sflags *flags) {
        const struct bh_doc *root, *anonymous;
        struct bh_str path = bh_k8sflags_get(flags, "authentication-config");

        if (!read_named(at, f, A_ANONYMOUS, path, &root)) {
                if (!path.len)
                        bh_fact_str(f, A_ANONYMOUS, bh_str_is(bh_k8sflags_get(flags, "anonymous-auth"), "false") ? BH_STR("no") : BH_STR("yes"));
                return;
        }
        anonymous = bh_doc_get(root, "anonymous");
        if (!anonymous)
                bh_fact_str(f, A_ANONYMOUS, bh_str_is(bh_k8sflags_get(flags, "anonymous-auth"), "false") ? BH_STR("no") : BH_STR("yes"));
        else
                bh_fact_str(f, A_ANONYMOUS, !bh_doc_bool(bh_doc_get(anonymous, "enabled"), false) ? BH_STR("no")
                                            : bh_doc_count(bh_doc_get(anonymous, "conditions"))    ? BH_STR("some")
                                                                                                   : BH_STR("yes"));
}

/* On unless they are turned off, since 1.31 or longer. */
static const char *const usual_admission[] = {
        "CertificateApproval", "CertificateSigning", "CertificateSubjectRestriction", "ClusterTrustBundleAttest", "DefaultIngressClass", "DefaultStorageClass",
        "DefaultTolerationSeconds", "LimitRanger", "MutatingAdmissionWebhook", "NamespaceLifecycle", "PersistentVolumeClaimResize", "PodSecurity", "Priority", "ResourceQuota",
        "RuntimeClass", "ServiceAccount", "StorageObjectInUseProtection", "TaintNodesByCondition", "ValidatingAdmissionPolicy", "ValidatingAdmissionWebhook",
};

static void tell_admission(struct bh_fact *f, const struct bh_k8sflags *flags) {
        struct bh_str on = bh_k8sflags_get(flags, "enable-admission-plugins"), off = bh_k8sflags_get(flags, "disable-admission-plugins"), name;

        bh_fact_list(f, A_ADMISSION);
        for (size_t i = 0; i < BH_LEN(usual_admission); i++)
                if (!bh_k8sflags_lists(off, usual_admission[i]))
                        bh_fact_once(f, A_ADMISSION, bh_str_of(usual_admission[i]));
        while (bh_str_split(&on, ',', &name))
                bh_fact_once(f, A_ADMISSION, bh_str_trim(name));
}

static void tell_authorization(struct bh_place *at, struct bh_fact *f, const struct bh_k8sflags *flags) {
        struct bh_str path = bh_k8sflags_get(flags, "authorization-config"), modes = bh_k8sflags_get(flags, "authorization-mode"), mode;
        const struct bh_doc *root;

        bh_fact_list(f, A_AUTHORIZATION);
        if (read_named(at, f, A_AUTHORIZATION, path, &root)) {
                for (const struct bh_doc *a = bh_doc_first(bh_doc_get(root, "authorizers")); a; a = a->next)
                        bh_fact_once(f, A_AUTHORIZATION, bh_doc_get_text(a, "type"));
                return;
        }
        while (!path.len && bh_str_split(&modes, ',', &mode))
                bh_fact_once(f, A_AUTHORIZATION, bh_str_trim(mode));
}

static bool covers_secrets(const struct bh_doc *row) {
        for (const struct bh_doc *r = bh_doc_first(bh_doc_get(row, "resources")); r; r = r->next)
                if (bh_str_is(bh_doc_str(r), "secrets") || bh_str_is(bh_doc_str(r), "*.") || bh_str_is(bh_doc_str(r), "*.*"))
                        return true;
        return false;
}

static void tell_encryption(struct bh_place *at, struct bh_fact *f, const struct bh_k8sflags *flags) {
        struct bh_str path = bh_k8sflags_get(flags, "encryption-provider-config");
        const struct bh_doc *root;

        if (!path.len)
                bh_fact_str(f, A_ENCRYPTION, BH_STR("none"));
        if (!read_named(at, f, A_ENCRYPTION, path, &root))
                return;
        for (const struct bh_doc *row = bh_doc_first(bh_doc_get(root, "resources")); row; row = row->next)
                if (covers_secrets(row)) {
                        const struct bh_doc *provider = bh_doc_first(bh_doc_first(bh_doc_get(row, "providers")));

                        bh_fact_str(f, A_ENCRYPTION, provider ? provider->key : BH_STR("none"));
                        return;
                }
        bh_fact_str(f, A_ENCRYPTION, BH_STR("none"));
}

static bool lists_or_empty(const struct bh_doc *list, struct bh_str word) {
        if (bh_doc_count(list) == 0)
                return true;
        for (const struct bh_doc *n = bh_doc_first(list); n; n = n->next)
                if (bh_str_eq(bh_doc_str(n), word) || bh_str_is(bh_doc_str(n), "*"))
                        return true;
        return false;
}

/* The first rule that fits decides, for a request of anybody. */
static bool records(const struct bh_doc *policy, const char *group, const char *resource) {
        for (const struct bh_doc *rule = bh_doc_first(bh_doc_get(policy, "rules")); rule; rule = rule->next) {
                const struct bh_doc *resources = bh_doc_get(rule, "resources");
                bool fits = bh_doc_count(resources) == 0 && bh_doc_count(bh_doc_get(rule, "nonResourceURLs")) == 0;

                if (bh_doc_count(bh_doc_get(rule, "users")) || bh_doc_count(bh_doc_get(rule, "userGroups")) || bh_doc_count(bh_doc_get(rule, "namespaces")) ||
                    bh_doc_count(bh_doc_get(rule, "verbs")))
                        continue; /* of some requests only */
                for (const struct bh_doc *r = bh_doc_first(resources); r && !fits; r = r->next)
                        fits = bh_str_is(bh_doc_get_text(r, "group"), group) && lists_or_empty(bh_doc_get(r, "resources"), bh_str_of(resource)) &&
                               bh_doc_count(bh_doc_get(r, "resourceNames")) == 0;
                if (fits)
                        return !bh_str_is(bh_doc_get_text(rule, "level"), "None");
        }
        return false;
}

static void tell_audit(struct bh_place *at, struct bh_fact *f, const struct bh_k8sflags *flags) {
        static const struct {
                const char *group, *resource;
        } concerns[] = { { "", "secrets" },   { "", "configmaps" },      { "authentication.k8s.io", "tokenreviews" }, { "", "pods/exec" },
                         { "", "pods/attach" }, { "", "pods/portforward" }, { "", "pods/proxy" },                       { "", "services/proxy" } };
        struct bh_str path = bh_k8sflags_get(flags, "audit-policy-file");
        const struct bh_doc *root;

        bh_fact_list(f, A_AUDIT_SEES);
        if (!path.len)
                bh_fact_int(f, A_AUDIT_RULES, 0);
        if (!read_named(at, f, A_AUDIT_RULES, path, &root)) {
                if (path.len)
                        f->values[A_AUDIT_SEES].unknown = f->values[A_AUDIT_RULES].unknown;
                return;
        }
        bh_fact_int(f, A_AUDIT_RULES, (int64_t) bh_doc_count(bh_doc_get(root, "rules")));
        for (size_t i = 0; i < BH_LEN(concerns); i++)
                if (records(root, concerns[i].group, concerns[i].resource))
                        bh_fact_add(f, A_AUDIT_SEES, bh_str_of(concerns[i].resource));
}

void bh_k8s_more_apiserver(struct bh_place *at, struct bh_fact *f, struct bh_k8sflags *flags) {
        tell_anonymous(at, f, flags);
        tell_admission(f, flags);
        tell_authorization(at, f, flags);
        tell_encryption(at, f, flags);
        bh_k8s_tell_ciphers(f, A_WEAK, flags);
        tell_audit(at, f, flags);
}
