/* SPDX-License-Identifier: Apache-2.0 */
/* Bindings and their subjects. */
#include "comply/k8s/rbac.h"

#include <stdio.h>
#include <stdlib.h>

#include "comply/k8s/pod.h"
#include "comply/k8s/rbac_graph.h"

static const char *const kinds[] = { "User", "Group", "ServiceAccount" };

static struct bh_rbac_role *role_of(struct bh_rbac *rbac, struct bh_str kind, struct bh_str namespace, struct bh_str name) {
        struct bh_str key = bh_arena_printf(rbac->arena, "%.*s %.*s/%.*s", BH_FMT(kind), BH_FMT(namespace), BH_FMT(name));
        void **at = bh_map_at(&rbac->roles, key);

        if (!*at) {
                struct bh_rbac_role *role = bh_arena_make(rbac->arena, struct bh_rbac_role);

                *role = (struct bh_rbac_role){ .kind = kind, .namespace = namespace, .name = name };
                role->object = bh_k8s_find(rbac->objects, bh_str_is(kind, "Role") ? "Role" : "ClusterRole", namespace, name);
                *at = role;
                bh_rbac_reckon(rbac, role);
        }
        return *at;
}

static struct bh_str subject_key(struct bh_arena *arena, enum bh_rbac_who who, struct bh_str namespace, struct bh_str name) {
        return bh_arena_printf(arena, "%s %.*s/%.*s", kinds[who], BH_FMT(namespace), BH_FMT(name));
}

static struct bh_rbac_subject *subject_of(struct bh_rbac *rbac, enum bh_rbac_who who, struct bh_str namespace, struct bh_str name) {
        void **at = bh_map_at(&rbac->subjects, subject_key(rbac->arena, who, namespace, name));

        if (!*at) {
                struct bh_rbac_subject *s = bh_arena_make(rbac->arena, struct bh_rbac_subject);

                *s = (struct bh_rbac_subject){ .who = who, .namespace = namespace, .name = name };
                *at = s;
        }
        return *at;
}

struct bh_rbac_subject *bh_rbac_find(const struct bh_rbac *rbac, enum bh_rbac_who who, struct bh_str namespace, struct bh_str name) {
        char key[1024];
        int n = snprintf(key, sizeof key, "%s %.*s/%.*s", kinds[who], BH_FMT(namespace), BH_FMT(name));

        return n < 0 || (size_t) n >= sizeof key ? NULL : bh_map_get(&rbac->subjects, (struct bh_str){ key, (size_t) n });
}

/* A user may be an account by its long name. */
static bool account_name(struct bh_str user, struct bh_str *ret_namespace, struct bh_str *ret_name) {
        return bh_str_cut_prefix(&user, BH_STR("system:serviceaccount:")) && bh_str_cut(user, ':', ret_namespace, ret_name);
}

/* NULL: nobody. An account is of the binding's namespace when it names none; to a ClusterRoleBinding such an account is nobody. */
static struct bh_rbac_subject *subject_in(struct bh_rbac *rbac, const struct bh_doc *s, struct bh_str scope) {
        struct bh_str kind = bh_doc_get_text(s, "kind"), name = bh_doc_get_text(s, "name"), namespace = bh_doc_get_text(s, "namespace");
        const struct bh_str none = { "", 0 };

        if (bh_str_is(kind, "Group"))
                return subject_of(rbac, BH_RBAC_GROUP, none, name);
        if (bh_str_is(kind, "ServiceAccount")) {
                namespace = namespace.len ? namespace : scope;
                return namespace.len ? subject_of(rbac, BH_RBAC_ACCOUNT, namespace, name) : NULL;
        }
        if (account_name(name, &namespace, &name))
                return subject_of(rbac, BH_RBAC_ACCOUNT, namespace, name);
        return subject_of(rbac, BH_RBAC_USER, none, name);
}

static void add_binding(struct bh_rbac *rbac, const struct bh_k8s_object *o, bool cluster) {
        const struct bh_doc *ref = bh_doc_get(o->doc, "roleRef");
        struct bh_str kind = bh_doc_get_text(ref, "kind"), scope = cluster ? (struct bh_str){ "", 0 } : bh_k8s_namespace(o);
        bool is_role = bh_str_is(kind, "Role");
        struct bh_rbac_binding *b = bh_arena_make(rbac->arena, struct bh_rbac_binding);

        *b = (struct bh_rbac_binding){ .object = o, .scope = scope };
        b->role = role_of(rbac, is_role ? BH_STR("Role") : BH_STR("ClusterRole"), is_role ? o->namespace : (struct bh_str){ "", 0 }, bh_doc_get_text(ref, "name"));
        b->role->bound++;
        *bh_vec_add(rbac->arena, &rbac->bindings) = b;
        for (const struct bh_doc *s = bh_doc_first(bh_doc_get(o->doc, "subjects")); s; s = s->next) {
                struct bh_rbac_subject *subject = subject_in(rbac, s, scope);

                if (subject)
                        *bh_vec_add(rbac->arena, &subject->bindings) = b;
        }
}

