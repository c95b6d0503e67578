/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of workloads. */
#include "comply/collect/collectors.h"
#include "comply/k8s/facts.h"
#include "comply/k8s/pss.h"

enum {
        P_KIND, P_NAME, P_NAMESPACE, P_SYSTEM, P_ACCOUNT, P_TOKEN, P_PRIVILEGED, P_HOST_PID, P_HOST_IPC, P_HOST_NETWORK, P_HOST_PATHS, P_HOST_PORTS, P_WINDOWS_HOST,
        P_ESCALATION, P_ROOT, P_NET_RAW, P_ADDED, P_KEEPS, P_SECCOMP, P_READ_ONLY, P_CONTEXT, P_SECRET_ENV, P_IMAGES, P_LOOSE, P_NO_MEMORY, P_NO_CPU, P_NO_PROBES, P_LEVEL,
        P_BASELINE, P_RESTRICTED, P_SOCKETS,
};

static const struct bh_field fields[] = {
        [P_KIND] = BH_FACT("pod.kind", BH_V_STRING, 0, "of the object it is written in: Pod, Deployment, CronJob"),
        [P_NAME] = BH_FACT("pod.name", BH_V_STRING, 0, "of that object"),
        [P_NAMESPACE] = BH_FACT("pod.namespace", BH_V_STRING, 0, "it runs in"),
        [P_SYSTEM] = BH_FACT("pod.system", BH_V_BOOL, 0, "it is in kube-system, kube-public or kube-node-lease"),
        [P_ACCOUNT] = BH_FACT("pod.account", BH_V_STRING, 0, "the service account it runs as"),
        [P_TOKEN] = BH_FACT("pod.token", BH_V_BOOL, 0, "the account's token is mounted"),
        [P_PRIVILEGED] = BH_FACT("pod.privileged", BH_V_STRING, BH_F_LIST, "containers that are privileged"),
        [P_HOST_PID] = BH_FACT("pod.host_pid", BH_V_BOOL, 0, "it shares the node's processes"),
        [P_HOST_IPC] = BH_FACT("pod.host_ipc", BH_V_BOOL, 0, "it shares the node's inter-process memory"),
        [P_HOST_NETWORK] = BH_FACT("pod.host_network", BH_V_BOOL, 0, "it shares the node's network"),
        [P_HOST_PATHS] = BH_FACT("pod.host_paths", BH_V_PATH, BH_F_LIST, "directories of the node that it mounts"),
        [P_HOST_PORTS] = BH_FACT("pod.host_ports", BH_V_STRING, BH_F_LIST, "ports of the node that it takes"),
        [P_WINDOWS_HOST] = BH_FACT("pod.windows_host", BH_V_BOOL, 0, "it, or a container of it, is a process of a Windows node"),
        [P_ESCALATION] = BH_FACT("pod.may_escalate", BH_V_STRING, BH_F_LIST, "containers that do not forbid privilege escalation; unset allows it"),
        [P_ROOT] = BH_FACT("pod.may_be_root", BH_V_STRING, BH_F_LIST, "containers that nothing keeps from running as root"),
        [P_NET_RAW] = BH_FACT("pod.net_raw", BH_V_STRING, BH_F_LIST, "containers that have NET_RAW"),
        [P_ADDED] = BH_FACT("pod.added", BH_V_STRING, BH_F_LIST, "capabilities that containers add"),
        [P_KEEPS] = BH_FACT("pod.keeps_capabilities", BH_V_STRING, BH_F_LIST, "containers that do not drop ALL"),
        [P_SECCOMP] = BH_FACT("pod.no_seccomp", BH_V_STRING, BH_F_LIST, "containers without a seccomp profile, or with Unconfined"),
        [P_READ_ONLY] = BH_FACT("pod.writable", BH_V_STRING, BH_F_LIST, "containers whose root file system can be written"),
        [P_CONTEXT] = BH_FACT("pod.no_context", BH_V_STRING, BH_F_LIST, "containers for which neither they nor the pod write a securityContext"),
        [P_SECRET_ENV] = BH_FACT("pod.secret_env", BH_V_STRING, BH_F_LIST, "secrets that are put into environments"),
        [P_IMAGES] = BH_FACT("pod.images", BH_V_STRING, BH_F_LIST, "images of its containers"),
        [P_LOOSE] = BH_FACT("pod.loose_images", BH_V_STRING, BH_F_LIST, "images without a tag or digest, or tagged latest"),
        [P_NO_MEMORY] = BH_FACT("pod.no_memory_limit", BH_V_STRING, BH_F_LIST, "containers without a limit of memory"),
        [P_NO_CPU] = BH_FACT("pod.no_cpu_request", BH_V_STRING, BH_F_LIST, "containers without a request or limit of CPU"),
        [P_NO_PROBES] = BH_FACT("pod.no_probes", BH_V_STRING, BH_F_LIST, "lasting containers without a liveness or readiness probe"),
        [P_LEVEL] = BH_FACT("pod.level", BH_V_STRING, 0, "the strictest pod security level it meets: privileged, baseline or restricted"),
        [P_BASELINE] = BH_FACT("pod.breaks_baseline", BH_V_STRING, BH_F_LIST, "controls of the level baseline that it breaks"),
        [P_RESTRICTED] = BH_FACT("pod.breaks_restricted", BH_V_STRING, BH_F_LIST, "controls of the level restricted that it breaks"),
        [P_SOCKETS] = BH_FACT("pod.engine_sockets", BH_V_PATH, BH_F_LIST, "mounted directories and files by which a container engine is reached"),
};
const struct bh_fact_kind bh_kind_pod = BH_FACT_KIND("pod", fields, "a workload of Kubernetes: a pod, or what makes pods");

