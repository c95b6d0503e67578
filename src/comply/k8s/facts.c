/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/k8s/facts.h"

bool bh_k8s_own_space(struct bh_str namespace) {
        return bh_str_is(namespace, "kube-system") || bh_str_is(namespace, "kube-public") || bh_str_is(namespace, "kube-node-lease");
}

void bh_k8s_facts(const struct bh_k8s_objects *objects, unsigned minor, struct bh_facts *facts) {
        bh_k8s_cluster_facts(objects, facts);
        bh_k8s_space_facts(objects, facts);
        bh_k8s_pod_facts(objects, minor, facts);
        bh_k8s_right_facts(objects, facts);
}
