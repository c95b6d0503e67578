/* SPDX-License-Identifier: Apache-2.0 */
/* What each program of Kubernetes is set to, with its own defaults put in. */
#include "comply/collect/kubernetes.h"
#include "fmt/yaml.h"

#define COMMON(kind, what)                                                                                                                       \
        [BH_K8S_F_FLAG] = BH_FACT_MAP(kind ".flag", BH_V_STRING, kind ".flag[name]: a flag of " what ", as set or by its default"),             \
        [BH_K8S_F_NUMBER] = BH_FACT_MAP(kind ".number", BH_V_INT, kind ".number[name]: the same as a number"),                                   \
        [BH_K8S_F_DISTRIBUTION] = BH_FACT(kind ".distribution", BH_V_STRING, 0, "kubeadm (or by hand), k3s, rke2, microk8s")

enum { A_ANONYMOUS = BH_K8S_F_OWN, A_ADMISSION, A_AUTHORIZATION, A_ENCRYPTION, A_WEAK, A_AUDIT_RULES, A_AUDIT_SEES };

static const struct bh_field apiserver_fields[] = {
        COMMON("apiserver", "the API server"),
        [A_ANONYMOUS] = BH_FACT("apiserver.anonymous", BH_V_STRING, 0, "who gives no name is let in: yes, no, or some (on paths that are named)"),
        [A_ADMISSION] = BH_FACT("apiserver.admission", BH_V_STRING, BH_F_LIST, "admission plugins in effect"),
        [A_AUTHORIZATION] = BH_FACT("apiserver.authorization", BH_V_STRING, BH_F_LIST, "authorizers in effect: Node, RBAC, Webhook, AlwaysAllow"),
        [A_ENCRYPTION] = BH_FACT("apiserver.secret_encryption", BH_V_STRING, 0, "the first provider for secrets: aescbc, secretbox, kms, aesgcm, identity; none without a configuration"),
        [A_WEAK] = BH_FACT("apiserver.weak_ciphers", BH_V_STRING, BH_F_LIST, "cipher suites that are offered and weak; `default` when none are named"),
        [A_AUDIT_RULES] = BH_FACT("apiserver.audit_rules", BH_V_UINT, 0, "rules of the audit policy"),
        [A_AUDIT_SEES] = BH_FACT("apiserver.audit_sees", BH_V_STRING, BH_F_LIST, "of secrets, configmaps, tokenreviews, pods/exec, pods/portforward, pods/proxy, services/proxy: what the policy records"),
};
const struct bh_fact_kind bh_kind_apiserver = BH_FACT_KIND("apiserver", apiserver_fields, "an API server of Kubernetes");

static const struct bh_field manager_fields[] = { COMMON("controller_manager", "the controller manager") };
const struct bh_fact_kind bh_kind_controller_manager = BH_FACT_KIND("controller_manager", manager_fields, "a controller manager of Kubernetes");
static const struct bh_field scheduler_fields[] = { COMMON("scheduler", "the scheduler") };
const struct bh_fact_kind bh_kind_scheduler = BH_FACT_KIND("scheduler", scheduler_fields, "a scheduler of Kubernetes");
static const struct bh_field proxy_fields[] = { COMMON("kube_proxy", "kube-proxy") };
const struct bh_fact_kind bh_kind_kube_proxy = BH_FACT_KIND("kube_proxy", proxy_fields, "a kube-proxy");

enum { L_WEAK = BH_K8S_F_OWN };
static const struct bh_field kubelet_fields[] = {
        COMMON("kubelet", "the kubelet (settings of its configuration under the names of the flags)"),
        [L_WEAK] = BH_FACT("kubelet.weak_ciphers", BH_V_STRING, BH_F_LIST, "cipher suites that are offered and weak; `default` when none are named"),
};
const struct bh_fact_kind bh_kind_kubelet = BH_FACT_KIND("kubelet", kubelet_fields, "a kubelet, the agent of a node");

enum { E_OWN_CA = BH_K8S_F_OWN };
static const struct bh_field etcd_fields[] = {
        COMMON("etcd_member", "etcd"),
        [E_OWN_CA] = BH_FACT("etcd_member.own_ca", BH_V_BOOL, 0, "the authority that signs its clients is not that of the API server's clients"),
};
const struct bh_fact_kind bh_kind_etcd_member = BH_FACT_KIND("etcd_member", etcd_fields, "an etcd that keeps a cluster's objects");

/* ---- ciphers ---- */

static bool is_strong(struct bh_str suite) {
        return (bh_str_starts(suite, BH_STR("TLS_ECDHE_")) && (bh_str_find(suite, BH_STR("_GCM_")) >= 0 || bh_str_find(suite, BH_STR("CHACHA20")) >= 0)) ||
               bh_str_is(suite, "TLS_AES_128_GCM_SHA256") || bh_str_is(suite, "TLS_AES_256_GCM_SHA384");
}

