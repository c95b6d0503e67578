/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/k8s/rbac_graph.h"

#include <string.h>

/* Where a way leads. */
enum to { ADMIN, SECRETS, CODE, NODE, EVERY_ACCOUNT, EVERY_RUNNING, EVERY_USER, ACCOUNTS, RUNNING, OWNER };

#define B(p) BH_RBAC_BIT(p)

/* Rights that hold in the whole cluster, and what they make of one. */
static const struct way {
        uint64_t needs;
        enum to to;
        const char *words;
} ways[] = {
        { B(ALL), ADMIN, "may do everything" },
        { B(BE_GROUP), ADMIN, "acts as a member of system:masters" },
        { B(ESCALATE_ALL) | B(ROLES_WRITE_ALL), ADMIN, "writes a cluster role that says everything" },
        { B(BIND) | B(BINDINGS_WRITE_ALL), ADMIN, "binds cluster-admin to itself" },
        { B(BE_USER), EVERY_USER, "acts as any user" },
        { B(BE_ACCOUNT), EVERY_ACCOUNT, "acts as any account" },
        { B(TOKEN_MAKE), EVERY_ACCOUNT, "makes a token of any account" },
        { B(CSR_MAKE) | B(CSR_APPROVE) | B(CSR_SIGN), EVERY_USER, "approves a certificate of its own for any name" },
        { B(CSR_MAKE) | B(CSR_APPROVE) | B(CSR_SIGN), EVERY_ACCOUNT, "approves a certificate of its own for any account" },
        { B(WEBHOOK_CHANGE), EVERY_ACCOUNT, "changes every pod that is made, by a webhook" },
        { B(POLICY_CHANGE) | B(POLICY_WRITE), EVERY_ACCOUNT, "changes every pod that is made, by an admission policy" },
        { B(SECRETS_READ), SECRETS, "reads secrets of every namespace" },
        { B(WEBHOOK_SEE), SECRETS, "sees every secret as it is written, by a webhook" },
        { B(SECRETS_READ) | B(SECRETS_MAKE), EVERY_ACCOUNT, "makes a secret that the cluster fills with an account's token, and reads it" },
        { B(NODES_PROXY), EVERY_RUNNING, "runs commands in every pod by the nodes' agents" },
        { B(NODES_PROXY), CODE, "runs commands in every pod by the nodes' agents" },
        { B(PODS_EXEC), EVERY_RUNNING, "runs commands in every pod" },
        { B(PODS_EXEC), CODE, "runs commands in every pod" },
        { B(PODS_EPHEMERAL), EVERY_RUNNING, "adds a container to every pod" },
        { B(PODS_EPHEMERAL), CODE, "adds a container to every pod" },
        { B(PODS_CHANGE), EVERY_RUNNING, "puts its own image into every pod" },
        { B(PODS_CHANGE), CODE, "puts its own image into every pod" },
        { B(PODS_MAKE), CODE, "makes pods or workloads in every namespace" },
        { B(PODS_MAKE), EVERY_ACCOUNT, "makes pods or workloads that run as any account" },
        { B(PODS_MAKE) | B(VOLUMES_MAKE), NODE, "makes a volume of the node's own files, and a pod that has it" },
        { B(PODS_MAKE) | B(NAMESPACE_LABEL), NODE, "takes a namespace's pod security away and makes a privileged pod" },
        { B(ESCALATE) | B(ROLES_WRITE), EVERY_ACCOUNT, "writes roles that say everything, in every namespace" },
        { B(BIND) | B(BINDINGS_WRITE), EVERY_ACCOUNT, "binds any role to itself, in every namespace" },
};