static const unsigned lists[] = { P_PRIVILEGED, P_HOST_PATHS, P_HOST_PORTS, P_ESCALATION, P_ROOT, P_NET_RAW, P_ADDED, P_KEEPS, P_SECCOMP, P_READ_ONLY, P_CONTEXT,
                                  P_SECRET_ENV, P_IMAGES, P_LOOSE, P_NO_MEMORY, P_NO_CPU, P_NO_PROBES, P_BASELINE, P_RESTRICTED, P_SOCKETS };

/* What is asked about one workload. */
struct look {
        const struct bh_k8s_object *object;
        const struct bh_k8s_pod *pod;
        struct bh_fact *f;
        bool lasts; /* no Job: it should run on */
};

static void where(struct look *l, unsigned field, const struct bh_doc *at) {
        if (at && l->f->values[field].where.len == 0)
                bh_fact_where(l->f, field, bh_k8s_place(l->f->arena, l->object, at));
}

static void add(struct look *l, unsigned field, struct bh_str text, const struct bh_doc *at) {
        bh_fact_add(l->f, field, text);
        where(l, field, at);
}

static bool named(const struct bh_doc *list, const char *a, const char *b) {
        for (const struct bh_doc *n = bh_doc_first(list); n; n = n->next)
                if (bh_str_is(bh_doc_str(n), a) || bh_str_is(bh_doc_str(n), b))
                        return true;
        return false;
}

/* The container's own word, else the pod's. */
static const struct bh_doc *effective(const struct look *l, const struct bh_k8s_container *c, enum bh_k8s_security_field field) {
        return c->security.of[field] ? c->security.of[field] : l->pod->security.of[field];
}

static void look_capabilities(struct look *l, const struct bh_k8s_container *c, struct bh_str name) {
        const struct bh_doc *caps = c->security.of[BH_K8S_SECURITY_CAPABILITIES], *added = bh_doc_get(caps, "add"), *dropped = bh_doc_get(caps, "drop");

        for (const struct bh_doc *a = bh_doc_first(added); a; a = a->next)
                add(l, P_ADDED, bh_doc_str(a), a);
        if (!named(dropped, "ALL", "all"))
                add(l, P_KEEPS, name, caps ? caps : c->node);
        if (named(added, "NET_RAW", "ALL") || named(added, "CAP_NET_RAW", "all") || !(named(dropped, "ALL", "all") || named(dropped, "NET_RAW", "CAP_NET_RAW")))
                add(l, P_NET_RAW, name, caps ? caps : c->node);
}

