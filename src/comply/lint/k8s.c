/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of Kubernetes objects as they are written. */
#include "comply/k8s/objects.h"
#include "comply/k8s/pss.h"
#include "comply/lint/engine.h"

static void tell(struct bh_manifest *m, unsigned row, const struct bh_doc *at, struct bh_str evidence) {
        bh_manifest_tell(m, &bh_k8s_rows[row], at, evidence);
}

/* ---- pods ---- */

static struct bh_str hit_text(struct bh_arena *arena, const struct bh_pss_hit *h) {
        if (h->value.len)
                return bh_arena_printf(arena, "%.*s: %.*s", BH_FMT(h->path), BH_FMT(h->value));
        return bh_arena_printf(arena, "%.*s is not set", BH_FMT(h->path));
}

static bool is_among(const struct bh_pss_hits *hits, const struct bh_pss_hit *h) {
        for (size_t i = 0; i < hits->len; i++)
                if (hits->at[i].at == h->at && h->value.len)
                        return true;
        return false;
}

/* What breaks the wider level is told by it; the stricter level tells the rest. */
static void look_levels(struct bh_manifest *m, const struct bh_k8s_pod *pod) {
        struct bh_pss_hits wide = { 0 }, strict = { 0 };

        (void) bh_pss_explain(pod, BH_PSS_BASELINE, m->minor, m->arena, &wide);
        (void) bh_pss_explain(pod, BH_PSS_RESTRICTED, m->minor, m->arena, &strict);
        for (size_t i = 0; i < wide.len; i++)
                tell(m, wide.at[i].control, wide.at[i].at, hit_text(m->arena, &wide.at[i]));
        for (size_t i = 0; i < strict.len; i++)
                if (bh_pss_control_level(strict.at[i].control) == BH_PSS_RESTRICTED && !is_among(&wide, &strict.at[i]))
                        tell(m, strict.at[i].control, strict.at[i].at, hit_text(m->arena, &strict.at[i]));
}

static void look_env(struct bh_manifest *m, const struct bh_k8s_container *c) {
        for (const struct bh_doc *e = bh_doc_first(c->of[BH_K8S_CONTAINER_ENV]); e; e = e->next) {
                struct bh_str name = bh_doc_get_text(e, "name");

                if (bh_names_password(name) && bh_is_literal(bh_doc_get_text(e, "value")))
                        tell(m, BH_ROW_ENV_PASSWORD, bh_doc_get(e, "value"), name);
                if (bh_doc_path(e, "valueFrom.secretKeyRef"))
                        tell(m, BH_ROW_ENV_SECRET, e, name);
        }
        for (const struct bh_doc *e = bh_doc_first(c->of[BH_K8S_CONTAINER_ENV_FROM]); e; e = e->next)
                if (bh_doc_get(e, "secretRef"))
                        tell(m, BH_ROW_ENV_SECRET, e, bh_doc_get_text(bh_doc_get(e, "secretRef"), "name"));
}

static void look_resources(struct bh_manifest *m, const struct bh_k8s_container *c, struct bh_str name) {
        const struct bh_doc *r = c->of[BH_K8S_CONTAINER_RESOURCES], *at = r ? r : c->node;

        if (!bh_k8s_there(bh_doc_get(bh_doc_get(r, "limits"), "memory")))
                tell(m, BH_ROW_MEMORY, at, name);
        if (!bh_k8s_there(bh_doc_get(bh_doc_get(r, "limits"), "cpu")) && !bh_k8s_there(bh_doc_get(bh_doc_get(r, "requests"), "cpu")))
                tell(m, BH_ROW_CPU, at, name);
}

static void look_container(struct bh_manifest *m, const struct bh_k8s_container *c, bool lasts) {
        struct bh_str name = bh_doc_str(c->of[BH_K8S_CONTAINER_NAME]), image = bh_doc_str(c->of[BH_K8S_CONTAINER_IMAGE]);

        if (image.len && bh_image_is_loose(image))
                tell(m, BH_ROW_LATEST, c->of[BH_K8S_CONTAINER_IMAGE], image);
        if (!bh_k8s_is_true(c->security.of[BH_K8S_SECURITY_READ_ONLY]))
                tell(m, BH_ROW_WRITABLE, c->security.node ? c->security.node : c->node, name);
        look_env(m, c);
        if (c->list == BH_K8S_SPEC_EPHEMERAL)
                return;
        look_resources(m, c, name);
        if (lasts && c->list == BH_K8S_SPEC_CONTAINERS && !c->of[BH_K8S_CONTAINER_LIVENESS] && !c->of[BH_K8S_CONTAINER_READINESS])
                tell(m, BH_ROW_PROBES, c->node, name);
}

