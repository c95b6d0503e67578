/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_K8S_PSS_LOOK_H
#define BH_COMPLY_K8S_PSS_LOOK_H
/* Inside pss: the pass over a pod. */
#include "comply/k8s/pss.h"

/* What is asked of one pod, and where its answers go. */
struct bh_pss_look {
        const struct bh_k8s_pod *pod;
        unsigned minor;
        uint32_t asked, broken;
        struct bh_arena *arena; /* NULL: the verdict alone is wanted */
        struct bh_pss_hits *hits;
};

void bh_pss_look(struct bh_pss_look *l);

#endif