static void look_rights(struct look *l, const struct bh_k8s_container *c, struct bh_str name) {
        const struct bh_doc *const *s = c->security.of, *at = c->security.node ? c->security.node : c->node;
        const struct bh_doc *user = effective(l, c, BH_K8S_SECURITY_USER), *profile = effective(l, c, BH_K8S_SECURITY_SECCOMP);
        struct bh_str type = bh_doc_get_text(profile, "type");

        if (bh_k8s_is_true(s[BH_K8S_SECURITY_PRIVILEGED]))
                add(l, P_PRIVILEGED, name, s[BH_K8S_SECURITY_PRIVILEGED]);
        if (!bh_k8s_is_false(s[BH_K8S_SECURITY_ESCALATION]))
                add(l, P_ESCALATION, name, at);
        if (!bh_k8s_is_true(effective(l, c, BH_K8S_SECURITY_NON_ROOT)) && bh_doc_int(user, 0) == 0)
                add(l, P_ROOT, name, user ? user : at);
        if (!bh_str_is(type, "RuntimeDefault") && !bh_str_is(type, "Localhost"))
                add(l, P_SECCOMP, name, profile ? profile : at);
        if (!bh_k8s_is_true(s[BH_K8S_SECURITY_READ_ONLY]))
                add(l, P_READ_ONLY, name, at);
        if (!c->security.node && !l->pod->security.node)
                add(l, P_CONTEXT, name, c->node);
        look_capabilities(l, c, name);
}

static void look_env(struct look *l, const struct bh_k8s_container *c) {
        for (const struct bh_doc *e = bh_doc_first(c->of[BH_K8S_CONTAINER_ENV]); e; e = e->next) {
                const struct bh_doc *ref = bh_doc_path(e, "valueFrom.secretKeyRef");

                if (ref)
                        add(l, P_SECRET_ENV, bh_doc_get_text(ref, "name"), e);
        }
        for (const struct bh_doc *e = bh_doc_first(c->of[BH_K8S_CONTAINER_ENV_FROM]); e; e = e->next)
                if (bh_doc_get(e, "secretRef"))
                        add(l, P_SECRET_ENV, bh_doc_get_text(bh_doc_get(e, "secretRef"), "name"), e);
}

static void look_resources(struct look *l, const struct bh_k8s_container *c, struct bh_str name) {
        const struct bh_doc *r = c->of[BH_K8S_CONTAINER_RESOURCES], *limits = bh_doc_get(r, "limits"), *requests = bh_doc_get(r, "requests");

        if (!bh_k8s_there(bh_doc_get(limits, "memory")))
                add(l, P_NO_MEMORY, name, r ? r : c->node);
        if (!bh_k8s_there(bh_doc_get(limits, "cpu")) && !bh_k8s_there(bh_doc_get(requests, "cpu")))
                add(l, P_NO_CPU, name, r ? r : c->node);
}

static void look_container(struct look *l, const struct bh_k8s_container *c) {
        struct bh_str name = bh_doc_str(c->of[BH_K8S_CONTAINER_NAME]), image = bh_doc_str(c->of[BH_K8S_CONTAINER_IMAGE]);

        if (!name.len)
                name = bh_arena_printf(l->f->arena, "%s[%u]", bh_k8s_spec_str(c->list), c->index);
        look_rights(l, c, name);
        look_env(l, c);
        if (image.len)
                add(l, P_IMAGES, image, c->of[BH_K8S_CONTAINER_IMAGE]);
        if (image.len && bh_image_is_loose(image))
                add(l, P_LOOSE, image, c->of[BH_K8S_CONTAINER_IMAGE]);
        for (const struct bh_doc *p = bh_doc_first(c->of[BH_K8S_CONTAINER_PORTS]); p; p = p->next)
                if (bh_doc_int(bh_doc_get(p, "hostPort"), 0))
                        add(l, P_HOST_PORTS, bh_doc_get_text(p, "hostPort"), p);
        if (c->list == BH_K8S_SPEC_EPHEMERAL)
                return;
        look_resources(l, c, name);
        if (c->list == BH_K8S_SPEC_CONTAINERS && l->lasts && !c->of[BH_K8S_CONTAINER_LIVENESS] && !c->of[BH_K8S_CONTAINER_READINESS])
                add(l, P_NO_PROBES, name, c->node);
}

static void look_volumes(struct look *l) {
        for (const struct bh_doc *v = bh_doc_first(l->pod->of[BH_K8S_SPEC_VOLUMES]); v; v = v->next) {
                const struct bh_doc *host = bh_k8s_there(bh_doc_get(v, "hostPath"));
                struct bh_str path = bh_doc_get_text(host, "path");

                if (!host)
                        continue;
                add(l, P_HOST_PATHS, path, host);
                if (bh_leads_to_engine(path))
                        add(l, P_SOCKETS, path, host);
        }
}

