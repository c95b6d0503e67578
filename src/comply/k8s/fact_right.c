/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of roles and of who is bound to them. */
#include "comply/collect/collectors.h"
#include "comply/k8s/facts.h"

enum { R_KIND, R_NAME, R_NAMESPACE, R_SYSTEM, R_WILDCARD, R_POWERS, R_BOUND };

static const struct bh_field role_fields[] = {
        [R_KIND] = BH_FACT("k8s_role.kind", BH_V_STRING, 0, "Role or ClusterRole"),
        [R_NAME] = BH_FACT("k8s_role.name", BH_V_STRING, 0, "its name"),
        [R_NAMESPACE] = BH_FACT("k8s_role.namespace", BH_V_STRING, 0, "of a Role"),
        [R_SYSTEM] = BH_FACT("k8s_role.system", BH_V_BOOL, 0, "every cluster has it"),
        [R_WILDCARD] = BH_FACT("k8s_role.wildcard", BH_V_BOOL, 0, "a rule of it names all resources or all verbs"),
        [R_POWERS] = BH_FACT("k8s_role.powers", BH_V_STRING, BH_F_LIST, "what it can be used for: SECRETS_READ, PODS_EXEC; see docs/RBAC.md"),
        [R_BOUND] = BH_FACT("k8s_role.bound", BH_V_UINT, 0, "how many bindings name it"),
};
const struct bh_fact_kind bh_kind_k8s_role = BH_FACT_KIND("k8s_role", role_fields, "a Role or ClusterRole of Kubernetes");

enum { S_KIND, S_NAME, S_NAMESPACE, S_SYSTEM, S_ANYONE, S_ROLES, S_POWERS, S_WITHIN, S_REACHES, S_MISSING };

static const struct bh_field subject_fields[] = {
        [S_KIND] = BH_FACT("k8s_subject.kind", BH_V_STRING, 0, "User, Group or ServiceAccount"),
        [S_NAME] = BH_FACT("k8s_subject.name", BH_V_STRING, 0, "its name"),
        [S_NAMESPACE] = BH_FACT("k8s_subject.namespace", BH_V_STRING, 0, "of an account"),
        [S_SYSTEM] = BH_FACT("k8s_subject.system", BH_V_BOOL, 0, "it is Kubernetes' own, and needs what it has"),
        [S_ANYONE] = BH_FACT("k8s_subject.anyone", BH_V_BOOL, 0, "it stands for everybody, or for all accounts"),
        [S_ROLES] = BH_FACT("k8s_subject.roles", BH_V_STRING, BH_F_LIST, "roles it is bound to, as far as they are not of every cluster"),
        [S_POWERS] = BH_FACT("k8s_subject.powers", BH_V_STRING, BH_F_LIST, "what it can do in the whole cluster: ALL, SECRETS_READ; see docs/RBAC.md"),
        [S_WITHIN] = BH_FACT("k8s_subject.powers_within", BH_V_STRING, BH_F_LIST, "what it can do in some namespace"),
        [S_REACHES] = BH_FACT("k8s_subject.reaches", BH_V_STRING, BH_F_LIST, "what it comes to by a chain of rights: admin, secrets, code"),
        [S_MISSING] = BH_FACT("k8s_subject.missing", BH_V_BOOL, 0, "it is an account that is not there"),
};
const struct bh_fact_kind bh_kind_k8s_subject = BH_FACT_KIND("k8s_subject", subject_fields, "a user, group or account that is bound to a role");

static void add_powers(struct bh_fact *f, unsigned field, uint64_t powers) {
        bh_fact_list(f, field);
        if (powers & BH_RBAC_BIT(ALL)) {
                bh_fact_add(f, field, BH_STR("ALL"));
                return;
        }
        for (unsigned p = 0; p < _BH_RBAC_MAX; p++)
                if (powers & 1ull << p)
                        bh_fact_add(f, field, bh_str_of(bh_rbac_about((enum bh_rbac_power) p)->symbol));
}

/* What comes with the cluster carries this label, or a name of its own. */
static bool is_bootstrap(const struct bh_k8s_object *o) {
        const struct bh_doc *labels = bh_doc_path(o->doc, "metadata.labels");

        return bh_str_is(bh_doc_get_text(labels, "kubernetes.io/bootstrapping"), "rbac-defaults") || bh_str_starts(o->name, BH_STR("system:")) ||
               bh_str_starts(o->name, BH_STR("kubeadm:"));
}

