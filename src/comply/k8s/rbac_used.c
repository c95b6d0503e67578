/* SPDX-License-Identifier: Apache-2.0 */
/* What was granted, against what the audit log saw used. */
#include "comply/k8s/rbac.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "fmt/json_put.h"

static struct bh_rbac_subject *subject_named(const struct bh_rbac *rbac, struct bh_str user) {
        struct bh_str rest = user, namespace, name;

        if (bh_str_cut_prefix(&rest, BH_STR("system:serviceaccount:")) && bh_str_cut(rest, ':', &namespace, &name))
                return bh_rbac_find(rbac, BH_RBAC_ACCOUNT, namespace, name);
        return bh_rbac_find(rbac, BH_RBAC_USER, (struct bh_str){ "", 0 }, user);
}

static struct bh_rbac_use *use_of(struct bh_arena *arena, struct bh_rbac_subject *s, const struct bh_rbac_request *q) {
        char whole[300];
        int n = snprintf(whole, sizeof whole, "%.*s%s%.*s", BH_FMT(q->resource), q->subresource.len ? "/" : "", BH_FMT(q->subresource));
        struct bh_str resource = { whole, BH_MIN((size_t) BH_MAX(n, 0), sizeof whole - 1) };
        struct bh_rbac_use *u;

        for (u = s->uses; u; u = u->next)
                if (bh_str_eq(u->namespace, q->namespace) && bh_str_eq(u->group, q->group) && bh_str_eq(u->resource, resource) && bh_str_eq(u->path, q->path))
                        return u;
        u = bh_arena_make(arena, struct bh_rbac_use);
        *u = (struct bh_rbac_use){ .namespace = bh_arena_str(arena, q->namespace), .group = bh_arena_str(arena, q->group),
                                   .resource = bh_arena_str(arena, resource), .path = bh_arena_str(arena, q->path), .next = s->uses };
        s->uses = u;
        return u;
}

static bool has_verb(const struct bh_rbac_use *u, struct bh_str verb) {
        for (size_t i = 0; i < u->verbs.len; i++)
                if (bh_str_eq(u->verbs.at[i], verb))
                        return true;
        return false;
}

/* `RBAC: allowed by RoleBinding "edit-x/shop" of ClusterRole "edit" to ...` names the binding. */
static void count_binding(struct bh_rbac_subject *s, struct bh_str reason) {
        for (size_t i = 0; i < s->bindings.len; i++) {
                struct bh_rbac_binding *b = s->bindings.at[i];
                ptrdiff_t at = bh_str_find(reason, BH_STR("Binding \""));
                struct bh_str rest;

                if (at < 0)
                        return;
                rest = bh_str_from(reason, (size_t) at + sizeof "Binding \"" - 1);
                if (bh_str_starts(rest, b->object->name) && rest.len > b->object->name.len && (rest.at[b->object->name.len] == '"' || rest.at[b->object->name.len] == '/'))
                        b->used++;
        }
}

bool bh_rbac_saw(struct bh_rbac *rbac, const struct bh_rbac_request *q) {
        struct bh_rbac_subject *s = subject_named(rbac, q->user);
        struct bh_rbac_use *u;

        if (!s)
                return false;
        s->n_uses++;
        u = use_of(rbac->arena, s, q);
        if (!has_verb(u, q->verb))
                *bh_vec_add(rbac->arena, &u->verbs) = bh_arena_str(rbac->arena, q->verb);
        count_binding(s, q->reason);
        return true;
}

/* ---- the least that would do ---- */

static int by_text(const void *a, const void *b) {
        return bh_str_cmp(*(const struct bh_str *) a, *(const struct bh_str *) b);
}

static void put_list(struct bh_buf *out, const struct bh_str *at, size_t n) {
        bh_buf_putc(out, '[');
        for (size_t i = 0; i < n; i++) {
                if (i)
                        bh_buf_puts(out, ", ");
                bh_json_put_quoted(out, at[i]);
        }
        bh_buf_puts(out, "]");
}

static void put_rule(const struct bh_rbac_use *u, struct bh_buf *out) {
        if (u->verbs.len > 1)
                qsort(u->verbs.at, u->verbs.len, sizeof u->verbs.at[0], by_text);
        if (u->path.len) {
                bh_buf_puts(out, "- nonResourceURLs: ");
                put_list(out, &u->path, 1);
        } else {
                bh_buf_puts(out, "- apiGroups: ");
                put_list(out, &u->group, 1);
                bh_buf_puts(out, "\n  resources: ");
                put_list(out, &u->resource, 1);
        }
        bh_buf_puts(out, "\n  verbs: ");
        put_list(out, u->verbs.at, u->verbs.len);
        bh_buf_putc(out, '\n');
}

