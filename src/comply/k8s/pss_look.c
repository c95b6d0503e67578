/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over a pod: each thing it sets is held against the controls that ask for it. */
#include "comply/k8s/pss_look.h"

#include <stdio.h>

/* ---- saying where ---- */

/* "spec.containers[2]" and the like; the pod's own spec without one. */
static struct bh_str base_path(const struct bh_pss_look *l, const struct bh_k8s_container *c) {
        return c ? bh_arena_printf(l->arena, "%s.%s[%u]", l->pod->prefix, bh_k8s_spec_str(c->list), c->index) : bh_str_of(l->pod->prefix);
}

static struct bh_pss_hit *add_hit(struct bh_pss_look *l, enum bh_pss_control control, const struct bh_k8s_container *c, const struct bh_doc *at,
                                  struct bh_str value) {
        struct bh_pss_hit *h = bh_vec_add(l->arena, l->hits);

        *h = (struct bh_pss_hit){ .control = control, .value = value, .at = at };
        if (c)
                h->container = bh_doc_str(c->of[BH_K8S_CONTAINER_NAME]);
        return h;
}

/* The document's node that is written and nearest to what is missing. */
static const struct bh_doc *nearest(const struct bh_pss_look *l, const struct bh_k8s_container *c) {
        const struct bh_k8s_security *s = c ? &c->security : &l->pod->security;

        return s->node ? s->node : c ? c->node : l->pod->spec;
}

static struct bh_str text_of(const struct bh_doc *n) {
        if (bh_doc_is(n, BH_DOC_BOOL))
                return bh_doc_bool(n, false) ? BH_STR("true") : BH_STR("false");
        return bh_doc_str(n);
}

/* `field` is below the pod's spec or the container: "securityContext.privileged". No `at`: it is missing there. */
static void hit(struct bh_pss_look *l, enum bh_pss_control control, const struct bh_k8s_container *c, const char *field, const struct bh_doc *at) {
        struct bh_str base;

        if (!(l->asked & 1u << control))
                return;
        l->broken |= 1u << control;
        if (!l->arena)
                return;
        base = base_path(l, c);
        add_hit(l, control, c, at ? at : nearest(l, c), text_of(at))->path = bh_arena_printf(l->arena, "%.*s.%s", BH_FMT(base), field);
}

/* The same for the i-th of a list; `rest` is what follows the bracket. */
static void hit_nth(struct bh_pss_look *l, enum bh_pss_control control, const struct bh_k8s_container *c, const char *list, unsigned i, const char *rest,
                    const struct bh_doc *at, struct bh_str value) {
        struct bh_str base;

        if (!(l->asked & 1u << control))
                return;
        l->broken |= 1u << control;
        if (!l->arena)
                return;
        base = base_path(l, c);
        add_hit(l, control, c, at, value)->path = bh_arena_printf(l->arena, "%.*s.%s[%u]%s", BH_FMT(base), list, i, rest);
}

static void hit_annotation(struct bh_pss_look *l, enum bh_pss_control control, const struct bh_doc *at) {
        if (!(l->asked & 1u << control))
                return;
        l->broken |= 1u << control;
        if (l->arena)
                add_hit(l, control, NULL, at, bh_doc_str(at))->path =
                        bh_arena_printf(l->arena, "%s.annotations[%.*s]", l->pod->meta_prefix, BH_FMT(at->key));
}

static bool wants(const struct bh_pss_look *l, enum bh_pss_control control) {
        return l->asked & 1u << control;
}

static bool one_of(struct bh_str s, const struct bh_str *words, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (bh_str_eq(s, words[i]))
                        return true;
        return false;
}

/* ---- what pods and containers both may set ---- */

static bool profile_fine(const struct bh_doc *profile) {
        struct bh_str type = bh_doc_get_text(profile, "type");

        return bh_str_is(type, "RuntimeDefault") || bh_str_is(type, "Localhost");
}