/* The same in one namespace. */
static const struct way ways_within[] = {
        { B(TOKEN_MAKE), ACCOUNTS, "makes a token of any account" },
        { B(BE_ACCOUNT), ACCOUNTS, "acts as any account" },
        { B(SECRETS_READ) | B(SECRETS_MAKE), ACCOUNTS, "makes a secret that the cluster fills with an account's token, and reads it" },
        { B(PODS_MAKE), ACCOUNTS, "makes pods or workloads that run as any account" },
        { B(PODS_EXEC), RUNNING, "runs commands in pods" },
        { B(PODS_EPHEMERAL), RUNNING, "adds containers to pods" },
        { B(PODS_CHANGE), RUNNING, "puts its own images into pods" },
        { B(ESCALATE) | B(ROLES_WRITE), OWNER, "writes a role that says everything" },
        { B(BIND) | B(BINDINGS_WRITE), OWNER, "binds any role to itself" },
};

static uint32_t add_node(struct bh_rbac *rbac, enum bh_rbac_node_kind kind, struct bh_str namespace, struct bh_rbac_subject *subject) {
        struct bh_rbac_graph *g = rbac->graph;

        *bh_vec_add(rbac->arena, &g->nodes) = (struct bh_rbac_node){ kind, namespace, subject };
        return (uint32_t) g->nodes.len - 1;
}

static struct bh_rbac_edge *add_edge(struct bh_rbac *rbac, uint32_t from, uint32_t to, const char *words, uint64_t powers, struct bh_str scope) {
        struct bh_rbac_edge *e = bh_vec_add(rbac->arena, &rbac->graph->edges);

        *e = (struct bh_rbac_edge){ .from = from, .to = to, .words = words, .powers = powers, .scope = scope };
        return e;
}

static const struct bh_str everywhere = { "", 0 };

/* ---- namespaces ---- */

static bool is_guarded(const struct bh_rbac *rbac, struct bh_str namespace) {
        const struct bh_k8s_object *o = bh_k8s_find(rbac->objects, "Namespace", everywhere, namespace);
        struct bh_str level = bh_doc_get_text(bh_doc_path(o ? o->doc : NULL, "metadata.labels"), "pod-security.kubernetes.io/enforce");

        return bh_str_is(level, "baseline") || bh_str_is(level, "restricted");
}

static struct bh_rbac_space *space_of(struct bh_rbac *rbac, struct bh_str namespace) {
        struct bh_rbac_graph *g = rbac->graph;
        void **at = bh_map_at(&g->spaces, namespace);
        struct bh_rbac_space *s = *at;

        if (s)
                return s;
        s = bh_arena_make(rbac->arena, struct bh_rbac_space);
        *at = s;
        *s = (struct bh_rbac_space){ .name = namespace, .guarded = is_guarded(rbac, namespace) };
        s->accounts = add_node(rbac, BH_RBAC_N_ACCOUNTS, namespace, NULL);
        s->running = add_node(rbac, BH_RBAC_N_RUNNING, namespace, NULL);
        s->owner = add_node(rbac, BH_RBAC_N_OWNER, namespace, NULL);
        add_edge(rbac, g->every_account, s->accounts, NULL, 0, everywhere);
        add_edge(rbac, g->every_running, s->running, NULL, 0, everywhere);
        add_edge(rbac, s->owner, s->accounts, "makes pods there", 0, everywhere);
        add_edge(rbac, s->owner, g->node, s->guarded ? "takes the namespace's pod security away and makes a privileged pod" : "makes a privileged pod there", 0, everywhere);
        return s;
}

/* ---- subjects ---- */

static uint32_t place_of(const struct bh_rbac_graph *g, const struct bh_rbac_space *s, enum to to) {
        switch (to) {
        case ADMIN: return BH_RBAC_ADMIN;
        case SECRETS: return BH_RBAC_SECRETS;
        case CODE: return BH_RBAC_CODE;
        case NODE: return g->node;
        case EVERY_ACCOUNT: return g->every_account;
        case EVERY_RUNNING: return g->every_running;
        case EVERY_USER: return g->every_user;
        case ACCOUNTS: return s->accounts;
        case RUNNING: return s->running;
        default: return s->owner;
        }
}

/* On EKS this map says which identities of the cloud are administrators. */
static void draw_config(struct bh_rbac *rbac, const struct bh_rbac_subject *s, struct bh_str scope) {
        if (bh_k8s_find(rbac->objects, "ConfigMap", BH_STR("kube-system"), BH_STR("aws-auth")))
                add_edge(rbac, s->node, BH_RBAC_ADMIN, "writes itself into aws-auth", B(CONFIG_WRITE), scope);
}