static void put_meta(struct bh_buf *out, const char *kind, struct bh_str name, struct bh_str namespace) {
        bh_buf_printf(out, "apiVersion: rbac.authorization.k8s.io/v1\nkind: %s%s\nmetadata:\n  name: ", namespace.len ? "" : "Cluster", kind);
        bh_json_put_quoted(out, name);
        if (namespace.len) {
                bh_buf_puts(out, "\n  namespace: ");
                bh_json_put_quoted(out, namespace);
        }
        bh_buf_putc(out, '\n');
}

static void put_binding(const struct bh_rbac_subject *s, struct bh_str name, struct bh_str namespace, struct bh_buf *out) {
        static const char *const kinds[] = { "User", "Group", "ServiceAccount" };

        bh_buf_puts(out, "---\n");
        put_meta(out, "RoleBinding", name, namespace);
        bh_buf_printf(out, "roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: %sRole\n  name: ", namespace.len ? "" : "Cluster");
        bh_json_put_quoted(out, name);
        bh_buf_printf(out, "\nsubjects:\n- kind: %s\n  name: ", kinds[s->who]);
        bh_json_put_quoted(out, s->name);
        if (s->namespace.len) {
                bh_buf_puts(out, "\n  namespace: ");
                bh_json_put_quoted(out, s->namespace);
        } else
                bh_buf_puts(out, "\n  apiGroup: rbac.authorization.k8s.io");
        bh_buf_putc(out, '\n');
}

static bool is_first_of(const struct bh_rbac_subject *s, const struct bh_rbac_use *u) {
        for (const struct bh_rbac_use *o = s->uses; o != u; o = o->next)
                if (bh_str_eq(o->namespace, u->namespace))
                        return false;
        return true;
}

/* A name that a file and the API server take: what is neither letter, digit nor dash becomes one. */
static struct bh_str plain_name(const struct bh_rbac_subject *s, char *room, size_t size) {
        int n = snprintf(room, size, "%.*s%s%.*s-least", BH_FMT(s->namespace), s->namespace.len ? "-" : "", BH_FMT(s->name));
        size_t len = BH_MIN((size_t) BH_MAX(n, 0), size - 1);

        for (size_t i = 0; i < len; i++)
                room[i] = bh_is_alnum(room[i]) || room[i] == '.' ? bh_lower(room[i]) : '-';
        return (struct bh_str){ room, len };
}

void bh_rbac_least(const struct bh_rbac_subject *s, struct bh_buf *out) {
        char room[260];
        struct bh_str name = plain_name(s, room, sizeof room);

        for (const struct bh_rbac_use *u = s->uses; u; u = u->next) {
                if (!is_first_of(s, u))
                        continue;
                bh_buf_puts(out, "---\n");
                put_meta(out, "Role", name, u->namespace);
                bh_buf_puts(out, "rules:\n");
                for (const struct bh_rbac_use *o = u; o; o = o->next)
                        if (bh_str_eq(o->namespace, u->namespace))
                                put_rule(o, out);
                put_binding(s, name, u->namespace, out);
        }
}

/* ---- how much of a role was used ---- */

static bool allows(const struct bh_doc *list, struct bh_str word) {
        for (const struct bh_doc *n = bh_doc_first(list); n; n = n->next)
                if (bh_str_eq(bh_doc_str(n), word) || bh_str_is(bh_doc_str(n), "*"))
                        return true;
        return false;
}

static bool was_used(const struct bh_rbac_subject *s, const struct bh_rbac_binding *b, const struct bh_doc *rule, struct bh_str resource, struct bh_str verb) {
        for (const struct bh_rbac_use *u = s->uses; u; u = u->next) {
                bool verb_fits = bh_str_is(verb, "*") ? u->verbs.len > 0 : has_verb(u, verb);

                if (verb_fits && !u->path.len && (!b->scope.len || bh_str_eq(u->namespace, b->scope)) && allows(bh_doc_get(rule, "apiGroups"), u->group) &&
                    (bh_str_is(resource, "*") || bh_str_eq(u->resource, resource)))
                        return true;
        }
        return false;
}

void bh_rbac_used_of(const struct bh_rbac_subject *s, const struct bh_rbac_binding *b, uint32_t *ret_used, uint32_t *ret_all) {
        uint32_t used = 0, all = 0;

        for (size_t i = 0; i < b->role->rules.len; i++)
                for (const struct bh_doc *r = bh_doc_first(bh_doc_get(b->role->rules.at[i], "resources")); r; r = r->next)
                        for (const struct bh_doc *v = bh_doc_first(bh_doc_get(b->role->rules.at[i], "verbs")); v; v = v->next, all++)
                                used += was_used(s, b, b->role->rules.at[i], bh_doc_str(r), bh_doc_str(v));
        *ret_used = used;
        *ret_all = all;
}
