/* SPDX-License-Identifier: Apache-2.0 */
/* What a kubelet is set to: its file, its folder of drop-ins and its flags, in its own order. */
#include "comply/collect/kubernetes.h"
#include "fmt/yaml.h"

static const struct bh_field kubelet_fields[] = {
        BH_K8S_COMMON("kubelet", "the kubelet (settings of its configuration under the names of the flags)"),
        [BH_K8S_KUBELET_WEAK] = BH_FACT("kubelet.weak_ciphers", BH_V_STRING, BH_F_LIST, "cipher suites that are offered and weak; `default` when none are named"),
        [BH_K8S_KUBELET_UNIT] = BH_FACT("kubelet.unit", BH_V_STRING, 0, "the unit of systemd that it runs in: kubelet.service; unset: none"),
        [BH_K8S_KUBELET_DENY] = BH_FACT("kubelet.ip_deny", BH_V_STRING, BH_F_LIST, "addresses that unit, or a slice around it, may not speak to; `any`: all"),
        [BH_K8S_KUBELET_ALLOW] = BH_FACT("kubelet.ip_allow", BH_V_STRING, BH_F_LIST, "addresses it may speak to all the same"),
};
const struct bh_fact_kind bh_kind_kubelet = BH_FACT_KIND("kubelet", kubelet_fields, "a kubelet, the agent of a node");

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

struct bh_str bh_k8s_joined(struct bh_arena *arena, const struct bh_doc *v) {
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
                        bh_k8sflags_set(into, bh_str_of(settings[i].flag), bh_k8s_joined(at->arena, v));
        }
}

/* File, then the folder's *.conf by name, then flags: the later goes before. */
void bh_k8s_more_kubelet(struct bh_place *at, struct bh_fact *f, struct bh_k8sflags *flags) {
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
        bh_k8s_tell_ciphers(f, BH_K8S_KUBELET_WEAK, &all);
}