static void look_seccomp(struct bh_pss_look *l, const struct bh_k8s_container *c, const struct bh_doc *profile) {
        const struct bh_doc *type = bh_k8s_there(bh_doc_get(profile, "type"));

        if (!profile || l->minor < 19 || profile_fine(profile))
                return;
        hit(l, BH_PSS_SECCOMP, c, "securityContext.seccompProfile.type", type ? type : profile);
        hit(l, BH_PSS_SECCOMP_SET, c, "securityContext.seccompProfile.type", type ? type : profile);
}

static void look_apparmor(struct bh_pss_look *l, const struct bh_k8s_container *c, const struct bh_doc *profile) {
        const struct bh_doc *type = bh_k8s_there(bh_doc_get(profile, "type"));

        if (profile && !profile_fine(profile))
                hit(l, BH_PSS_APPARMOR, c, "securityContext.appArmorProfile.type", type ? type : profile);
}

static void look_selinux(struct bh_pss_look *l, const struct bh_k8s_container *c, const struct bh_doc *options) {
        static const struct bh_str types[] = { BH_STR_INIT(""), BH_STR_INIT("container_t"), BH_STR_INIT("container_init_t"),
                                               BH_STR_INIT("container_kvm_t"), BH_STR_INIT("container_engine_t") };

        if (!options)
                return;
        if (!one_of(bh_doc_get_text(options, "type"), types, l->minor >= 31 ? 5 : 4))
                hit(l, BH_PSS_SELINUX, c, "securityContext.seLinuxOptions.type", bh_doc_get(options, "type"));
        if (bh_doc_get_text(options, "user").len)
                hit(l, BH_PSS_SELINUX, c, "securityContext.seLinuxOptions.user", bh_doc_get(options, "user"));
        if (bh_doc_get_text(options, "role").len)
                hit(l, BH_PSS_SELINUX, c, "securityContext.seLinuxOptions.role", bh_doc_get(options, "role"));
}

static void look_both(struct bh_pss_look *l, const struct bh_k8s_container *c, const struct bh_k8s_security *s) {
        const struct bh_doc *process = bh_doc_get(s->of[BH_K8S_SECURITY_WINDOWS], "hostProcess");
        const struct bh_doc *user = s->of[BH_K8S_SECURITY_USER], *non_root = s->of[BH_K8S_SECURITY_NON_ROOT];

        if (!s->node)
                return;
        look_seccomp(l, c, s->of[BH_K8S_SECURITY_SECCOMP]);
        look_apparmor(l, c, s->of[BH_K8S_SECURITY_APPARMOR]);
        look_selinux(l, c, s->of[BH_K8S_SECURITY_SELINUX]);
        if (bh_k8s_is_true(process))
                hit(l, BH_PSS_WINDOWS_HOST, c, "securityContext.windowsOptions.hostProcess", process);
        if (bh_doc_is(user, BH_DOC_NUMBER) && bh_doc_int(user, 1) == 0)
                hit(l, BH_PSS_USER, c, "securityContext.runAsUser", user);
        if (bh_k8s_is_false(non_root))
                hit(l, BH_PSS_NON_ROOT, c, "securityContext.runAsNonRoot", non_root);
}

/* ---- the pod's own ---- */

static void look_namespaces(struct bh_pss_look *l) {
        static const enum bh_k8s_spec fields[] = { BH_K8S_SPEC_HOST_NETWORK, BH_K8S_SPEC_HOST_PID, BH_K8S_SPEC_HOST_IPC };

        for (size_t i = 0; i < BH_LEN(fields); i++)
                if (bh_k8s_is_true(l->pod->of[fields[i]]))
                        hit(l, BH_PSS_HOST_NAMESPACES, NULL, bh_k8s_spec_str(fields[i]), l->pod->of[fields[i]]);
}

/* The word for what a volume is: its first member that is not its name. */
static struct bh_str volume_type(const struct bh_doc *volume, const struct bh_doc **ret_at) {
        for (const struct bh_doc *m = bh_doc_first(volume); m; m = m->next)
                if (m->kind != BH_DOC_NULL && !bh_str_is(m->key, "name")) {
                        *ret_at = m;
                        return m->key;
                }
        *ret_at = volume;
        return BH_STR("unknown");
}