static void draw_cluster(struct bh_rbac *rbac, const struct bh_rbac_subject *s, uint64_t powers) {
        if (powers & B(ALL)) { /* the first way says it all */
                add_edge(rbac, s->node, BH_RBAC_ADMIN, ways[0].words, ways[0].needs, everywhere);
                return;
        }
        for (size_t i = 1; i < BH_LEN(ways); i++)
                if ((powers & ways[i].needs) == ways[i].needs)
                        add_edge(rbac, s->node, place_of(rbac->graph, NULL, ways[i].to), ways[i].words, ways[i].needs, everywhere);
        if (powers & B(CONFIG_WRITE))
                draw_config(rbac, s, everywhere);
        if (!(powers & B(PODS_MAKE)))
                return;
        for (size_t i = 0; i < rbac->graph->spaces.len; i++) {
                const struct bh_rbac_space *space = rbac->graph->spaces.items[i].value;

                if (!space->guarded) {
                        add_edge(rbac, s->node, rbac->graph->node, "makes a privileged pod", B(PODS_MAKE), everywhere);
                        return;
                }
        }
}

/* A guard of a namespace is a label on it, and whoever may patch namespaces there may patch that one. */
static void draw_to_node(struct bh_rbac *rbac, const struct bh_rbac_subject *s, const struct bh_rbac_scope *scope, uint64_t wide) {
        const struct bh_rbac_space *space = space_of(rbac, scope->namespace);
        uint64_t needs = space->guarded ? B(PODS_MAKE) | B(NAMESPACE_LABEL) : B(PODS_MAKE);

        if (((scope->powers | wide) & needs) == needs && (wide & needs) != needs)
                add_edge(rbac, s->node, rbac->graph->node, space->guarded ? "takes the namespace's pod security away and makes a privileged pod" : "makes a privileged pod", needs,
                         scope->namespace);
}

/* `wide`: what it may in the whole cluster counts here too, but is not told again. */
static void draw_within(struct bh_rbac *rbac, const struct bh_rbac_subject *s, const struct bh_rbac_scope *scope, uint64_t wide) {
        const struct bh_rbac_space *space = space_of(rbac, scope->namespace);
        uint64_t powers = scope->powers | wide;

        for (size_t i = 0; i < BH_LEN(ways_within); i++)
                if ((powers & ways_within[i].needs) == ways_within[i].needs && (wide & ways_within[i].needs) != ways_within[i].needs)
                        add_edge(rbac, s->node, place_of(rbac->graph, space, ways_within[i].to), ways_within[i].words, ways_within[i].needs, scope->namespace);
        if (scope->powers & B(CONFIG_WRITE) && bh_str_is(scope->namespace, "kube-system"))
                draw_config(rbac, s, scope->namespace);
        draw_to_node(rbac, s, scope, wide);
}

/* "impersonate the account x": in its namespace, or in all. */
static void draw_named_account(struct bh_rbac *rbac, const struct bh_rbac_subject *s, const struct bh_rbac_binding *b, struct bh_str name, const char *words) {
        for (size_t i = 0; i < rbac->subjects.len; i++) {
                const struct bh_rbac_subject *o = rbac->subjects.items[i].value;

                if (o->who == BH_RBAC_ACCOUNT && o != s && bh_str_eq(o->name, name) && (!b->scope.len || bh_str_eq(b->scope, o->namespace)))
                        add_edge(rbac, s->node, o->node, words, 0, b->scope)->binding = b;
        }
}

