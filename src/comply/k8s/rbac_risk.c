/* SPDX-License-Identifier: Apache-2.0 */
/* Rights that are dangerous in themselves, whoever they lead to. */
#include "comply/k8s/rbac.h"

#include <stdlib.h>
#include <string.h>

#include "comply/k8s/pod.h"

struct look {
        const struct bh_rbac *rbac;
        struct bh_arena *arena;
        struct bh_rbac_risks *risks;
};

static void add(struct look *l, const char *id, unsigned severity, const struct bh_rbac_subject *s, const struct bh_rbac_binding *b,
                const struct bh_k8s_object *at, struct bh_str words, struct bh_str scope) {
        *bh_vec_add(l->arena, l->risks) = (struct bh_rbac_risk){ id, severity, s, b, at ? at : b ? b->object : NULL, words, scope };
}

/* Writing configuration maps matters where the cluster keeps its own. */
static bool matters(enum bh_rbac_power p, struct bh_str scope) {
        return p != BH_RBAC_CONFIG_WRITE || !scope.len || bh_str_is(scope, "kube-system");
}

/* Of powers of one id, the first speaks for all. */
static bool is_told(uint64_t told, enum bh_rbac_power p) {
        for (unsigned o = 0; o < p; o++)
                if (told & 1ull << o && bh_rbac_about((enum bh_rbac_power) o)->risk && strcmp(bh_rbac_about((enum bh_rbac_power) o)->risk, bh_rbac_about(p)->risk) == 0)
                        return true;
        return false;
}

static void look_scope(struct look *l, const struct bh_rbac_subject *s, struct bh_str scope, uint64_t powers) {
        if (powers & BH_RBAC_BIT(ALL)) {
                const struct bh_rbac_binding *b = bh_rbac_source(s, BH_RBAC_BIT(ALL), scope);

                add(l, !scope.len && s->who != BH_RBAC_USER ? "rbac-21" : "rbac-20", scope.len ? 3 : 4, s, b, NULL, BH_STR("may do everything"), scope);
                return;
        }
        for (unsigned i = 0; i < _BH_RBAC_MAX; i++) {
                const struct bh_rbac_about *a = bh_rbac_about((enum bh_rbac_power) i);

                if (powers & 1ull << i && a->risk && matters((enum bh_rbac_power) i, scope) && !is_told(powers, (enum bh_rbac_power) i))
                        add(l, a->risk, scope.len && a->severity > 1 ? a->severity - 1 : a->severity, s, bh_rbac_source(s, 1ull << i, scope), NULL,
                            bh_arena_printf(l->arena, "may %s", a->words), scope);
        }
}

static bool is_anyone(const struct bh_rbac_subject *s) {
        return s->who == BH_RBAC_GROUP ? bh_str_is(s->name, "system:unauthenticated") || bh_str_is(s->name, "system:authenticated") || bh_str_is(s->name, "system:serviceaccounts")
                                       : bh_str_is(s->name, "system:anonymous");
}

/* Roles that every cluster gives to everybody. */
static bool is_public(const struct bh_rbac_binding *b) {
        static const char *const names[] = { "system:basic-user", "system:discovery", "system:public-info-viewer", "system:service-account-issuer-discovery" };

        return bh_str_among(b->role->name, names, BH_LEN(names)) || bh_str_is(b->role->name, "kubeadm:bootstrap-signer-clusterinfo");
}

static void look_bindings(struct look *l, const struct bh_rbac_subject *s) {
        for (size_t i = 0; i < s->bindings.len; i++) {
                const struct bh_rbac_binding *b = s->bindings.at[i];

                if (is_anyone(s) && !is_public(b))
                        add(l, "rbac-21", s->who == BH_RBAC_GROUP && bh_str_is(s->name, "system:authenticated") ? 3 : 4, s, b, NULL, BH_STR("everybody there is has rights"), b->scope);
                if (s->who == BH_RBAC_ACCOUNT && bh_str_is(s->name, "default"))
                        add(l, "rbac-22", 3, s, b, NULL, BH_STR("pods that name no account have these rights"), b->scope);
                if (s->missing)
                        add(l, "rbac-26", 2, s, b, NULL, BH_STR("is not there: whoever makes an account of that name has these rights"), b->scope);
        }
}

/* Accounts of controllers are the strongest there are. */
static void look_kube_system(struct look *l, const struct bh_rbac_subject *s) {
        for (size_t i = 0; i < s->scopes.len; i++)
                if (bh_str_is(s->scopes.at[i].namespace, "kube-system") && s->scopes.at[i].powers & BH_RBAC_BIT(PODS_MAKE))
                        add(l, "rbac-23", 4, s, bh_rbac_source(s, BH_RBAC_BIT(PODS_MAKE), s->scopes.at[i].namespace), NULL,
                            BH_STR("may run pods as the cluster's own controllers"), s->scopes.at[i].namespace);
}

