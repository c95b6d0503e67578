/* SPDX-License-Identifier: Apache-2.0 */
/* What rules of roles can be used for. */
#include "comply/k8s/rbac_graph.h"

static const struct bh_rbac_about abouts[] = {
#define X(symbol, risk, severity, words) { #symbol, risk, severity, words },
        BH_RBAC_TABLE(X)
#undef X
};

const struct bh_rbac_about *bh_rbac_about(enum bh_rbac_power p) {
        return &abouts[p];
}

enum { GET = 1, LIST = 2, WATCH = 4, CREATE = 8, UPDATE = 16, PATCH = 32, DELETE = 64, DELETE_ALL = 128, IMPERSONATE = 256, ESCALATE = 512, BIND = 1024,
       APPROVE = 2048, SIGN = 4096, ANY = 0xffff };
enum { READ = GET | LIST | WATCH, WRITE = CREATE | UPDATE | PATCH, CHANGE = UPDATE | PATCH };

static const struct {
        const char *word;
        unsigned bit;
} verbs[] = {
        { "get", GET }, { "list", LIST }, { "watch", WATCH }, { "create", CREATE }, { "update", UPDATE }, { "patch", PATCH }, { "delete", DELETE },
        { "deletecollection", DELETE_ALL }, { "impersonate", IMPERSONATE }, { "escalate", ESCALATE }, { "bind", BIND }, { "approve", APPROVE }, { "sign", SIGN },
        { "*", ANY },
};

#define RBAC "rbac.authorization.k8s.io"
#define ADMISSION "admissionregistration.k8s.io"
#define CERTIFICATES "certificates.k8s.io"

/* Whether a RoleBinding gives it. A namespace itself is asked for as if it were within itself, so whoever may patch namespaces there may patch that one. */
enum where { THERE, CLUSTER };