/* A role by name that may be bound though its rights are not one's own. */
static void draw_named_role(struct bh_rbac *rbac, const struct bh_rbac_subject *s, const struct bh_rbac_binding *b, struct bh_str name) {
        const struct bh_rbac_role *role = bh_map_get(&rbac->roles, bh_arena_printf(rbac->arena, "ClusterRole /%.*s", BH_FMT(name)));
        bool all = bh_str_is(name, "cluster-admin") || (role && role->powers & B(ALL));
        uint64_t wide = s->scopes.len && !s->scopes.at[0].namespace.len ? s->scopes.at[0].powers : 0;

        if (all && !b->scope.len && wide & B(BINDINGS_WRITE_ALL))
                add_edge(rbac, s->node, BH_RBAC_ADMIN, "binds a role that says everything to itself", 0, everywhere)->binding = b;
        else if (all && b->scope.len)
                add_edge(rbac, s->node, space_of(rbac, b->scope)->owner, "binds a role that says everything to itself", 0, b->scope)->binding = b;
}

static void draw_named(struct bh_rbac *rbac, const struct bh_rbac_subject *s, const struct bh_rbac_binding *b) {
        for (size_t i = 0; i < b->role->named.len; i++) {
                const struct bh_rbac_named *n = &b->role->named.at[i];
                const struct bh_rbac_subject *to;

                if (n->power == BH_RBAC_BE_ACCOUNT)
                        draw_named_account(rbac, s, b, n->name, "acts as");
                else if (n->power == BH_RBAC_TOKEN_MAKE)
                        draw_named_account(rbac, s, b, n->name, "makes a token of");
                else if (n->power == BH_RBAC_BIND)
                        draw_named_role(rbac, s, b, n->name);
                else if (n->power == BH_RBAC_BE_GROUP && !b->scope.len && bh_str_is(n->name, "system:masters"))
                        add_edge(rbac, s->node, BH_RBAC_ADMIN, "acts as a member of system:masters", 0, everywhere)->binding = b;
                else if (!b->scope.len && (to = bh_rbac_find(rbac, n->power == BH_RBAC_BE_GROUP ? BH_RBAC_GROUP : BH_RBAC_USER, everywhere, n->name)) && to != s)
                        add_edge(rbac, s->node, to->node, "acts as", 0, everywhere)->binding = b;
        }
}

static void draw_all_named(struct bh_rbac *rbac, const struct bh_rbac_subject *s, const struct bh_rbac_subject *from) {
        for (size_t i = 0; from && i < from->bindings.len; i++)
                draw_named(rbac, s, from->bindings.at[i]);
}

static void draw_subject(struct bh_rbac *rbac, struct bh_rbac_subject *s) {
        uint64_t wide = 0;

        for (size_t i = 0; i < s->scopes.len; i++) {
                if (!s->scopes.at[i].namespace.len)
                        draw_cluster(rbac, s, wide = s->scopes.at[i].powers);
                else
                        draw_within(rbac, s, &s->scopes.at[i], wide);
        }
        draw_all_named(rbac, s, s);
        for (size_t i = 0; i < BH_LEN(s->groups); i++)
                draw_all_named(rbac, s, s->groups[i]);
        if (s->who == BH_RBAC_GROUP && bh_str_is(s->name, "system:masters"))
                add_edge(rbac, s->node, BH_RBAC_ADMIN, "is let through without being asked", 0, everywhere);
}

/* Gathering places lead to those who are there. */
static void draw_arrival(struct bh_rbac *rbac, const struct bh_rbac_subject *s) {
        if (s->who == BH_RBAC_USER && !bh_str_is(s->name, "system:anonymous"))
                add_edge(rbac, rbac->graph->every_user, s->node, NULL, 0, everywhere);
        if (s->who != BH_RBAC_ACCOUNT)
                return;
        add_edge(rbac, space_of(rbac, s->namespace)->accounts, s->node, NULL, 0, everywhere);
        if (s->running)
                add_edge(rbac, space_of(rbac, s->namespace)->running, s->node, NULL, 0, everywhere);
}

/* ---- the ways to a goal ---- */