static void tell_ciphers(struct bh_fact *f, unsigned field, const struct bh_k8sflags *flags) {
        struct bh_str list = bh_k8sflags_get(flags, "tls-cipher-suites"), suite;
        bool only_13 = bh_str_is(bh_k8sflags_get(flags, "tls-min-version"), "VersionTLS13");

        bh_fact_list(f, field);
        if (!list.len && !only_13)
                bh_fact_add(f, field, BH_STR("default"));
        while (!only_13 && bh_str_split(&list, ',', &suite))
                if (!is_strong(bh_str_trim(suite)))
                        bh_fact_add(f, field, bh_str_trim(suite));
}

/* ---- the API server ---- */

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

static void more_apiserver(struct bh_place *at, struct bh_fact *f, struct bh_k8sflags *flags) {
        tell_anonymous(at, f, flags);
        tell_admission(f, flags);
        tell_authorization(at, f, flags);
        tell_encryption(at, f, flags);
        tell_ciphers(f, A_WEAK, flags);
        tell_audit(at, f, flags);
}

/* ---- the kubelet ---- */

/* With a configuration file unset fields have the second default, with flags alone the first: so the kubelet itself has it. */
static const struct {
        const char *flag, *path, *by_flags, *by_file;
} settings[] = {
        { "anonymous-auth", "authentication.anonymous.enabled", "true", "false" },
        { "authorization-mode", "authorization.mode", "AlwaysAllow", "Webhook" },
        { "client-ca-file", "authentication.x509.clientCAFile", "", "" },
        { "read-only-port", "readOnlyPort", "10255", "0" },
        { "streaming-connection-idle-timeout", "streamingConnectionIdleTimeout", "4h0m0s", "4h0m0s" },
        { "make-iptables-util-chains", "makeIPTablesUtilChains", "true", "true" },
        { "event-qps", "eventRecordQPS", "50", "50" },
        { "tls-cert-file", "tlsCertFile", "", "" },
        { "tls-private-key-file", "tlsPrivateKeyFile", "", "" },
        { "rotate-certificates", "rotateCertificates", "false", "false" },
        { "rotate-server-certificates", "serverTLSBootstrap", "false", "false" },
        { "tls-min-version", "tlsMinVersion", "", "" },
        { "tls-cipher-suites", "tlsCipherSuites", "", "" },
        { "pod-max-pids", "podPidsLimit", "-1", "-1" },
        { "seccomp-default", "seccompDefault", "false", "false" },
        { "protect-kernel-defaults", "protectKernelDefaults", "false", "false" },
        { "pod-manifest-path", "staticPodPath", "", "" },
        { "feature-gates", "featureGates", "", "" },
};

static struct bh_str joined(struct bh_arena *arena, const struct bh_doc *v) {
        struct bh_str out = { "", 0 };

        if (bh_doc_is(v, BH_DOC_BOOL))
                return bh_doc_bool(v, false) ? BH_STR("true") : BH_STR("false");
        if (!bh_doc_is(v, BH_DOC_ARRAY) && !bh_doc_is(v, BH_DOC_OBJECT))
                return bh_doc_str(v);
        for (const struct bh_doc *n = bh_doc_first(v); n; n = n->next) {
                struct bh_str one = n->key.len ? bh_arena_printf(arena, "%.*s=%s", BH_FMT(n->key), bh_doc_bool(n, false) ? "true" : "false") : bh_doc_str(n);

                out = out.len ? bh_arena_printf(arena, "%.*s,%.*s", BH_FMT(out), BH_FMT(one)) : one;
        }
        return out;
}

static void take_file(struct bh_place *at, struct bh_str path, struct bh_k8sflags *into) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *root;
        struct bh_str text;

        if (!bh_place_read(at, path, &text))
                return;
        if (bh_yaml_parse(at->arena, text, &root, &why) < 0) {
                bh_place_gap(at, path, &why);
                return;
        }
        for (size_t i = 0; i < BH_LEN(settings); i++) {
                const struct bh_doc *v = bh_doc_path(root, settings[i].path);

                if (v && v->kind != BH_DOC_NULL)
                        bh_k8sflags_set(into, bh_str_of(settings[i].flag), joined(at->arena, v));
        }
}

