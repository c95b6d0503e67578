/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_KUBERNETES_H
#define BH_COMPLY_COLLECT_KUBERNETES_H
/* Inside the collector of a node's Kubernetes. */
#include "comply/collect/collectors.h"
#include "comply/collect/place.h"
#include "comply/read/k8sflags.h"

/* A program of Kubernetes: its kind of fact, and what it takes for what is not set. */
struct bh_k8s_part {
        const char *name; /* "kube-apiserver" */
        const struct bh_fact_kind *kind;
        const char *const *defaults; /* pairs, ended by NULL */
        const char *const *k3s;      /* what k3s sets, over that */
        void (*more)(struct bh_place *at, struct bh_fact *f, struct bh_k8sflags *flags);
};

enum { BH_K8S_APISERVER, BH_K8S_CONTROLLER_MANAGER, BH_K8S_SCHEDULER, BH_K8S_KUBELET, BH_K8S_PROXY, BH_K8S_ETCD, _BH_K8S_PART_MAX };
extern const struct bh_k8s_part bh_k8s_parts[];

/* The fields every kind of these begins with. */
enum { BH_K8S_F_FLAG, BH_K8S_F_NUMBER, BH_K8S_F_DISTRIBUTION, BH_K8S_F_OWN };

#define BH_K8S_COMMON(kind, what)                                                                                                                       \
        [BH_K8S_F_FLAG] = BH_FACT_MAP(kind ".flag", BH_V_STRING, kind ".flag[name]: a flag of " what ", as set or by its default"),             \
        [BH_K8S_F_NUMBER] = BH_FACT_MAP(kind ".number", BH_V_INT, kind ".number[name]: the same as a number"),                                   \
        [BH_K8S_F_DISTRIBUTION] = BH_FACT(kind ".distribution", BH_V_STRING, 0, "kubeadm (or by hand), k3s, rke2, microk8s")

/* Those of a kubelet behind them. */
enum { BH_K8S_KUBELET_WEAK = BH_K8S_F_OWN, BH_K8S_KUBELET_UNIT, BH_K8S_KUBELET_DENY, BH_K8S_KUBELET_ALLOW };
/* The unit of systemd a kubelet runs in, and the addresses it may speak to by it. */
void bh_k8s_tell_unit(struct bh_program *p, struct bh_fact *kubelet);

/* `flags`: as given; what is not is put in. `distribution`: "kubeadm" where nothing else is known. */
struct bh_fact *bh_k8s_tell(struct bh_place *at, const struct bh_k8s_part *part, struct bh_str where, const char *distribution, struct bh_k8sflags *flags);
/* The files of a node whose kubelet was found, and of its control plane. */
void bh_k8s_file_facts(struct bh_place *at, const struct bh_k8sflags *kubelet);
/* The settings that are no plain flags. */
void bh_k8s_more_apiserver(struct bh_place *at, struct bh_fact *f, struct bh_k8sflags *flags);
void bh_k8s_more_kubelet(struct bh_place *at, struct bh_fact *f, struct bh_k8sflags *flags);
/* Weak suites of --tls-cipher-suites; "default" when none are named and TLS 1.2 is spoken. */
void bh_k8s_tell_ciphers(struct bh_fact *f, unsigned field, const struct bh_k8sflags *flags);
/* A value of a YAML file as a flag would be written: lists and maps by commas. */
struct bh_str bh_k8s_joined(struct bh_arena *arena, const struct bh_doc *v);
/* Whether etcd has a certificate authority of its own: asks both facts' flags. */
void bh_k8s_compare_ca(const struct bh_reach *reach, struct bh_facts *facts);

/* By its arguments: an etcd that serves a cluster, which is judged as etcd_member and not as any other server. */
bool bh_k8s_is_own_etcd(const struct bh_str *argv, size_t n);

#endif
