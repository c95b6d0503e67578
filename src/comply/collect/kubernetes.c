/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs of Kubernetes on this node: by their processes, wherever they
 * run; k3s and microk8s hold all of them in one. Nothing is told of what does
 * not run here, so a worker has no API server to be judged.
 */
#include "comply/collect/kubernetes.h"

#include "comply/collect/file.h"
#include "fmt/yaml.h"

static const char *distribution_of(const struct bh_program *p) {
        if (bh_str_find(p->exe, BH_STR("/rke2/")) >= 0)
                return "rke2";
        for (size_t i = 1; i < p->n_argv; i++)
                if (bh_str_find(p->argv[i], BH_STR("/rancher/rke2/")) >= 0)
                        return "rke2";
        return "kubeadm";
}

static struct bh_k8sflags flags_of(const struct bh_program *p) {
        struct bh_k8sflags flags = bh_k8sflags_in(p->at.arena);

        if (p->n_argv > 1)
                bh_k8sflags_words(&flags, p->argv + 1, p->n_argv - 1);
        return flags;
}

static void tell_part(struct bh_program *p, unsigned part) {
        struct bh_k8sflags flags = flags_of(p);
        struct bh_fact *f = bh_k8s_tell(&p->at, &bh_k8s_parts[part], p->exe, distribution_of(p), &flags);

        if (part == BH_K8S_KUBELET) {
                bh_k8s_tell_unit(p, f);
                bh_k8s_file_facts(&p->at, &flags);
        }
        if (part == BH_K8S_ETCD && bh_k8sflags_get(&flags, "data-dir").len)
                (void) bh_file_tell(p->at.reach, p->at.facts, 0, "k8s-etcd-data", bh_k8sflags_get(&flags, "data-dir"));
}

static void found_apiserver(struct bh_program *p) {
        tell_part(p, BH_K8S_APISERVER);
}

static void found_manager(struct bh_program *p) {
        tell_part(p, BH_K8S_CONTROLLER_MANAGER);
}

static void found_scheduler(struct bh_program *p) {
        tell_part(p, BH_K8S_SCHEDULER);
}

static void found_kubelet(struct bh_program *p) {
        tell_part(p, BH_K8S_KUBELET);
}

static void found_proxy(struct bh_program *p) {
        tell_part(p, BH_K8S_PROXY);
}

bool bh_k8s_is_own_etcd(const struct bh_str *argv, size_t n) {
        for (size_t i = 1; i < n; i++)
                if (bh_str_find(argv[i], BH_STR("kubernetes")) >= 0 || bh_str_find(argv[i], BH_STR("/rke2/")) >= 0)
                        return true;
        return false;
}

/* An etcd of a cluster is one whose flags say so, or that stands beside its API server; others are software like any. */
static void found_etcd(struct bh_program *p) {
        bool cluster = bh_k8s_is_own_etcd(p->argv, p->n_argv);

        for (const struct bh_fact *f = p->at.facts->first; f && !cluster; f = f->next)
                cluster = f->kind == &bh_kind_apiserver;
        if (cluster)
                tell_part(p, BH_K8S_ETCD);
}

/* ---- k3s ---- */

/* "kube-apiserver-arg: [a=b, c=d]" of its configuration; one text alone too. */
static void take_args(struct bh_k8sflags *flags, const struct bh_doc *list) {
        struct bh_str name, value;

        for (const struct bh_doc *n = bh_doc_is(list, BH_DOC_ARRAY) ? bh_doc_first(list) : list; n; n = bh_doc_is(list, BH_DOC_ARRAY) ? n->next : NULL)
                if (bh_str_cut(bh_doc_str(n), '=', &name, &value))
                        bh_k8sflags_set(flags, name, value);
}

static void take_words(struct bh_k8sflags *flags, const struct bh_program *p, const char *option) {
        for (size_t i = 1; i < p->n_argv; i++) {
                struct bh_str word = p->argv[i], name, value;

                if (!bh_str_cut_prefix(&word, BH_STR("--")) || !bh_str_cut_prefix(&word, bh_str_of(option)))
                        continue;
                if (!bh_str_cut_prefix(&word, BH_STR("=")))
                        word = word.len == 0 && i + 1 < p->n_argv ? p->argv[i + 1] : (struct bh_str){ "", 0 };
                if (bh_str_cut(word, '=', &name, &value))
                        bh_k8sflags_set(flags, name, value);
        }
}