static bool volume_fine(const struct bh_doc *volume) {
        static const struct bh_str fine[] = { BH_STR_INIT("configMap"), BH_STR_INIT("csi"), BH_STR_INIT("downwardAPI"), BH_STR_INIT("emptyDir"),
                                              BH_STR_INIT("ephemeral"), BH_STR_INIT("image"), BH_STR_INIT("persistentVolumeClaim"),
                                              BH_STR_INIT("projected"), BH_STR_INIT("secret") };

        for (const struct bh_doc *m = bh_doc_first(volume); m; m = m->next)
                if (m->kind != BH_DOC_NULL && one_of(m->key, fine, BH_LEN(fine)))
                        return true;
        return false;
}

static void look_volumes(struct bh_pss_look *l) {
        unsigned i = 0;

        for (const struct bh_doc *v = bh_doc_first(l->pod->of[BH_K8S_SPEC_VOLUMES]); v; v = v->next, i++) {
                const struct bh_doc *host = bh_k8s_there(bh_doc_get(v, "hostPath")), *at;

                if (host)
                        hit_nth(l, BH_PSS_HOST_PATH, NULL, "volumes", i, ".hostPath.path", host, bh_doc_get_text(host, "path"));
                if (!volume_fine(v)) {
                        struct bh_str type = volume_type(v, &at);

                        hit_nth(l, BH_PSS_VOLUMES, NULL, "volumes", i, "", at, type);
                }
        }
}

/* Names and the first version that lets them pass, oldest first. */
static const struct {
        struct bh_str name;
        unsigned since;
} sysctls[] = {
        { BH_STR_INIT("kernel.shm_rmid_forced"), 0 },           { BH_STR_INIT("net.ipv4.ip_local_port_range"), 0 },
        { BH_STR_INIT("net.ipv4.tcp_syncookies"), 0 },          { BH_STR_INIT("net.ipv4.ping_group_range"), 0 },
        { BH_STR_INIT("net.ipv4.ip_unprivileged_port_start"), 0 }, { BH_STR_INIT("net.ipv4.ip_local_reserved_ports"), 27 },
        { BH_STR_INIT("net.ipv4.tcp_keepalive_time"), 29 },     { BH_STR_INIT("net.ipv4.tcp_fin_timeout"), 29 },
        { BH_STR_INIT("net.ipv4.tcp_keepalive_intvl"), 29 },    { BH_STR_INIT("net.ipv4.tcp_keepalive_probes"), 29 },
        { BH_STR_INIT("net.ipv4.tcp_rmem"), 32 },               { BH_STR_INIT("net.ipv4.tcp_wmem"), 32 },
        { BH_STR_INIT("net.ipv4.tcp_slow_start_after_idle"), 37 }, { BH_STR_INIT("net.ipv4.tcp_notsent_lowat"), 37 },
};

static bool sysctl_fine(struct bh_str name, unsigned minor) {
        for (size_t i = 0; i < BH_LEN(sysctls) && sysctls[i].since <= minor; i++)
                if (bh_str_eq(name, sysctls[i].name))
                        return true;
        return false;
}

static void look_sysctls(struct bh_pss_look *l) {
        unsigned i = 0;

        for (const struct bh_doc *s = bh_doc_first(l->pod->security.of[BH_K8S_SECURITY_SYSCTLS]); s; s = s->next, i++) {
                const struct bh_doc *name = bh_doc_get(s, "name");

                if (!sysctl_fine(bh_doc_str(name), l->minor))
                        hit_nth(l, BH_PSS_SYSCTLS, NULL, "securityContext.sysctls", i, ".name", name ? name : s, bh_doc_str(name));
        }
}

static bool starts(struct bh_str s, const char *prefix) {
        return bh_str_starts(s, bh_str_of(prefix));
}

