/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_K8S_RBAC_H
#define BH_COMPLY_K8S_RBAC_H
/*
 * Who may do what in a cluster, and what that comes to.
 *
 * Rules are read as powers: the few dozen things a right can be used for
 * (rbac_power.c). A graph is drawn of who can become whom by them: an account
 * that makes pods in a namespace becomes any account there, and so on; the
 * shortest way from each subject to each goal is its chain.
 *
 *     ci/deployer --makes pods--> any account of kube-system --is--> kube-system/operator --may do everything--> administrator
 *
 * Reckoned over the objects alone: Roles, ClusterRoles (aggregated ones too),
 * bindings, ServiceAccounts, Namespaces and pods, as many as there are.
 */
#include "base/buf.h"
#include "comply/k8s/objects.h"

/* symbol, id of the risk (NULL: matters only together with others), severity 1 low .. 4 critical, what it allows */
#define BH_RBAC_TABLE(X)                                                                                                        \
        X(ALL, "rbac-20", 4, "do everything")                                                                                   \
        X(SECRETS_READ, "rbac-01", 4, "read secrets")                                                                           \
        X(PODS_MAKE, "rbac-02", 4, "make pods or workloads")                                                                    \
        X(PODS_CHANGE, "rbac-02", 4, "change the images of running pods")                                                       \
        X(PODS_EXEC, "rbac-03", 4, "run commands in pods")                                                                      \
        X(PODS_EPHEMERAL, "rbac-04", 4, "add containers to running pods")                                                       \
        X(NODES_PROXY, "rbac-05", 4, "reach the nodes' agents, and by them run commands in every pod")                          \
        X(TOKEN_MAKE, "rbac-06", 4, "make tokens of accounts")                                                                  \
        X(SECRETS_MAKE, "rbac-07", 3, "make secrets")                                                                           \
        X(BE_USER, "rbac-08", 4, "act as other users")                                                                          \
        X(BE_GROUP, "rbac-08", 4, "act as a member of any group")                                                               \
        X(BE_ACCOUNT, "rbac-08", 4, "act as other accounts")                                                                    \
        X(ESCALATE, "rbac-09", 4, "write roles that say more than its own")                                                     \
        X(ESCALATE_ALL, "rbac-09", 4, "write cluster roles that say more than its own")                                         \
        X(BIND, "rbac-10", 4, "give out roles that it does not have")                                                           \
        X(ROLES_WRITE, NULL, 2, "write roles")                                                                                  \
        X(ROLES_WRITE_ALL, NULL, 2, "write cluster roles")                                                                      \
        X(BINDINGS_WRITE, NULL, 2, "bind roles")                                                                                \
        X(BINDINGS_WRITE_ALL, NULL, 2, "bind roles in the whole cluster")                                                       \
        X(CSR_MAKE, NULL, 1, "ask for certificates")                                                                            \
        X(CSR_APPROVE, "rbac-11", 4, "approve certificates")                                                                    \
        X(CSR_SIGN, NULL, 3, "let signers sign")                                                                                \
        X(WEBHOOK_CHANGE, "rbac-12", 3, "set webhooks that change what others make")                                            \
        X(WEBHOOK_SEE, "rbac-12", 3, "set webhooks that see what others make")                                                  \
        X(POLICY_CHANGE, "rbac-13", 3, "set policies that change what others make")                                             \
        X(POLICY_WRITE, "rbac-13", 3, "set or remove admission policies")                                                       \
        X(VOLUMES_MAKE, "rbac-14", 3, "make volumes of any directory of a node")                                                \
        X(NAMESPACE_LABEL, "rbac-15", 3, "take away a namespace's pod security level")                                          \
        X(NODES_CHANGE, "rbac-16", 3, "change nodes, and so draw pods to them")                                                 \
        X(EVICT, "rbac-17", 2, "drive pods away")                                                                               \
        X(SERVICE_STATUS, "rbac-18", 2, "catch traffic by a service's external address")                                        \
        X(CONFIG_WRITE, "rbac-19", 4, "write configuration maps")                                                               \
        X(NET_REACH, "rbac-24", 2, "reach ports of pods and services through the cluster")                                      \
        X(LOGS, "rbac-25", 1, "read logs and events")                                                                           \
        X(DESTROY, "rbac-29", 2, "delete whatever there is of a kind")                                                          \
        X(TRAFFIC, "rbac-30", 2, "turn traffic to other addresses")        