/* Any of these verbs, on that resource of that group, is the power. */
static const struct right {
        enum bh_rbac_power power;
        unsigned verbs;
        const char *group, *resource;
        enum where where;
} rights[] = {
        { BH_RBAC_SECRETS_READ, READ, "", "secrets", THERE },
        { BH_RBAC_PODS_MAKE, CREATE, "", "pods", THERE },
        { BH_RBAC_PODS_MAKE, WRITE, "", "replicationcontrollers", THERE },
        { BH_RBAC_PODS_MAKE, WRITE, "apps", "deployments", THERE },
        { BH_RBAC_PODS_MAKE, WRITE, "apps", "daemonsets", THERE },
        { BH_RBAC_PODS_MAKE, WRITE, "apps", "statefulsets", THERE },
        { BH_RBAC_PODS_MAKE, WRITE, "apps", "replicasets", THERE },
        { BH_RBAC_PODS_MAKE, WRITE, "batch", "jobs", THERE },
        { BH_RBAC_PODS_MAKE, WRITE, "batch", "cronjobs", THERE },
        { BH_RBAC_PODS_CHANGE, CHANGE, "", "pods", THERE },
        { BH_RBAC_PODS_EXEC, CREATE | GET, "", "pods/exec", THERE },
        { BH_RBAC_PODS_EXEC, CREATE | GET, "", "pods/attach", THERE },
        { BH_RBAC_PODS_EPHEMERAL, CHANGE, "", "pods/ephemeralcontainers", THERE },
        { BH_RBAC_NODES_PROXY, CREATE | GET, "", "nodes/proxy", CLUSTER },
        { BH_RBAC_TOKEN_MAKE, CREATE, "", "serviceaccounts/token", THERE },
        { BH_RBAC_SECRETS_MAKE, CREATE, "", "secrets", THERE },
        { BH_RBAC_BE_USER, IMPERSONATE, "", "users", CLUSTER },
        { BH_RBAC_BE_GROUP, IMPERSONATE, "", "groups", CLUSTER },
        { BH_RBAC_BE_ACCOUNT, IMPERSONATE, "", "serviceaccounts", THERE },
        { BH_RBAC_ESCALATE, ESCALATE, RBAC, "roles", THERE },
        { BH_RBAC_ESCALATE_ALL, ESCALATE, RBAC, "clusterroles", CLUSTER },
        { BH_RBAC_BIND, BIND, RBAC, "clusterroles", THERE },
        { BH_RBAC_BIND, BIND, RBAC, "roles", THERE },
        { BH_RBAC_ROLES_WRITE, WRITE, RBAC, "roles", THERE },
        { BH_RBAC_ROLES_WRITE_ALL, WRITE, RBAC, "clusterroles", CLUSTER },
        { BH_RBAC_BINDINGS_WRITE, WRITE, RBAC, "rolebindings", THERE },
        { BH_RBAC_BINDINGS_WRITE_ALL, WRITE, RBAC, "clusterrolebindings", CLUSTER },
        { BH_RBAC_CSR_MAKE, CREATE, CERTIFICATES, "certificatesigningrequests", CLUSTER },
        { BH_RBAC_CSR_APPROVE, CHANGE, CERTIFICATES, "certificatesigningrequests/approval", CLUSTER },
        { BH_RBAC_CSR_SIGN, APPROVE | SIGN, CERTIFICATES, "signers", CLUSTER },
        { BH_RBAC_WEBHOOK_CHANGE, WRITE, ADMISSION, "mutatingwebhookconfigurations", CLUSTER },
        { BH_RBAC_WEBHOOK_SEE, WRITE, ADMISSION, "mutatingwebhookconfigurations", CLUSTER },
        { BH_RBAC_WEBHOOK_SEE, WRITE, ADMISSION, "validatingwebhookconfigurations", CLUSTER },
        { BH_RBAC_POLICY_CHANGE, WRITE, ADMISSION, "mutatingadmissionpolicies", CLUSTER },
        { BH_RBAC_POLICY_WRITE, WRITE | DELETE | DELETE_ALL, ADMISSION, "validatingadmissionpolicies", CLUSTER },
        { BH_RBAC_POLICY_WRITE, WRITE | DELETE | DELETE_ALL, ADMISSION, "validatingadmissionpolicybindings", CLUSTER },
        { BH_RBAC_POLICY_WRITE, WRITE | DELETE | DELETE_ALL, ADMISSION, "mutatingadmissionpolicybindings", CLUSTER },
        { BH_RBAC_POLICY_WRITE, DELETE | DELETE_ALL, ADMISSION, "validatingwebhookconfigurations", CLUSTER },
        { BH_RBAC_VOLUMES_MAKE, CREATE, "", "persistentvolumes", CLUSTER },
        { BH_RBAC_NAMESPACE_LABEL, CHANGE, "", "namespaces", THERE },
        { BH_RBAC_NODES_CHANGE, CHANGE, "", "nodes", CLUSTER },
        { BH_RBAC_NODES_CHANGE, CHANGE, "", "nodes/status", CLUSTER },
        { BH_RBAC_NODES_CHANGE, CHANGE, "", "pods/status", THERE },
        { BH_RBAC_EVICT, CREATE, "", "pods/eviction", THERE },
        { BH_RBAC_EVICT, DELETE | DELETE_ALL, "", "pods", THERE },
        { BH_RBAC_SERVICE_STATUS, CHANGE, "", "services/status", THERE },
        { BH_RBAC_CONFIG_WRITE, WRITE, "", "configmaps", THERE },
        { BH_RBAC_NET_REACH, CREATE | GET, "", "pods/portforward", THERE },
        { BH_RBAC_NET_REACH, CREATE | GET, "", "pods/proxy", THERE },
        { BH_RBAC_NET_REACH, CREATE | GET, "", "services/proxy", THERE },
        { BH_RBAC_LOGS, READ, "", "pods/log", THERE },
        { BH_RBAC_LOGS, READ, "", "events", THERE },
        { BH_RBAC_LOGS, READ, "events.k8s.io", "events", THERE },
        { BH_RBAC_DESTROY, DELETE_ALL, "", "pods", THERE },
        { BH_RBAC_DESTROY, DELETE_ALL, "", "secrets", THERE },
        { BH_RBAC_DESTROY, DELETE_ALL, "apps", "deployments", THERE },
        { BH_RBAC_DESTROY, DELETE | DELETE_ALL, "", "namespaces", THERE },
        { BH_RBAC_DESTROY, DELETE | DELETE_ALL, "", "persistentvolumes", CLUSTER },
        { BH_RBAC_TRAFFIC, WRITE, "", "endpoints", THERE },
        { BH_RBAC_TRAFFIC, WRITE, "discovery.k8s.io", "endpointslices", THERE },
        { BH_RBAC_TRAFFIC, WRITE, "coordination.k8s.io", "leases", THERE },
};