/* File, then the folder's *.conf by name, then flags: the later goes before. */
static void more_kubelet(struct bh_place *at, struct bh_fact *f, struct bh_k8sflags *flags) {
        struct bh_str config = bh_k8sflags_get(flags, "config"), folder = bh_k8sflags_get(flags, "config-dir");
        struct bh_k8sflags all = bh_k8sflags_in(at->arena);
        struct bh_paths paths = { 0 };

        for (size_t i = 0; i < BH_LEN(settings); i++)
                bh_k8sflags_set(&all, bh_str_of(settings[i].flag), bh_str_of(config.len || folder.len ? settings[i].by_file : settings[i].by_flags));
        if (config.len)
                take_file(at, config, &all);
        if (folder.len)
                bh_place_glob(at, bh_arena_printf(at->arena, "%.*s/*.conf", BH_FMT(folder)), &paths);
        for (size_t i = 0; i < paths.len; i++)
                take_file(at, paths.at[i], &all);
        for (const struct bh_doc *n = bh_doc_first(flags->object); n; n = n->next)
                bh_k8sflags_set(&all, n->key, n->str);
        *flags = all;
        bh_fact_map(f, BH_K8S_F_FLAG, all.object);
        bh_fact_map(f, BH_K8S_F_NUMBER, all.object);
        tell_ciphers(f, L_WEAK, &all);
}

/* kube-proxy's file: the one setting that is asked for. */
static void more_proxy(struct bh_place *at, struct bh_fact *f, struct bh_k8sflags *flags) {
        struct bh_str path = bh_k8sflags_get(flags, "config"), text;
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *root;

        (void) f;
        if (!path.len || !bh_place_read(at, path, &text))
                return;
        if (bh_yaml_parse(at->arena, text, &root, &why) < 0)
                bh_place_gap(at, path, &why);
        else if (bh_doc_get_text(root, "metricsBindAddress").len)
                bh_k8sflags_set(flags, BH_STR("metrics-bind-address"), bh_doc_get_text(root, "metricsBindAddress"));
}

/* etcd's own file takes the place of all flags. */
static void more_etcd(struct bh_place *at, struct bh_fact *f, struct bh_k8sflags *flags) {
        static const char *const client[] = { "cert-file", "key-file", "client-cert-auth", "trusted-ca-file", "auto-tls" };
        struct bh_str path = bh_k8sflags_get(flags, "config-file"), text;
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *root;

        (void) f;
        if (!path.len || !bh_place_read(at, path, &text))
                return;
        if (bh_yaml_parse(at->arena, text, &root, &why) < 0) {
                bh_place_gap(at, path, &why);
                return;
        }
        if (bh_doc_get_text(root, "data-dir").len)
                bh_k8sflags_set(flags, BH_STR("data-dir"), bh_doc_get_text(root, "data-dir"));
        for (size_t i = 0; i < BH_LEN(client); i++) {
                const struct bh_doc *own = bh_doc_get(bh_doc_get(root, "client-transport-security"), client[i]), *peer = bh_doc_get(bh_doc_get(root, "peer-transport-security"), client[i]);

                if (own)
                        bh_k8sflags_set(flags, bh_str_of(client[i]), joined(at->arena, own));
                if (peer)
                        bh_k8sflags_set(flags, bh_arena_printf(at->arena, "peer-%s", client[i]), joined(at->arena, peer));
        }
}

/* ---- the whole ---- */

static const char *const apiserver_defaults[] = { "anonymous-auth", "true", "profiling", "true", "authorization-mode", "AlwaysAllow", "request-timeout", "1m0s", "service-account-lookup",
                                                  "true", "service-account-extend-token-expiration", "true", "audit-log-maxage", "0", "audit-log-maxbackup", "0",
                                                  "audit-log-maxsize", "0", NULL };
static const char *const apiserver_k3s[] = { "anonymous-auth", "false", "profiling", "false", "authorization-mode", "Node,RBAC", "enable-admission-plugins", "NodeRestriction",
                                             "kubelet-certificate-authority", "/var/lib/rancher/k3s/server/tls/server-ca.crt", "kubelet-client-certificate",
                                             "/var/lib/rancher/k3s/server/tls/client-kube-apiserver.crt", "kubelet-client-key",
                                             "/var/lib/rancher/k3s/server/tls/client-kube-apiserver.key", "client-ca-file", "/var/lib/rancher/k3s/server/tls/client-ca.crt",
                                             "service-account-key-file", "/var/lib/rancher/k3s/server/tls/service.key", "tls-cert-file",
                                             "/var/lib/rancher/k3s/server/tls/serving-kube-apiserver.crt", "tls-private-key-file",
                                             "/var/lib/rancher/k3s/server/tls/serving-kube-apiserver.key", "tls-cipher-suites",
                                             "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,"
                                             "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", NULL };