static void tell_role(const struct bh_rbac_role *role, struct bh_facts *facts) {
        struct bh_str key = bh_arena_printf(facts->arena, "%.*s %.*s%s%.*s", BH_FMT(role->kind), BH_FMT(role->namespace), role->namespace.len ? "/" : "", BH_FMT(role->name));
        struct bh_fact *f = bh_fact_new(facts, &bh_kind_k8s_role, key, key);

        f->namespace = role->namespace;
        f->where = bh_k8s_place(facts->arena, role->object, NULL);
        bh_fact_str(f, R_KIND, role->kind);
        bh_fact_str(f, R_NAME, role->name);
        bh_fact_some(f, R_NAMESPACE, role->namespace);
        bh_fact_bool(f, R_SYSTEM, is_bootstrap(role->object) || bh_str_is(role->name, "cluster-admin"));
        bh_fact_bool(f, R_WILDCARD, role->wildcard);
        add_powers(f, R_POWERS, role->powers);
        bh_fact_int(f, R_BOUND, role->bound);
}

static bool is_anyone(const struct bh_rbac_subject *s) {
        static const char *const words[] = { "system:anonymous", "system:unauthenticated", "system:authenticated", "system:serviceaccounts" };

        for (size_t i = 0; i < BH_LEN(words); i++)
                if (s->who != BH_RBAC_ACCOUNT && bh_str_is(s->name, words[i]))
                        return true;
        return s->who == BH_RBAC_GROUP && bh_str_starts(s->name, BH_STR("system:serviceaccounts:"));
}

static void tell_subject(const struct bh_rbac *rbac, const struct bh_rbac_subject *s, struct bh_facts *facts) {
        static const char *const kinds[] = { "User", "Group", "ServiceAccount" };
        struct bh_str key = bh_rbac_subject_text(facts->arena, s);
        struct bh_fact *f = bh_fact_new(facts, &bh_kind_k8s_subject, key, key);
        uint64_t wide = 0, within = 0;

        f->namespace = s->namespace;
        f->where = bh_k8s_place(facts->arena, s->bindings.at[0]->object, NULL);
        bh_fact_str(f, S_KIND, bh_str_of(kinds[s->who]));
        bh_fact_str(f, S_NAME, s->name);
        bh_fact_some(f, S_NAMESPACE, s->namespace);
        bh_fact_bool(f, S_SYSTEM, bh_rbac_of_system(s));
        bh_fact_bool(f, S_ANYONE, is_anyone(s));
        bh_fact_bool(f, S_MISSING, s->missing);
        bh_fact_list(f, S_ROLES);
        for (size_t i = 0; i < s->bindings.len; i++)
                if (!is_bootstrap(s->bindings.at[i]->object))
                        bh_fact_add(f, S_ROLES, s->bindings.at[i]->role->name);
        for (size_t i = 0; i < s->scopes.len; i++)
                *(s->scopes.at[i].namespace.len ? &within : &wide) |= s->scopes.at[i].powers;
        add_powers(f, S_POWERS, wide);
        add_powers(f, S_WITHIN, within);
        bh_fact_list(f, S_REACHES);
        for (unsigned g = 0; g < _BH_RBAC_GOAL_MAX; g++)
                if (bh_rbac_reaches(rbac, s, (enum bh_rbac_goal) g))
                        bh_fact_add(f, S_REACHES, bh_str_of(bh_rbac_goal_word((enum bh_rbac_goal) g)));
}

void bh_k8s_right_facts(const struct bh_k8s_objects *objects, struct bh_facts *facts) {
        struct bh_rbac rbac;

        bh_rbac_build(&rbac, objects, facts->arena);
        for (size_t i = 0; i < rbac.roles.len; i++) {
                const struct bh_rbac_role *role = rbac.roles.items[i].value;

                if (role->object)
                        tell_role(role, facts);
        }
        for (size_t i = 0; i < rbac.subjects.len; i++) {
                const struct bh_rbac_subject *s = rbac.subjects.items[i].value;

                if (s->bindings.len)
                        tell_subject(&rbac, s, facts);
        }
}