/* ---- the powers of a subject ---- */

static uint64_t powers_by(const struct bh_rbac_binding *b) {
        return b->scope.len ? b->role->within : b->role->powers;
}

static int by_scope(const void *a, const void *b) {
        const struct bh_rbac_scope *x = a, *y = b;

        return bh_str_cmp(x->namespace, y->namespace); /* the cluster's is empty: first */
}

static void gather(struct bh_arena *arena, struct bh_rbac_subject *s, const struct bh_rbac_subject *from) {
        for (size_t i = 0; from && i < from->bindings.len; i++) {
                const struct bh_rbac_binding *b = from->bindings.at[i];

                *bh_vec_add(arena, &s->scopes) = (struct bh_rbac_scope){ b->scope, powers_by(b) };
        }
}

static void reckon_subject(struct bh_arena *arena, struct bh_rbac_subject *s) {
        size_t n = 0;

        gather(arena, s, s);
        for (size_t i = 0; i < BH_LEN(s->groups); i++)
                gather(arena, s, s->groups[i]);
        if (s->scopes.len)
                qsort(s->scopes.at, s->scopes.len, sizeof s->scopes.at[0], by_scope);
        for (size_t i = 0; i < s->scopes.len; i++) {
                if (n && bh_str_eq(s->scopes.at[n - 1].namespace, s->scopes.at[i].namespace))
                        s->scopes.at[n - 1].powers |= s->scopes.at[i].powers;
                else
                        s->scopes.at[n++] = s->scopes.at[i];
        }
        s->scopes.len = n;
}

static bool is_visitor(const struct bh_rbac_subject *s) {
        return s->who == BH_RBAC_USER && bh_str_is(s->name, "system:anonymous");
}

/* What everybody and every account is in. */
static void join_groups(struct bh_rbac *rbac, struct bh_rbac_subject *s) {
        const struct bh_str none = { "", 0 };
        char mine[300];
        int n = snprintf(mine, sizeof mine, "system:serviceaccounts:%.*s", BH_FMT(s->namespace));

        if (s->who == BH_RBAC_GROUP)
                return;
        s->groups[0] = bh_rbac_find(rbac, BH_RBAC_GROUP, none, bh_str_of(is_visitor(s) ? "system:unauthenticated" : "system:authenticated"));
        if (s->who != BH_RBAC_ACCOUNT)
                return;
        s->groups[1] = bh_rbac_find(rbac, BH_RBAC_GROUP, none, BH_STR("system:serviceaccounts"));
        if (n > 0 && (size_t) n < sizeof mine)
                s->groups[2] = bh_rbac_find(rbac, BH_RBAC_GROUP, none, (struct bh_str){ mine, (size_t) n });
}

/* ---- accounts that are there, and those that pods run as ---- */

static void add_accounts(struct bh_rbac *rbac) {
        for (const struct bh_k8s_object *o = bh_k8s_first(rbac->objects, "ServiceAccount"); o; o = o->next)
                (void) subject_of(rbac, BH_RBAC_ACCOUNT, bh_k8s_namespace(o), o->name);
}

/* The account's and the pod's own word on whether the token is put in; the pod's goes first. */
static bool mounts_token(const struct bh_rbac *rbac, const struct bh_k8s_pod *pod, struct bh_str namespace, struct bh_str account) {
        const struct bh_doc *own = pod->of[BH_K8S_SPEC_AUTOMOUNT];
        const struct bh_k8s_object *o = bh_k8s_find(rbac->objects, "ServiceAccount", namespace, account);

        return own ? !bh_k8s_is_false(own) : !o || !bh_k8s_is_false(bh_doc_get(o->doc, "automountServiceAccountToken"));
}

static void add_running(struct bh_rbac *rbac) {
        for (size_t i = 0; i < rbac->objects->kinds.len; i++) {
                const struct bh_k8s_kind *k = rbac->objects->kinds.items[i].value;

                for (const struct bh_k8s_object *o = k->first; o; o = o->next) {
                        struct bh_k8s_pod pod;
                        struct bh_str namespace = bh_k8s_namespace(o);

                        if (bh_k8s_pod_of(o->doc, &pod) && mounts_token(rbac, &pod, namespace, bh_k8s_account(&pod)))
                                subject_of(rbac, BH_RBAC_ACCOUNT, namespace, bh_k8s_account(&pod))->running = true;
                }
        }
}