static void look_levels(struct look *l, unsigned minor) {
        static const struct {
                enum bh_pss_level level;
                unsigned field;
        } asked[] = { { BH_PSS_BASELINE, P_BASELINE }, { BH_PSS_RESTRICTED, P_RESTRICTED } };

        for (size_t i = 0; i < BH_LEN(asked); i++) {
                struct bh_pss_hits hits = { 0 };
                uint32_t broken = bh_pss_explain(l->pod, asked[i].level, minor, l->f->arena, &hits);

                for (unsigned c = 0; c < _BH_PSS_MAX; c++)
                        if (broken & 1u << c)
                                bh_fact_add(l->f, asked[i].field, bh_str_of(bh_pss_control_str((enum bh_pss_control) c)));
                if (hits.len)
                        where(l, asked[i].field, hits.at[0].at);
        }
        bh_fact_str(l->f, P_LEVEL, bh_str_of(bh_pss_level_str(bh_pss_meets(l->pod, minor))));
}

/* The pod's word goes before the account's; what nobody says is yes. */
static bool has_token(const struct look *l, const struct bh_k8s_objects *objects) {
        const struct bh_doc *own = l->pod->of[BH_K8S_SPEC_AUTOMOUNT];
        const struct bh_k8s_object *account = bh_k8s_find(objects, "ServiceAccount", bh_k8s_namespace(l->object), bh_k8s_account(l->pod));

        return !bh_k8s_is_false(own ? own : bh_doc_get(account ? account->doc : NULL, "automountServiceAccountToken"));
}

static void set_flag(struct look *l, unsigned field, const struct bh_doc *at) {
        bh_fact_bool(l->f, field, bh_k8s_is_true(at));
        where(l, field, at);
}

static void look_pod(struct look *l, const struct bh_k8s_objects *objects, unsigned minor) {
        const struct bh_doc *process = bh_doc_get(l->pod->security.of[BH_K8S_SECURITY_WINDOWS], "hostProcess");
        bool windows_host = bh_k8s_is_true(process);
        struct bh_k8s_walk walk = { 0 };
        struct bh_k8s_container c;

        bh_fact_str(l->f, P_KIND, l->object->kind);
        bh_fact_str(l->f, P_NAME, l->object->name);
        bh_fact_str(l->f, P_NAMESPACE, bh_k8s_namespace(l->object));
        bh_fact_bool(l->f, P_SYSTEM, bh_k8s_own_space(bh_k8s_namespace(l->object)));
        bh_fact_str(l->f, P_ACCOUNT, bh_k8s_account(l->pod));
        bh_fact_bool(l->f, P_TOKEN, has_token(l, objects));
        set_flag(l, P_HOST_PID, l->pod->of[BH_K8S_SPEC_HOST_PID]);
        set_flag(l, P_HOST_IPC, l->pod->of[BH_K8S_SPEC_HOST_IPC]);
        set_flag(l, P_HOST_NETWORK, l->pod->of[BH_K8S_SPEC_HOST_NETWORK]);
        for (size_t i = 0; i < BH_LEN(lists); i++)
                bh_fact_list(l->f, lists[i]);
        look_volumes(l);
        while (bh_k8s_container_next(l->pod, &walk, &c)) {
                look_container(l, &c);
                windows_host |= bh_k8s_is_true(bh_doc_get(c.security.of[BH_K8S_SECURITY_WINDOWS], "hostProcess"));
        }
        bh_fact_bool(l->f, P_WINDOWS_HOST, windows_host);
        look_levels(l, minor);
}

void bh_k8s_pod_facts(const struct bh_k8s_objects *objects, unsigned minor, struct bh_facts *facts) {
        for (size_t i = 0; i < objects->kinds.len; i++) {
                const struct bh_k8s_kind *k = objects->kinds.items[i].value;

                for (const struct bh_k8s_object *o = k->first; o; o = o->next) {
                        struct bh_str space = bh_k8s_namespace(o), key;
                        struct look l = { .object = o };
                        struct bh_k8s_pod pod;

                        if (bh_k8s_owned(o) || !bh_k8s_pod_of(o->doc, &pod))
                                continue;
                        key = bh_arena_printf(facts->arena, "%.*s %.*s/%.*s", BH_FMT(o->kind), BH_FMT(space), BH_FMT(o->name));
                        l.pod = &pod;
                        l.lasts = !bh_str_is(o->kind, "Job") && !bh_str_is(o->kind, "CronJob");
                        l.f = bh_fact_new(facts, &bh_kind_pod, key, key);
                        l.f->namespace = space;
                        l.f->workload = o->name;
                        l.f->where = bh_k8s_place(facts->arena, o, NULL);
                        look_pod(&l, objects, minor);
                }
        }
}