static void look_roles(struct look *l) {
        const uint64_t strong = BH_RBAC_BIT(SECRETS_READ) | BH_RBAC_BIT(PODS_MAKE) | BH_RBAC_BIT(PODS_EXEC) | BH_RBAC_BIT(TOKEN_MAKE) | BH_RBAC_BIT(ALL);

        for (size_t i = 0; i < l->rbac->roles.len; i++) {
                const struct bh_rbac_role *role = l->rbac->roles.items[i].value;
                const struct bh_doc *labels = bh_doc_path(role->object ? role->object->doc : NULL, "metadata.labels");

                if (role->powers & strong && !bh_str_starts(role->name, BH_STR("system:")) &&
                    (bh_doc_get(labels, "rbac.authorization.k8s.io/aggregate-to-view") ||
                     (bh_doc_get(labels, "rbac.authorization.k8s.io/aggregate-to-edit") && role->powers & BH_RBAC_BIT(ALL))))
                        add(l, "rbac-28", 2, NULL, NULL, role->object,
                            bh_arena_printf(l->arena, "the role %.*s widens a standard role by its label", BH_FMT(role->name)), (struct bh_str){ "", 0 });
        }
}

static void look_dangling(struct look *l) {
        for (size_t i = 0; i < l->rbac->bindings.len; i++) {
                const struct bh_rbac_binding *b = l->rbac->bindings.at[i];
                bool known = bh_k8s_knows(l->rbac->objects, bh_str_is(b->role->kind, "Role") ? "Role" : "ClusterRole");

                if (!b->role->object && known && !bh_str_is(b->role->name, "cluster-admin"))
                        add(l, "rbac-26", 2, NULL, b, NULL,
                            bh_arena_printf(l->arena, "the role %.*s is not there: whoever makes one of that name decides what this binding gives", BH_FMT(b->role->name)), b->scope);
        }
}

/* Whoever takes a node has the tokens of its pods: told once a node, by the first pod that leads far. */
static void look_nodes(struct look *l, bool system) {
        struct bh_map told = bh_map_in(l->arena);

        for (const struct bh_k8s_object *o = bh_k8s_first(l->rbac->objects, "Pod"); o; o = o->next) {
                const struct bh_rbac_subject *s;
                struct bh_k8s_pod pod;
                struct bh_str node;

                if (!bh_k8s_pod_of(o->doc, &pod) || (node = bh_doc_str(pod.of[BH_K8S_SPEC_NODE])).len == 0 || bh_map_has(&told, node))
                        continue;
                s = bh_rbac_find(l->rbac, BH_RBAC_ACCOUNT, bh_k8s_namespace(o), bh_k8s_account(&pod));
                if (!s || !s->running || !bh_rbac_reaches(l->rbac, s, BH_RBAC_ADMIN) || (bh_rbac_of_system(s) && !system))
                        continue;
                (void) bh_map_set(&told, node, l);
                add(l, "rbac-27", 3, s, NULL, o, bh_arena_printf(l->arena, "leads to administrator, and its token lies on node %.*s", BH_FMT(node)), (struct bh_str){ "", 0 });
        }
}

static int worst_first(const void *a, const void *b) {
        const struct bh_rbac_risk *x = a, *y = b;
        int c = (int) y->severity - (int) x->severity;

        c = c ? c : strcmp(x->id, y->id);
        c = c || !x->subject || !y->subject ? c : bh_str_cmp(x->subject->namespace, y->subject->namespace);
        c = c || !x->subject || !y->subject ? c : bh_str_cmp(x->subject->name, y->subject->name);
        return c ? c : bh_str_cmp(x->scope, y->scope);
}

void bh_rbac_look(const struct bh_rbac *rbac, bool system, struct bh_arena *arena, struct bh_rbac_risks *ret) {
        struct bh_rbac_risks risks = { 0 };
        struct look l = { rbac, arena, &risks };

        for (size_t i = 0; i < rbac->subjects.len; i++) {
                const struct bh_rbac_subject *s = rbac->subjects.items[i].value;

                if (!s->bindings.len || (bh_rbac_of_system(s) && !system))
                        continue;
                for (size_t k = 0; k < s->scopes.len; k++)
                        look_scope(&l, s, s->scopes.at[k].namespace, s->scopes.at[k].powers);
                look_bindings(&l, s);
                look_kube_system(&l, s);
        }
        look_roles(&l);
        look_dangling(&l);
        look_nodes(&l, system);
        if (risks.len)
                qsort(risks.at, risks.len, sizeof risks.at[0], worst_first);
        *ret = risks;
}