static const char *const manager_defaults[] = { "profiling", "true", "terminated-pod-gc-threshold", "12500", "use-service-account-credentials", "false", "bind-address", "0.0.0.0", NULL };
static const char *const manager_k3s[] = { "profiling", "false", "use-service-account-credentials", "true", "bind-address", "127.0.0.1", "root-ca-file",
                                           "/var/lib/rancher/k3s/server/tls/server-ca.crt", "service-account-private-key-file",
                                           "/var/lib/rancher/k3s/server/tls/service.current.key", NULL };
static const char *const scheduler_defaults[] = { "profiling", "true", "bind-address", "0.0.0.0", NULL };
static const char *const scheduler_k3s[] = { "profiling", "false", "bind-address", "127.0.0.1", NULL };
static const char *const kubelet_k3s[] = { "anonymous-auth", "false", "authorization-mode", "Webhook", "read-only-port", "0", "client-ca-file",
                                           "/var/lib/rancher/k3s/agent/client-ca.crt", "tls-cert-file", "/var/lib/rancher/k3s/agent/serving-kubelet.crt",
                                           "tls-private-key-file", "/var/lib/rancher/k3s/agent/serving-kubelet.key", "kubeconfig",
                                           "/var/lib/rancher/k3s/agent/kubelet.kubeconfig", NULL };
static const char *const proxy_defaults[] = { "metrics-bind-address", "127.0.0.1:10249", NULL };
static const char *const etcd_defaults[] = { "client-cert-auth", "false", "auto-tls", "false", "peer-client-cert-auth", "false", "peer-auto-tls", "false", NULL };
static const char *const none[] = { NULL };

const struct bh_k8s_part bh_k8s_parts[_BH_K8S_PART_MAX] = {
        [BH_K8S_APISERVER] = { "kube-apiserver", &bh_kind_apiserver, apiserver_defaults, apiserver_k3s, more_apiserver },
        [BH_K8S_CONTROLLER_MANAGER] = { "kube-controller-manager", &bh_kind_controller_manager, manager_defaults, manager_k3s, NULL },
        [BH_K8S_SCHEDULER] = { "kube-scheduler", &bh_kind_scheduler, scheduler_defaults, scheduler_k3s, NULL },
        [BH_K8S_KUBELET] = { "kubelet", &bh_kind_kubelet, none, kubelet_k3s, more_kubelet },
        [BH_K8S_PROXY] = { "kube-proxy", &bh_kind_kube_proxy, proxy_defaults, none, more_proxy },
        [BH_K8S_ETCD] = { "etcd", &bh_kind_etcd_member, etcd_defaults, none, more_etcd },
};

static void put_missing(struct bh_k8sflags *flags, const char *const *pairs) {
        for (; *pairs; pairs += 2)
                if (!bh_doc_get(flags->object, pairs[0]))
                        bh_k8sflags_set(flags, bh_str_of(pairs[0]), bh_str_of(pairs[1]));
}

struct bh_fact *bh_k8s_tell(struct bh_place *at, const struct bh_k8s_part *part, struct bh_str where, const char *distribution, struct bh_k8sflags *flags) {
        struct bh_fact *f = bh_place_fact(at, part->kind, where, bh_str_of(part->name));

        if (bh_str_is(bh_str_of(distribution), "k3s"))
                put_missing(flags, part->k3s);
        put_missing(flags, part->defaults);
        bh_fact_str(f, BH_K8S_F_DISTRIBUTION, bh_str_of(distribution));
        bh_fact_map(f, BH_K8S_F_FLAG, flags->object);
        bh_fact_map(f, BH_K8S_F_NUMBER, flags->object);
        if (part->more)
                part->more(at, f, flags);
        return f;
}

static struct bh_str text_of_flag(const struct bh_reach *reach, const struct bh_fact *f, const char *flag) {
        struct bh_str path = bh_doc_get_text(f->values[BH_K8S_F_FLAG].map, flag), text;
        struct bh_err why = BH_ERR_NONE;

        if (!path.len || reach->read(reach->user, 0, bh_arena_cstr(f->arena, path), 1024 * 1024, f->arena, &text, &why) < 0)
                return (struct bh_str){ "", 0 };
        return bh_str_trim(text);
}

void bh_k8s_compare_ca(const struct bh_reach *reach, struct bh_facts *facts) {
        const struct bh_fact *api = NULL;

        for (const struct bh_fact *f = facts->first; f && !api; f = f->next)
                api = f->kind == &bh_kind_apiserver ? f : NULL;
        for (struct bh_fact *f = facts->first; f && api; f = f->next) {
                struct bh_str own, theirs;

                if (f->kind != &bh_kind_etcd_member)
                        continue;
                own = text_of_flag(reach, f, "trusted-ca-file");
                theirs = text_of_flag(reach, api, "client-ca-file");
                if (own.len && theirs.len)
                        bh_fact_bool(f, E_OWN_CA, !bh_str_eq(own, theirs));
        }
}