static bool has(const struct bh_doc *list, const char *word) {
        for (const struct bh_doc *n = bh_doc_first(list); n; n = n->next)
                if (bh_str_is(bh_doc_str(n), word))
                        return true;
        return false;
}

static unsigned verbs_of(const struct bh_doc *rule) {
        unsigned set = 0;

        for (const struct bh_doc *v = bh_doc_first(bh_doc_get(rule, "verbs")); v; v = v->next)
                for (size_t i = 0; i < BH_LEN(verbs); i++)
                        if (bh_str_is(bh_doc_str(v), verbs[i].word))
                                set |= verbs[i].bit;
        return set;
}

/* "pods/exec" is named by itself, by all subresources of that name, and by all there is. */
static bool names_resource(const struct bh_doc *resources, struct bh_str resource) {
        ptrdiff_t slash = bh_str_chr(resource, '/');

        for (const struct bh_doc *n = bh_doc_first(resources); n; n = n->next) {
                struct bh_str s = bh_doc_str(n);

                if (bh_str_eq(s, resource) || bh_str_is(s, "*"))
                        return true;
                if (slash >= 0 && bh_str_cut_prefix(&s, BH_STR("*")) && bh_str_eq(s, bh_str_from(resource, (size_t) slash)))
                        return true;
        }
        return false;
}

struct gain {
        uint64_t anywhere, there; /* by a ClusterRoleBinding; by a RoleBinding */
};

static void add_right(struct gain *g, const struct right *r) {
        g->anywhere |= 1ull << r->power;
        g->there |= r->where == THERE ? 1ull << r->power : 0;
}

static bool is_given(const struct gain *g, const struct right *r) {
        return (r->where == THERE ? g->there : g->anywhere) & 1ull << r->power;
}

static struct gain powers_of(const struct bh_doc *rule, unsigned set) {
        const struct bh_doc *groups = bh_doc_get(rule, "apiGroups"), *resources = bh_doc_get(rule, "resources");
        bool every_group = has(groups, "*"), all = set == ANY && every_group && has(resources, "*");
        struct gain g = { all ? BH_RBAC_BIT(ALL) : 0, all ? BH_RBAC_BIT(ALL) : 0 };

        for (size_t i = 0; i < BH_LEN(rights); i++)
                if (all || (set & rights[i].verbs && !is_given(&g, &rights[i]) && (every_group || has(groups, rights[i].group)) &&
                            names_resource(resources, bh_str_of(rights[i].resource))))
                        add_right(&g, &rights[i]);
        return g;
}

/* Of powers that a name may narrow, those that still lead somewhere. */
static void add_named(struct bh_arena *arena, struct bh_rbac_role *role, const struct gain *g, const struct bh_doc *names) {
        const uint64_t nameable = BH_RBAC_BIT(BE_USER) | BH_RBAC_BIT(BE_GROUP) | BH_RBAC_BIT(BE_ACCOUNT) | BH_RBAC_BIT(TOKEN_MAKE) | BH_RBAC_BIT(BIND);

        for (const struct bh_doc *n = bh_doc_first(names); n; n = n->next)
                for (unsigned p = 0; p < _BH_RBAC_MAX; p++)
                        if (g->anywhere & nameable & 1ull << p)
                                *bh_vec_add(arena, &role->named) = (struct bh_rbac_named){ (enum bh_rbac_power) p, bh_doc_str(n), g->there & 1ull << p };
}

static void add_rule(struct bh_arena *arena, struct bh_rbac_role *role, const struct bh_doc *rule) {
        const struct bh_doc *names = bh_doc_get(rule, "resourceNames");
        unsigned set = verbs_of(rule);
        struct gain g = powers_of(rule, set);

        *bh_vec_add(arena, &role->rules) = rule;
        if (has(bh_doc_get(rule, "resources"), "*") || set == ANY)
                role->wildcard |= bh_doc_count(bh_doc_get(rule, "nonResourceURLs")) == 0;
        if (bh_doc_count(names)) {
                add_named(arena, role, &g, names);
                return;
        }
        role->powers |= g.anywhere;
        role->within |= g.there;
}