#define X(symbol, risk, severity, words) BH_RBAC_##symbol,
enum bh_rbac_power { BH_RBAC_TABLE(X) _BH_RBAC_MAX };
#undef X
_Static_assert(_BH_RBAC_MAX <= 64, "powers are bits");
#define BH_RBAC_BIT(p) (1ull << BH_RBAC_##p)

struct bh_rbac_about {
        const char *symbol, *risk;
        unsigned severity;
        const char *words;
};
const struct bh_rbac_about *bh_rbac_about(enum bh_rbac_power p);
/* What the powers are made of, a line each: power, there or cluster (bound in a namespace it gives nothing), group, resource, verbs; by tabs. */
void bh_rbac_print_rights(struct bh_buf *out);

/* What one may be after. */
enum bh_rbac_goal { BH_RBAC_ADMIN, BH_RBAC_SECRETS, BH_RBAC_CODE, _BH_RBAC_GOAL_MAX };
const char *bh_rbac_goal_str(enum bh_rbac_goal g); /* "become cluster administrator" */
const char *bh_rbac_goal_word(enum bh_rbac_goal g); /* "admin" */

/* A right narrowed to names ("impersonate the group ops"). */
struct bh_rbac_named {
        enum bh_rbac_power power;
        struct bh_str name;
        bool there; /* a RoleBinding gives it too */
};

struct bh_rbac_role {
        struct bh_str kind, namespace, name;
        const struct bh_k8s_object *object; /* NULL: it is bound but not there */
        uint64_t powers, within;            /* of rules without names: in the whole cluster; bound in one namespace */
        BH_VEC(struct bh_rbac_named) named;
        BH_VEC(const struct bh_doc *) rules; /* all of them, those of aggregated roles too */
        bool wildcard, reckoned;
        uint32_t bound;                      /* by so many bindings */
};

struct bh_rbac_binding {
        const struct bh_k8s_object *object;
        struct bh_rbac_role *role;
        struct bh_str scope; /* a namespace; empty: the whole cluster */
        uint32_t used;       /* times the audit log names it */
};

enum bh_rbac_who { BH_RBAC_USER, BH_RBAC_GROUP, BH_RBAC_ACCOUNT };

struct bh_rbac_scope {
        struct bh_str namespace; /* empty: the cluster */
        uint64_t powers;
};

struct bh_rbac_use;

struct bh_rbac_subject {
        enum bh_rbac_who who;
        struct bh_str namespace, name;
        BH_VEC(struct bh_rbac_binding *) bindings;
        BH_VEC(struct bh_rbac_scope) scopes; /* the cluster first; groups of an account put in */
        struct bh_rbac_subject *groups[3];   /* everybody's, and of an account its own two; those that have bindings */
        uint32_t node;                       /* in the graph */
        bool missing;                        /* an account that is bound and not there, where accounts are known */
        bool running;                        /* a pod runs as it */
        struct bh_rbac_use *uses;            /* from the audit log */
        uint64_t n_uses;
};

struct bh_rbac_graph; /* rbac_graph.h */

struct bh_rbac {
        struct bh_arena *arena;
        const struct bh_k8s_objects *objects;
        struct bh_map roles, subjects; /* "ClusterRole /name", "ServiceAccount ns/name" */
        BH_VEC(struct bh_rbac_binding *) bindings;
        struct bh_rbac_graph *graph;
};