static bool seccomp_annotation_fine(struct bh_str v) {
        return bh_str_is(v, "runtime/default") || bh_str_is(v, "docker/default") || starts(v, "localhost/");
}

static bool names_container(const struct bh_k8s_pod *pod, struct bh_str name) {
        struct bh_k8s_walk walk = { 0 };
        struct bh_k8s_container c;

        while (bh_k8s_container_next(pod, &walk, &c))
                if (bh_str_eq(bh_doc_str(c.of[BH_K8S_CONTAINER_NAME]), name))
                        return true;
        return false;
}

/* Before 1.19 seccomp was asked for by annotations; AppArmor's are looked at to this day. */
static void look_annotations(struct bh_pss_look *l) {
        for (const struct bh_doc *a = bh_doc_first(bh_doc_get(l->pod->meta, "annotations")); a; a = a->next) {
                struct bh_str rest = a->key, v = bh_doc_str(a);

                if (bh_str_cut_prefix(&rest, BH_STR("container.apparmor.security.beta.kubernetes.io/"))) {
                        if (v.len && !bh_str_is(v, "runtime/default") && !starts(v, "localhost/"))
                                hit_annotation(l, BH_PSS_APPARMOR, a);
                } else if (l->minor < 19 && !seccomp_annotation_fine(v)) {
                        if (bh_str_is(a->key, "seccomp.security.alpha.kubernetes.io/pod") ||
                            (bh_str_cut_prefix(&rest, BH_STR("container.seccomp.security.alpha.kubernetes.io/")) && names_container(l->pod, rest)))
                                hit_annotation(l, BH_PSS_SECCOMP, a);
                }
        }
}

/* ---- a container's own ---- */

static void look_capabilities(struct bh_pss_look *l, const struct bh_k8s_container *c) {
        static const struct bh_str usual[] = { BH_STR_INIT("AUDIT_WRITE"), BH_STR_INIT("CHOWN"), BH_STR_INIT("DAC_OVERRIDE"), BH_STR_INIT("FOWNER"),
                                               BH_STR_INIT("FSETID"), BH_STR_INIT("KILL"), BH_STR_INIT("MKNOD"), BH_STR_INIT("NET_BIND_SERVICE"),
                                               BH_STR_INIT("SETFCAP"), BH_STR_INIT("SETGID"), BH_STR_INIT("SETPCAP"), BH_STR_INIT("SETUID"),
                                               BH_STR_INIT("SYS_CHROOT") };
        const struct bh_doc *caps = c->security.of[BH_K8S_SECURITY_CAPABILITIES], *drop = bh_k8s_there(bh_doc_get(caps, "drop"));
        bool all = false;
        unsigned i = 0;

        for (const struct bh_doc *a = bh_doc_first(bh_doc_get(caps, "add")); a; a = a->next, i++) {
                if (!one_of(bh_doc_str(a), usual, BH_LEN(usual)))
                        hit_nth(l, BH_PSS_CAPABILITIES, c, "securityContext.capabilities.add", i, "", a, bh_doc_str(a));
                if (!bh_str_is(bh_doc_str(a), "NET_BIND_SERVICE"))
                        hit_nth(l, BH_PSS_CAPABILITIES_FEW, c, "securityContext.capabilities.add", i, "", a, bh_doc_str(a));
        }
        for (const struct bh_doc *d = bh_doc_first(drop); d && !all; d = d->next)
                all = bh_str_is(bh_doc_str(d), "ALL");
        if (!all)
                hit(l, BH_PSS_CAPABILITIES_FEW, c, "securityContext.capabilities.drop", drop);
}

static void look_ports(struct bh_pss_look *l, const struct bh_k8s_container *c) {
        unsigned i = 0;

        for (const struct bh_doc *p = bh_doc_first(c->of[BH_K8S_CONTAINER_PORTS]); p; p = p->next, i++) {
                const struct bh_doc *port = bh_doc_get(p, "hostPort");

                if (bh_doc_int(port, 0) != 0)
                        hit_nth(l, BH_PSS_HOST_PORTS, c, "ports", i, ".hostPort", port, bh_doc_str(port));
        }
}