/* The first label that is wanted and not there. */
static const struct bh_doc *misfit(const struct bh_doc *wanted, const struct bh_doc *labels) {
        for (const struct bh_doc *w = bh_doc_first(wanted); w; w = w->next)
                if (!bh_str_eq(bh_doc_str(bh_doc_get_str(labels, w->key)), bh_doc_str(w)))
                        return w;
        return NULL;
}

static void look_pod(struct bh_manifest *m, const struct bh_doc *object, const struct bh_k8s_pod *pod) {
        struct bh_str kind = bh_doc_get_text(object, "kind");
        const struct bh_doc *selector = bh_doc_path(object, "spec.selector.matchLabels"), *wrong;
        struct bh_k8s_walk walk = { 0 };
        struct bh_k8s_container c;

        look_levels(m, pod);
        for (const struct bh_doc *v = bh_doc_first(pod->of[BH_K8S_SPEC_VOLUMES]); v; v = v->next) {
                const struct bh_doc *host = bh_k8s_there(bh_doc_get(v, "hostPath"));

                if (host && bh_leads_to_engine(bh_doc_get_text(host, "path")))
                        tell(m, BH_ROW_SOCKET, host, bh_doc_get_text(host, "path"));
        }
        while (bh_k8s_container_next(pod, &walk, &c))
                look_container(m, &c, !bh_str_is(kind, "Job") && !bh_str_is(kind, "CronJob"));
        if (bh_str_is(bh_k8s_account(pod), "default") && !bh_k8s_is_false(pod->of[BH_K8S_SPEC_AUTOMOUNT]))
                tell(m, BH_ROW_TOKEN, pod->spec, BH_STR("serviceAccountName is not set"));
        if (bh_str_is(kind, "Pod") && !bh_doc_path(object, "metadata.ownerReferences") && !bh_doc_get(object, "status"))
                tell(m, BH_ROW_BARE_POD, object, bh_doc_get_text(bh_doc_get(object, "metadata"), "name"));
        wrong = misfit(selector, bh_doc_get(pod->meta, "labels"));
        if (wrong)
                tell(m, BH_ROW_SELECTOR, wrong, wrong->key);
}

/* ---- other kinds ---- */

static bool has_star(const struct bh_doc *list) {
        for (const struct bh_doc *n = bh_doc_first(list); n; n = n->next)
                if (bh_str_is(bh_doc_str(n), "*"))
                        return true;
        return false;
}

static void look_role(struct bh_manifest *m, const struct bh_doc *object) {
        for (const struct bh_doc *r = bh_doc_first(bh_doc_get(object, "rules")); r; r = r->next)
                if (has_star(bh_doc_get(r, "verbs")) || has_star(bh_doc_get(r, "resources")))
                        tell(m, BH_ROW_WILDCARD, r, bh_doc_get_text(bh_doc_get(object, "metadata"), "name"));
}

static void look_binding(struct bh_manifest *m, const struct bh_doc *object) {
        static const char *const anyone[] = { "system:anonymous", "system:unauthenticated", "system:authenticated", "system:serviceaccounts" };
        const struct bh_doc *ref = bh_doc_get(object, "roleRef");

        if (bh_str_is(bh_doc_get_text(ref, "name"), "cluster-admin"))
                tell(m, BH_ROW_ADMIN, ref, bh_doc_get_text(bh_doc_get(object, "metadata"), "name"));
        for (const struct bh_doc *s = bh_doc_first(bh_doc_get(object, "subjects")); s; s = s->next)
                for (size_t i = 0; i < BH_LEN(anyone); i++)
                        if (bh_str_is(bh_doc_get_text(s, "name"), anyone[i]))
                                tell(m, BH_ROW_ANYONE, s, bh_doc_get_text(s, "name"));
}

static void look_service(struct bh_manifest *m, const struct bh_doc *object) {
        const struct bh_doc *spec = bh_doc_get(object, "spec"), *type = bh_doc_get(spec, "type"), *external = bh_doc_get(spec, "externalIPs");

        if (bh_str_is(bh_doc_str(type), "NodePort"))
                tell(m, BH_ROW_NODE_PORT, type, bh_doc_get_text(bh_doc_get(object, "metadata"), "name"));
        if (bh_doc_count(external))
                tell(m, BH_ROW_EXTERNAL_IP, external, bh_doc_str(bh_doc_first(external)));
}