void bh_rbac_build(struct bh_rbac *rbac, const struct bh_k8s_objects *objects, struct bh_arena *arena);
/* Reckons the powers of a role, through what it aggregates. */
void bh_rbac_reckon(struct bh_rbac *rbac, struct bh_rbac_role *role);

/* One step of a chain: from whom, by what right (given where), to whom. */
struct bh_rbac_step {
        struct bh_str from, by, to;            /* "ServiceAccount ci/deployer", "makes pods or workloads in kube-system", "any account of kube-system" */
        const struct bh_rbac_binding *binding; /* that gives the right; NULL: none is needed */
};
BH_VEC_OF(bh_rbac_chain, struct bh_rbac_step);

/* By its own bindings and its groups': there (empty: in the whole cluster), over things of that name (empty: of all names). */
bool bh_rbac_may(const struct bh_rbac_subject *s, enum bh_rbac_power power, struct bh_str namespace, struct bh_str name);
bool bh_rbac_reaches(const struct bh_rbac *rbac, const struct bh_rbac_subject *s, enum bh_rbac_goal goal);
/* The shortest way; false: there is none. */
bool bh_rbac_chain_of(const struct bh_rbac *rbac, const struct bh_rbac_subject *s, enum bh_rbac_goal goal, struct bh_arena *arena, struct bh_rbac_chain *ret);
/* The binding that gives one of these powers in that namespace (empty: cluster-wide); NULL: none. */
const struct bh_rbac_binding *bh_rbac_source(const struct bh_rbac_subject *s, uint64_t powers, struct bh_str namespace);
struct bh_str bh_rbac_subject_text(struct bh_arena *arena, const struct bh_rbac_subject *s); /* "ServiceAccount ci/deployer" */
struct bh_rbac_subject *bh_rbac_find(const struct bh_rbac *rbac, enum bh_rbac_who who, struct bh_str namespace, struct bh_str name);
/* Kubernetes' own: it needs what it has. */
bool bh_rbac_of_system(const struct bh_rbac_subject *s);

/* ---- risks ---- */

/* Something that somebody should not be able to do without need. */
struct bh_rbac_risk {
        const char *id;    /* "rbac-05" */
        unsigned severity; /* 1 low .. 4 critical */
        const struct bh_rbac_subject *subject; /* NULL: it is the binding's or role's own */
        const struct bh_rbac_binding *binding; /* NULL: none gives it */
        const struct bh_k8s_object *object;    /* where to look */
        struct bh_str words, scope;            /* "may run commands in pods"; a namespace, or empty */
};
BH_VEC_OF(bh_rbac_risks, struct bh_rbac_risk);

/* Worst first. `system`: Kubernetes' own subjects too. */
void bh_rbac_look(const struct bh_rbac *rbac, bool system, struct bh_arena *arena, struct bh_rbac_risks *ret);

/* ---- granted against used ---- */

/* A request of the audit log. */
struct bh_rbac_request {
        struct bh_str user, verb, group, resource, subresource, namespace, name, path; /* path: of what is no resource */
        struct bh_str reason; /* "RBAC: allowed by ClusterRoleBinding ..." */
};

struct bh_rbac_use {
        struct bh_str namespace, group, resource, path; /* resource with its subresource: "pods/exec" */
        BH_VEC(struct bh_str) verbs;
        struct bh_rbac_use *next;
};

/* Counts it to its subject; false when nobody of that name has a binding. */
bool bh_rbac_saw(struct bh_rbac *rbac, const struct bh_rbac_request *request);
/* The least roles and bindings that allow what was seen of that subject, as YAML. */
void bh_rbac_least(const struct bh_rbac_subject *s, struct bh_buf *out);
/* Of what a binding's role names (verbs of resources), how many were seen used; a wildcard counts as one that is never whole. */
void bh_rbac_used_of(const struct bh_rbac_subject *s, const struct bh_rbac_binding *b, uint32_t *ret_used, uint32_t *ret_all);

#endif
