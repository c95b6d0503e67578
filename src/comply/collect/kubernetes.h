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

/* `flags`: as given; what is not is put in. `distribution`: "kubeadm" where nothing else is known. */
struct bh_fact *bh_k8s_tell(struct bh_place *at, const struct bh_k8s_part *part, struct bh_str where, const char *distribution, struct bh_k8sflags *flags);
/* The files of a node whose kubelet was found, and of its control plane. */
void bh_k8s_file_facts(struct bh_place *at, const struct bh_k8sflags *kubelet);
/* Whether etcd has a certificate authority of its own: asks both facts' flags. */
void bh_k8s_compare_ca(const struct bh_reach *reach, struct bh_facts *facts);

#endif