static void look_secret(struct bh_manifest *m, const struct bh_doc *object) {
        static const char *const places[] = { "data", "stringData" };

        for (size_t i = 0; i < BH_LEN(places); i++) {
                const struct bh_doc *d = bh_doc_get(object, places[i]);

                if (bh_doc_count(d))
                        tell(m, BH_ROW_SECRET_DATA, d, bh_doc_first(d)->key);
        }
}

static void look_map(struct bh_manifest *m, const struct bh_doc *object) {
        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(object, "data")); d; d = d->next)
                if (bh_names_password(d->key) && bh_is_literal(bh_doc_str(d)) && d->str.len < 200)
                        tell(m, BH_ROW_MAP_PASSWORD, d, d->key);
}

static void look_ingress(struct bh_manifest *m, const struct bh_doc *object) {
        const struct bh_doc *spec = bh_doc_get(object, "spec");

        if (spec && bh_doc_count(bh_doc_get(spec, "tls")) == 0)
                tell(m, BH_ROW_NO_TLS, spec, bh_doc_get_text(bh_doc_get(object, "metadata"), "name"));
}

static void look_space(struct bh_manifest *m, const struct bh_doc *object) {
        struct bh_str name = bh_doc_get_text(bh_doc_get(object, "metadata"), "name");
        struct bh_str level = bh_doc_get_text(bh_doc_path(object, "metadata.labels"), "pod-security.kubernetes.io/enforce");

        if (!bh_str_is(level, "baseline") && !bh_str_is(level, "restricted") && !bh_str_starts(name, BH_STR("kube-")))
                tell(m, BH_ROW_OPEN_SPACE, object, name);
}

/* Versions that no cluster since 1.25 serves. */
static const struct {
        const char *api, *kind;
} gone[] = {
        { "extensions/v1beta1", "" }, { "apps/v1beta1", "" }, { "apps/v1beta2", "" }, { "policy/v1beta1", "" }, { "batch/v1beta1", "CronJob" },
        { "networking.k8s.io/v1beta1", "Ingress" }, { "rbac.authorization.k8s.io/v1beta1", "" }, { "admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration" },
        { "admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration" }, { "apiextensions.k8s.io/v1beta1", "" }, { "autoscaling/v2beta1", "" },
        { "autoscaling/v2beta2", "" }, { "certificates.k8s.io/v1beta1", "CertificateSigningRequest" }, { "discovery.k8s.io/v1beta1", "" }, { "scheduling.k8s.io/v1beta1", "" },
};

static void look_version(struct bh_manifest *m, const struct bh_doc *object, struct bh_str kind) {
        const struct bh_doc *api = bh_doc_get(object, "apiVersion");

        for (size_t i = 0; i < BH_LEN(gone); i++)
                if (bh_str_is(bh_doc_str(api), gone[i].api) && (!*gone[i].kind || bh_str_is(kind, gone[i].kind)))
                        tell(m, BH_ROW_GONE_API, api, bh_doc_str(api));
}

static const struct {
        const char *kind;
        void (*look)(struct bh_manifest *m, const struct bh_doc *object);
} kinds[] = {
        { "Role", look_role },     { "ClusterRole", look_role }, { "RoleBinding", look_binding }, { "ClusterRoleBinding", look_binding }, { "Service", look_service },
        { "Secret", look_secret }, { "ConfigMap", look_map },    { "Ingress", look_ingress },     { "Namespace", look_space },
};

void bh_manifest_k8s(struct bh_manifest *m, const struct bh_doc *object) {
        struct bh_str kind = bh_doc_get_text(object, "kind"), space = bh_doc_get_text(bh_doc_get(object, "metadata"), "namespace");
        struct bh_k8s_pod pod;

        if (bh_str_ends(kind, BH_STR("List")) && bh_doc_is(bh_doc_get(object, "items"), BH_DOC_ARRAY)) {
                for (const struct bh_doc *i = bh_doc_first(bh_doc_get(object, "items")); i; i = i->next) {
                        m->object_line = i->line;
                        if (bh_doc_get_text(i, "kind").len && !bh_str_ends(bh_doc_get_text(i, "kind"), BH_STR("List")))
                                bh_manifest_k8s(m, i);
                }
                return;
        }
        look_version(m, object, kind);
        for (size_t i = 0; i < BH_LEN(kinds); i++)
                if (bh_str_is(kind, kinds[i].kind))
                        kinds[i].look(m, object);
        if (!bh_k8s_pod_of(object, &pod))
                return;
        look_pod(m, object, &pod);
        if (bh_str_is(space, "default"))
                tell(m, BH_ROW_DEFAULT_SPACE, bh_doc_path(object, "metadata.namespace"), BH_STR("default"));
}