/* Edges by where they lead: heads[n] .. heads[n + 1] in `order`. */
static void turn(const struct bh_rbac_graph *g, struct bh_arena *arena, uint32_t **ret_heads, uint32_t **ret_order) {
        uint32_t *heads = bh_arena_array(arena, uint32_t, g->nodes.len + 2), *order = bh_arena_array(arena, uint32_t, g->edges.len + 1);

        for (size_t i = 0; i < g->edges.len; i++)
                heads[g->edges.at[i].to + 2]++;
        for (size_t n = 2; n < g->nodes.len + 2; n++)
                heads[n] += heads[n - 1];
        for (size_t i = 0; i < g->edges.len; i++)
                order[heads[g->edges.at[i].to + 1]++] = (uint32_t) i;
        *ret_heads = heads;
        *ret_order = order;
}

/* From the goal outward, nearest first: each node learns its first step once. */
static void search(struct bh_rbac_graph *g, enum bh_rbac_goal goal, const uint32_t *heads, const uint32_t *order, struct bh_arena *arena) {
        uint32_t *queue = bh_arena_array(arena, uint32_t, g->nodes.len), head = 0, tail = 0;

        g->next[goal] = bh_arena_array(arena, uint32_t, g->nodes.len);
        queue[tail++] = (uint32_t) goal;
        while (head < tail) {
                uint32_t n = queue[head++];

                for (uint32_t i = heads[n]; i < heads[n + 1]; i++) {
                        uint32_t from = g->edges.at[order[i]].from;

                        if (g->next[goal][from] || from == (uint32_t) goal)
                                continue;
                        g->next[goal][from] = order[i] + 1;
                        queue[tail++] = from;
                }
        }
}

/* A node that runs the control plane holds the keys of the cluster. */
static bool is_self_run(const struct bh_rbac *rbac) {
        for (const struct bh_k8s_object *o = bh_k8s_first(rbac->objects, "Pod"); o; o = o->next)
                if (bh_str_is(o->namespace, "kube-system") && bh_str_starts(o->name, BH_STR("kube-apiserver")))
                        return true;
        for (const struct bh_k8s_object *o = bh_k8s_first(rbac->objects, "Node"); o; o = o->next)
                if (bh_doc_get(bh_doc_path(o->doc, "metadata.labels"), "node-role.kubernetes.io/control-plane"))
                        return true;
        return false;
}

static void draw_places(struct bh_rbac *rbac) {
        struct bh_rbac_graph *g = rbac->graph;

        for (unsigned i = 0; i < _BH_RBAC_GOAL_MAX; i++)
                (void) add_node(rbac, BH_RBAC_N_GOAL, everywhere, NULL);
        g->node = add_node(rbac, BH_RBAC_N_NODE, everywhere, NULL);
        g->every_account = add_node(rbac, BH_RBAC_N_EVERY_ACCOUNT, everywhere, NULL);
        g->every_running = add_node(rbac, BH_RBAC_N_EVERY_RUNNING, everywhere, NULL);
        g->every_user = add_node(rbac, BH_RBAC_N_EVERY_USER, everywhere, NULL);
        add_edge(rbac, g->node, g->every_running, "takes the tokens of the pods on it", 0, everywhere);
        add_edge(rbac, g->node, BH_RBAC_CODE, "is in every pod on it", 0, everywhere);
        if (is_self_run(rbac))
                add_edge(rbac, g->node, BH_RBAC_ADMIN, "reads the keys of a node of the control plane", 0, everywhere);
        add_edge(rbac, BH_RBAC_ADMIN, BH_RBAC_SECRETS, NULL, 0, everywhere);
        add_edge(rbac, BH_RBAC_ADMIN, BH_RBAC_CODE, NULL, 0, everywhere);
        add_edge(rbac, g->every_account, BH_RBAC_CODE, "runs as any account", 0, everywhere);
}