void bh_rbac_print_rights(struct bh_buf *out) {
        for (size_t i = 0; i < BH_LEN(rights); i++) {
                const char *sep = "";

                bh_buf_printf(out, "%s\t%s\t%s\t%s\t", abouts[rights[i].power].symbol, rights[i].where == THERE ? "there" : "cluster", rights[i].group, rights[i].resource);
                for (size_t v = 0; v < BH_LEN(verbs); v++)
                        if (verbs[v].bit != ANY && rights[i].verbs & verbs[v].bit) {
                                bh_buf_printf(out, "%s%s", sep, verbs[v].word);
                                sep = ",";
                        }
                bh_buf_putc(out, '\n');
        }
}

/* ---- aggregation ---- */

static bool label_is(const struct bh_doc *labels, const struct bh_doc *wanted) {
        const struct bh_doc *l = bh_doc_get_str(labels, wanted->key);

        return bh_doc_is(l, BH_DOC_STRING) && bh_str_eq(bh_doc_str(l), bh_doc_str(wanted));
}

static bool expression_holds(const struct bh_doc *labels, const struct bh_doc *e) {
        const struct bh_doc *l = bh_doc_get_str(labels, bh_doc_get_text(e, "key"));
        struct bh_str op = bh_doc_get_text(e, "operator");
        bool in = false;

        for (const struct bh_doc *v = bh_doc_first(bh_doc_get(e, "values")); v && l && !in; v = v->next)
                in = bh_str_eq(bh_doc_str(v), bh_doc_str(l));
        if (bh_str_is(op, "Exists"))
                return l;
        if (bh_str_is(op, "DoesNotExist"))
                return !l;
        return bh_str_is(op, "In") ? in : bh_str_is(op, "NotIn") && !in;
}

static bool selects(const struct bh_doc *selector, const struct bh_doc *labels) {
        for (const struct bh_doc *w = bh_doc_first(bh_doc_get(selector, "matchLabels")); w; w = w->next)
                if (!label_is(labels, w))
                        return false;
        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(selector, "matchExpressions")); e; e = e->next)
                if (!expression_holds(labels, e))
                        return false;
        return true;
}

enum { AGGREGATES_DEEP = 8 };

/* A role that aggregates is what the roles it selects say, through all that these select; in a dump its own rules say the same already. */
static void aggregate(struct bh_rbac *rbac, struct bh_rbac_role *role, const struct bh_doc *selectors, unsigned depth) {
        for (const struct bh_k8s_object *o = bh_k8s_first(rbac->objects, "ClusterRole"); o; o = o->next) {
                const struct bh_doc *labels = bh_doc_path(o->doc, "metadata.labels"), *rules = bh_doc_get(o->doc, "rules");
                bool wanted = false;

                for (const struct bh_doc *s = bh_doc_first(selectors); s && !wanted; s = s->next)
                        wanted = o != role->object && selects(s, labels);
                for (const struct bh_doc *r = wanted ? bh_doc_first(rules) : NULL; r; r = r->next)
                        add_rule(rbac->arena, role, r);
                if (wanted && bh_doc_count(rules) == 0 && depth < AGGREGATES_DEEP)
                        aggregate(rbac, role, bh_doc_path(o->doc, "aggregationRule.clusterRoleSelectors"), depth + 1);
        }
}

void bh_rbac_reckon(struct bh_rbac *rbac, struct bh_rbac_role *role) {
        const struct bh_doc *selectors;

        if (role->reckoned || !role->object)
                return;
        role->reckoned = true;
        for (const struct bh_doc *r = bh_doc_first(bh_doc_get(role->object->doc, "rules")); r; r = r->next)
                add_rule(rbac->arena, role, r);
        selectors = bh_doc_path(role->object->doc, "aggregationRule.clusterRoleSelectors");
        if (selectors && role->rules.len == 0)
                aggregate(rbac, role, selectors, 0);
}
