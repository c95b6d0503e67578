/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_INVENTORY_PODS_H
#define BH_INVENTORY_PODS_H
/*
 * Pods, as their containers tell them, and the containers of containerd and
 * CRI-O, which no engine's API of ours tells: by the files of their runtimes
 * (runtime/find.h), for containers that run.
 */
#include "inventory/collect.h"

struct bh_pod_member {
        struct bh_str uid, name, namespace, sandbox, runtime;
        struct bh_str container; /* its name in the pod; empty: the sandbox itself */
        bool host_net;
};

struct bh_pods {
        struct bh_map all; /* in the pass's arena */
};

/* Nothing, when it names no pod. Slices live as long as the pass. */
void bh_pods_add(struct bh_collect *c, struct bh_pods *pods, const struct bh_pod_member *m);
void bh_pods_tell(struct bh_collect *c, const struct bh_pods *pods);

/* Of the containers that processes are in, those that are not `told` (by their ids) and of a runtime without an API. */
void bh_collect_cri(struct bh_collect *c, const struct bh_map *told, struct bh_pods *pods);

#endif
