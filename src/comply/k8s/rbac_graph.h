/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_K8S_RBAC_GRAPH_H
#define BH_COMPLY_K8S_RBAC_GRAPH_H
/*
 * Inside rbac: the graph of who can become whom. Its nodes are goals, a few
 * gathering places ("any account of kube-system"), and the subjects.
 */
#include "comply/k8s/rbac.h"

enum bh_rbac_node_kind {
        BH_RBAC_N_GOAL,          /* the first _BH_RBAC_GOAL_MAX, by enum bh_rbac_goal */
        BH_RBAC_N_NODE,          /* root on a node */
        BH_RBAC_N_EVERY_ACCOUNT, /* any account of any namespace */
        BH_RBAC_N_EVERY_RUNNING, /* any account that some pod runs as */
        BH_RBAC_N_EVERY_USER,    /* any user that has a binding */
        BH_RBAC_N_ACCOUNTS,      /* any account of one namespace */
        BH_RBAC_N_RUNNING,       /* those of them that pods run as */
        BH_RBAC_N_OWNER,         /* does everything in one namespace */
        BH_RBAC_N_SUBJECT,
};

struct bh_rbac_node {
        enum bh_rbac_node_kind kind;
        struct bh_str namespace;
        struct bh_rbac_subject *subject;
};

struct bh_rbac_edge {
        uint32_t from, to;
        const char *words;     /* "makes pods there"; NULL: it simply is */
        uint64_t powers;       /* that it takes, all of them */
        struct bh_str scope;   /* namespace where; empty: the cluster */
        const struct bh_rbac_binding *binding; /* of a narrowed right */
};

struct bh_rbac_graph {
        BH_VEC(struct bh_rbac_node) nodes;
        BH_VEC(struct bh_rbac_edge) edges;
        struct bh_map spaces;                    /* namespace -> struct bh_rbac_space */
        uint32_t *next[_BH_RBAC_GOAL_MAX];       /* by node: edge + 1 of the first step to that goal; 0: none */
        uint32_t node, every_account, every_running, every_user;
};

/* What is known of one namespace. */
struct bh_rbac_space {
        struct bh_str name;
        bool guarded; /* pods that take over the node are refused there */
        uint32_t accounts, running, owner; /* nodes of the graph */
};

void bh_rbac_draw(struct bh_rbac *rbac);

#endif
