/* SPDX-License-Identifier: Apache-2.0 */
/* What each program of Kubernetes is set to, with its own defaults put in. */
#include "comply/collect/kubernetes.h"
#include "fmt/yaml.h"

static const struct bh_field manager_fields[] = { BH_K8S_COMMON("controller_manager", "the controller manager") };
const struct bh_fact_kind bh_kind_controller_manager = BH_FACT_KIND("controller_manager", manager_fields, "a controller manager of Kubernetes");
static const struct bh_field scheduler_fields[] = { BH_K8S_COMMON("scheduler", "the scheduler") };
const struct bh_fact_kind bh_kind_scheduler = BH_FACT_KIND("scheduler", scheduler_fields, "a scheduler of Kubernetes");
static const struct bh_field proxy_fields[] = { BH_K8S_COMMON("kube_proxy", "kube-proxy") };
const struct bh_fact_kind bh_kind_kube_proxy = BH_FACT_KIND("kube_proxy", proxy_fields, "a kube-proxy");

enum { E_OWN_CA = BH_K8S_F_OWN };
static const struct bh_field etcd_fields[] = {
        BH_K8S_COMMON("etcd_member", "etcd"),
        [E_OWN_CA] = BH_FACT("etcd_member.own_ca", BH_V_BOOL, 0, "the authority that signs its clients is not that of the API server's clients"),
};
const struct bh_fact_kind bh_kind_etcd_member = BH_FACT_KIND("etcd_member", etcd_fields, "an etcd that keeps a cluster's objects");

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
                        bh_k8sflags_set(flags, bh_str_of(client[i]), bh_k8s_joined(at->arena, own));
                if (peer)
                        bh_k8sflags_set(flags, bh_arena_printf(at->arena, "peer-%s", client[i]), bh_k8s_joined(at->arena, peer));
        }
}

static bool is_strong(struct bh_str suite) {
        return (bh_str_starts(suite, BH_STR("TLS_ECDHE_")) && (bh_str_find(suite, BH_STR("_GCM_")) >= 0 || bh_str_find(suite, BH_STR("CHACHA20")) >= 0)) ||
               bh_str_is(suite, "TLS_AES_128_GCM_SHA256") || bh_str_is(suite, "TLS_AES_256_GCM_SHA384");
}

void bh_k8s_tell_ciphers(struct bh_fact *f, unsigned field, const struct bh_k8sflags *flags) {
        struct bh_str list = bh_k8sflags_get(flags, "tls-cipher-suites"), suite;
        bool only_13 = bh_str_is(bh_k8sflags_get(flags, "tls-min-version"), "VersionTLS13");

        bh_fact_list(f, field);
        if (!list.len && !only_13)
                bh_fact_add(f, field, BH_STR("default"));
        while (!only_13 && bh_str_split(&list, ',', &suite))
                if (!is_strong(bh_str_trim(suite)))
                        bh_fact_add(f, field, bh_str_trim(suite));
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
        [BH_K8S_APISERVER] = { "kube-apiserver", &bh_kind_apiserver, apiserver_defaults, apiserver_k3s, bh_k8s_more_apiserver },
        [BH_K8S_CONTROLLER_MANAGER] = { "kube-controller-manager", &bh_kind_controller_manager, manager_defaults, manager_k3s, NULL },
        [BH_K8S_SCHEDULER] = { "kube-scheduler", &bh_kind_scheduler, scheduler_defaults, scheduler_k3s, NULL },
        [BH_K8S_KUBELET] = { "kubelet", &bh_kind_kubelet, none, kubelet_k3s, bh_k8s_more_kubelet },
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
