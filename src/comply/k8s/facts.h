/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_K8S_FACTS_H
#define BH_COMPLY_K8S_FACTS_H
/*
 * Facts of a cluster's objects: one `cluster`, a `namespace` each, a `pod` for
 * every workload that nothing else made, a `k8s_role` for every role and a
 * `k8s_subject` for everybody who is bound to one.
 */
#include "comply/fact.h"
#include "comply/k8s/objects.h"
#include "comply/k8s/rbac.h"

/* `minor`: of the version that pods are judged by (BH_PSS_NEWEST: the newest). Texts are the objects' or the facts' own. */
void bh_k8s_facts(const struct bh_k8s_objects *objects, unsigned minor, struct bh_facts *facts);

/* One file each. */
void bh_k8s_pod_facts(const struct bh_k8s_objects *objects, unsigned minor, struct bh_facts *facts);
void bh_k8s_space_facts(const struct bh_k8s_objects *objects, struct bh_facts *facts);
void bh_k8s_right_facts(const struct bh_k8s_objects *objects, struct bh_facts *facts);
void bh_k8s_cluster_facts(const struct bh_k8s_objects *objects, struct bh_facts *facts);
/* kube-system and the like. */
bool bh_k8s_own_space(struct bh_str namespace);

#endif