static bool accounts_known(const struct bh_rbac *rbac, struct bh_str namespace) {
        return bh_k8s_find(rbac->objects, "ServiceAccount", namespace, BH_STR("default")) != NULL;
}

void bh_rbac_build(struct bh_rbac *rbac, const struct bh_k8s_objects *objects, struct bh_arena *arena) {
        *rbac = (struct bh_rbac){ .arena = arena, .objects = objects, .roles = bh_map_in(arena), .subjects = bh_map_in(arena) };
        for (const struct bh_k8s_object *o = bh_k8s_first(objects, "ClusterRole"); o; o = o->next)
                (void) role_of(rbac, o->kind, (struct bh_str){ "", 0 }, o->name);
        for (const struct bh_k8s_object *o = bh_k8s_first(objects, "Role"); o; o = o->next)
                (void) role_of(rbac, o->kind, o->namespace, o->name);
        for (const struct bh_k8s_object *o = bh_k8s_first(objects, "ClusterRoleBinding"); o; o = o->next)
                add_binding(rbac, o, true);
        for (const struct bh_k8s_object *o = bh_k8s_first(objects, "RoleBinding"); o; o = o->next)
                add_binding(rbac, o, false);
        add_accounts(rbac);
        add_running(rbac);
        for (size_t i = 0; i < rbac->subjects.len; i++) {
                struct bh_rbac_subject *s = rbac->subjects.items[i].value;

                join_groups(rbac, s);
                reckon_subject(arena, s);
                s->missing = s->who == BH_RBAC_ACCOUNT && s->bindings.len && accounts_known(rbac, s->namespace) &&
                             !bh_k8s_find(objects, "ServiceAccount", s->namespace, s->name);
        }
        bh_rbac_draw(rbac);
}

/* ---- questions ---- */

static const struct bh_rbac_binding *source_among(const struct bh_rbac_subject *s, uint64_t powers, struct bh_str namespace) {
        for (size_t i = 0; i < s->bindings.len; i++)
                if (bh_str_eq(s->bindings.at[i]->scope, namespace) && powers_by(s->bindings.at[i]) & powers)
                        return s->bindings.at[i];
        return NULL;
}

const struct bh_rbac_binding *bh_rbac_source(const struct bh_rbac_subject *s, uint64_t powers, struct bh_str namespace) {
        const struct bh_rbac_binding *b = source_among(s, powers, namespace);

        for (size_t i = 0; !b && i < BH_LEN(s->groups); i++)
                b = s->groups[i] ? source_among(s->groups[i], powers, namespace) : NULL;
        return b;
}

static bool is_named(const struct bh_rbac_subject *s, enum bh_rbac_power power, struct bh_str namespace, struct bh_str name) {
        for (size_t i = 0; i < s->bindings.len; i++) {
                const struct bh_rbac_binding *b = s->bindings.at[i];

                for (size_t k = 0; k < b->role->named.len; k++) {
                        const struct bh_rbac_named *n = &b->role->named.at[k];

                        if (n->power == power && bh_str_eq(n->name, name) && (!b->scope.len || (n->there && bh_str_eq(b->scope, namespace))))
                                return true;
                }
        }
        return false;
}

bool bh_rbac_may(const struct bh_rbac_subject *s, enum bh_rbac_power power, struct bh_str namespace, struct bh_str name) {
        bool may = name.len && is_named(s, power, namespace, name);

        for (size_t i = 0; !may && i < s->scopes.len; i++)
                may = s->scopes.at[i].powers & 1ull << power && (!s->scopes.at[i].namespace.len || bh_str_eq(s->scopes.at[i].namespace, namespace));
        for (size_t i = 0; !may && name.len && i < BH_LEN(s->groups); i++)
                may = s->groups[i] && is_named(s->groups[i], power, namespace, name);
        return may;
}

struct bh_str bh_rbac_subject_text(struct bh_arena *arena, const struct bh_rbac_subject *s) {
        return bh_arena_printf(arena, "%s %.*s%s%.*s", kinds[s->who], BH_FMT(s->namespace), s->namespace.len ? "/" : "", BH_FMT(s->name));
}

bool bh_rbac_of_system(const struct bh_rbac_subject *s) {
        static const char *const anyone[] = { "system:anonymous", "system:unauthenticated", "system:authenticated", "system:serviceaccounts" };

        if (bh_str_among(s->name, anyone, BH_LEN(anyone)))
                return false;
        if (s->who == BH_RBAC_ACCOUNT)
                return bh_str_is(s->namespace, "kube-system");
        return bh_str_starts(s->name, BH_STR("system:")) && !bh_str_starts(s->name, BH_STR("system:serviceaccounts:"));
}