/* What a probe or handler connects to. */
static void look_handler(struct bh_pss_look *l, const struct bh_k8s_container *c, const char *field, const struct bh_doc *handler) {
        static const char *const ways[] = { "httpGet", "tcpSocket" };
        char path[64];

        for (size_t i = 0; i < BH_LEN(ways); i++) {
                const struct bh_doc *host = bh_doc_get(bh_doc_get(handler, ways[i]), "host");

                if (bh_doc_str(host).len) {
                        (void) snprintf(path, sizeof path, "%s.%s.host", field, ways[i]);
                        hit(l, BH_PSS_HOST_PROBES, c, path, host);
                }
        }
}

static void look_probes(struct bh_pss_look *l, const struct bh_k8s_container *c) {
        const struct bh_doc *lifecycle = c->of[BH_K8S_CONTAINER_LIFECYCLE];

        look_handler(l, c, "livenessProbe", c->of[BH_K8S_CONTAINER_LIVENESS]);
        look_handler(l, c, "readinessProbe", c->of[BH_K8S_CONTAINER_READINESS]);
        look_handler(l, c, "startupProbe", c->of[BH_K8S_CONTAINER_STARTUP]);
        look_handler(l, c, "lifecycle.postStart", bh_doc_get(lifecycle, "postStart"));
        look_handler(l, c, "lifecycle.preStop", bh_doc_get(lifecycle, "preStop"));
}

static void look_container(struct bh_pss_look *l, const struct bh_k8s_container *c) {
        const struct bh_doc *const *s = c->security.of, *const *of_pod = l->pod->security.of;

        if (bh_k8s_is_true(s[BH_K8S_SECURITY_PRIVILEGED]))
                hit(l, BH_PSS_PRIVILEGE, c, "securityContext.privileged", s[BH_K8S_SECURITY_PRIVILEGED]);
        if (!bh_k8s_is_false(s[BH_K8S_SECURITY_ESCALATION]))
                hit(l, BH_PSS_ESCALATION, c, "securityContext.allowPrivilegeEscalation", s[BH_K8S_SECURITY_ESCALATION]);
        if (s[BH_K8S_SECURITY_PROC_MOUNT] && !bh_str_is(bh_doc_str(s[BH_K8S_SECURITY_PROC_MOUNT]), "Default")) {
                hit(l, BH_PSS_PROC_MOUNT, c, "securityContext.procMount", s[BH_K8S_SECURITY_PROC_MOUNT]);
                hit(l, BH_PSS_PROC_MOUNT_ALWAYS, c, "securityContext.procMount", s[BH_K8S_SECURITY_PROC_MOUNT]);
        }
        if (!s[BH_K8S_SECURITY_NON_ROOT] && !bh_k8s_is_true(of_pod[BH_K8S_SECURITY_NON_ROOT]))
                hit(l, BH_PSS_NON_ROOT, c, "securityContext.runAsNonRoot", NULL);
        if (!s[BH_K8S_SECURITY_SECCOMP] && !(of_pod[BH_K8S_SECURITY_SECCOMP] && profile_fine(of_pod[BH_K8S_SECURITY_SECCOMP])))
                hit(l, BH_PSS_SECCOMP_SET, c, "securityContext.seccompProfile.type", NULL);
        look_both(l, c, &c->security);
        look_capabilities(l, c);
        look_ports(l, c);
        if (wants(l, BH_PSS_HOST_PROBES))
                look_probes(l, c);
}

/* ---- the whole ---- */

void bh_pss_look(struct bh_pss_look *l) {
        struct bh_k8s_walk walk = { 0 };
        struct bh_k8s_container c;

        look_namespaces(l);
        look_volumes(l);
        look_sysctls(l);
        look_annotations(l);
        look_both(l, NULL, &l->pod->security);
        while (bh_k8s_container_next(l->pod, &walk, &c))
                look_container(l, &c);
}