static const struct bh_doc *k3s_config(struct bh_program *p) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *root = NULL;
        struct bh_str text;

        if (bh_place_read(&p->at, BH_STR("/etc/rancher/k3s/config.yaml"), &text) && bh_yaml_parse(p->at.arena, text, &root, &why) < 0)
                bh_place_gap(&p->at, BH_STR("/etc/rancher/k3s/config.yaml"), &why);
        return root;
}

static void tell_k3s(struct bh_program *p, unsigned part, const char *option, const struct bh_doc *config) {
        struct bh_k8sflags flags = bh_k8sflags_in(p->at.arena);
        struct bh_fact *f;

        take_args(&flags, bh_doc_get(config, option));
        take_words(&flags, p, option);
        if (part == BH_K8S_APISERVER && bh_doc_bool(bh_doc_get(config, "secrets-encryption"), false))
                bh_k8sflags_set(&flags, BH_STR("encryption-provider-config"), BH_STR("/var/lib/rancher/k3s/server/cred/encryption-config.json"));
        f = bh_k8s_tell(&p->at, &bh_k8s_parts[part], p->exe, "k3s", &flags);
        if (part == BH_K8S_KUBELET) {
                bh_k8s_tell_unit(p, f);
                bh_k8s_file_facts(&p->at, &flags);
        }
}

static void found_k3s(struct bh_program *p) {
        const struct bh_doc *config = k3s_config(p);
        bool server = p->n_argv > 1 && bh_str_is(p->argv[1], "server");

        if (!server && !(p->n_argv > 1 && bh_str_is(p->argv[1], "agent")))
                return;
        if (server) {
                tell_k3s(p, BH_K8S_APISERVER, "kube-apiserver-arg", config);
                tell_k3s(p, BH_K8S_CONTROLLER_MANAGER, "kube-controller-manager-arg", config);
                tell_k3s(p, BH_K8S_SCHEDULER, "kube-scheduler-arg", config);
        }
        tell_k3s(p, BH_K8S_KUBELET, "kubelet-arg", config);
}

/* ---- microk8s ---- */

static void found_kubelite(struct bh_program *p) {
        static const unsigned parts[] = { BH_K8S_APISERVER, BH_K8S_CONTROLLER_MANAGER, BH_K8S_SCHEDULER, BH_K8S_KUBELET, BH_K8S_PROXY };

        for (size_t i = 0; i < BH_LEN(parts); i++) {
                struct bh_str path = bh_arena_printf(p->at.arena, "/var/snap/microk8s/current/args/%s", bh_k8s_parts[parts[i]].name), text;
                struct bh_k8sflags flags = bh_k8sflags_in(p->at.arena);
                struct bh_fact *f;

                if (!bh_place_read(&p->at, path, &text))
                        continue; /* a worker of microk8s has no API server */
                bh_k8sflags_lines(&flags, text);
                f = bh_k8s_tell(&p->at, &bh_k8s_parts[parts[i]], path, "microk8s", &flags);
                if (parts[i] == BH_K8S_KUBELET) {
                        bh_k8s_tell_unit(p, f);
                        bh_k8s_file_facts(&p->at, &flags);
                }
        }
}

int bh_collect_kubernetes_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const struct {
                const char *name;
                bh_program_fn *fn;
        } programs[] = {
                { "kube-apiserver", found_apiserver }, { "kube-controller-manager", found_manager }, { "kube-scheduler", found_scheduler },
                { "kubelet", found_kubelet },          { "kube-proxy", found_proxy },                { "etcd", found_etcd },
                { "k3s", found_k3s },                  { "kubelite", found_kubelite },
        };

        (void) err;
        for (size_t i = 0; i < BH_LEN(programs); i++) {
                const char *names[] = { programs[i].name, NULL };

                bh_programs_find(reach, facts, names, NULL, programs[i].fn);
        }
        bh_k8s_compare_ca(reach, facts);
        return 0;
}