void bh_rbac_draw(struct bh_rbac *rbac) {
        uint32_t *heads, *order;

        rbac->graph = bh_arena_make(rbac->arena, struct bh_rbac_graph);
        rbac->graph->spaces = bh_map_in(rbac->arena);
        draw_places(rbac);
        for (const struct bh_k8s_object *o = bh_k8s_first(rbac->objects, "Namespace"); o; o = o->next)
                (void) space_of(rbac, o->name);
        for (size_t i = 0; i < rbac->subjects.len; i++) {
                struct bh_rbac_subject *s = rbac->subjects.items[i].value;

                s->node = add_node(rbac, BH_RBAC_N_SUBJECT, everywhere, s);
                for (size_t k = 0; k < s->scopes.len; k++)
                        if (s->scopes.at[k].namespace.len)
                                (void) space_of(rbac, s->scopes.at[k].namespace);
                draw_arrival(rbac, s);
        }
        for (size_t i = 0; i < rbac->subjects.len; i++)
                draw_subject(rbac, rbac->subjects.items[i].value);
        turn(rbac->graph, rbac->arena, &heads, &order);
        for (unsigned goal = 0; goal < _BH_RBAC_GOAL_MAX; goal++)
                search(rbac->graph, (enum bh_rbac_goal) goal, heads, order, rbac->arena);
}

/* ---- chains ---- */

bool bh_rbac_reaches(const struct bh_rbac *rbac, const struct bh_rbac_subject *s, enum bh_rbac_goal goal) {
        return rbac->graph->next[goal][s->node] != 0;
}

static struct bh_str node_text(const struct bh_rbac_graph *g, uint32_t n, struct bh_arena *arena) {
        const struct bh_rbac_node *node = &g->nodes.at[n];

        switch (node->kind) {
        case BH_RBAC_N_GOAL: return bh_str_of(n == BH_RBAC_ADMIN ? "cluster administrator" : n == BH_RBAC_SECRETS ? "all secrets" : "code anywhere");
        case BH_RBAC_N_NODE: return BH_STR("root on a node");
        case BH_RBAC_N_EVERY_ACCOUNT: return BH_STR("any account of any namespace");
        case BH_RBAC_N_EVERY_RUNNING: return BH_STR("any account that a pod runs as");
        case BH_RBAC_N_EVERY_USER: return BH_STR("any user");
        case BH_RBAC_N_ACCOUNTS: return bh_arena_printf(arena, "any account of %.*s", BH_FMT(node->namespace));
        case BH_RBAC_N_RUNNING: return bh_arena_printf(arena, "any account that a pod of %.*s runs as", BH_FMT(node->namespace));
        case BH_RBAC_N_OWNER: return bh_arena_printf(arena, "owner of %.*s", BH_FMT(node->namespace));
        default: return bh_rbac_subject_text(arena, node->subject);
        }
}

bool bh_rbac_chain_of(const struct bh_rbac *rbac, const struct bh_rbac_subject *s, enum bh_rbac_goal goal, struct bh_arena *arena, struct bh_rbac_chain *ret) {
        const struct bh_rbac_graph *g = rbac->graph;
        struct bh_rbac_chain chain = { 0 };

        if (!bh_rbac_reaches(rbac, s, goal))
                return false;
        for (uint32_t n = s->node; n != (uint32_t) goal;) {
                const struct bh_rbac_edge *e = &g->edges.at[g->next[goal][n] - 1];
                const struct bh_rbac_node *from = &g->nodes.at[n];
                struct bh_rbac_step *step = bh_vec_add(arena, &chain);

                *step = (struct bh_rbac_step){ .from = node_text(g, n, arena), .to = node_text(g, e->to, arena), .binding = e->binding };
                step->by = e->words && e->scope.len && !e->binding ? bh_arena_printf(arena, "%s in %.*s", e->words, BH_FMT(e->scope)) : bh_str_of(e->words ? e->words : "is");
                if (!step->binding && from->kind == BH_RBAC_N_SUBJECT && e->powers)
                        step->binding = bh_rbac_source(from->subject, e->powers, e->scope);
                n = e->to;
        }
        *ret = chain;
        return true;
}

const char *bh_rbac_goal_str(enum bh_rbac_goal g) {
        static const char *const words[] = { "become cluster administrator", "read all secrets", "run code anywhere" };

        return words[g];
}

const char *bh_rbac_goal_word(enum bh_rbac_goal g) {
        static const char *const words[] = { "admin", "secrets", "code" };

        return words[g];
}
