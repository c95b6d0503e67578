/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Most fields are a path into the event: names with '/' between them, "[]" for
 * "of each". A path whose place holds a list, or that passes one, gives a list.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "fmt/json_put.h"
#include "rule/when.h"
#include "sense/audit.h"

#define VALUES_MOST 4096u

struct values {
        struct bh_arena *arena;
        struct bh_value *at;
        size_t len, cap;
        uint8_t type;
};

static void put_json(struct bh_json_put *j, const char *key, const struct bh_doc *n, struct bh_arena *arena) {
        switch (n->kind) {
        case BH_DOC_OBJECT:
        case BH_DOC_ARRAY:
                if (j->depth + 2 >= sizeof j->closes) {
                        bh_json_put_cstr(j, key, "...");
                        return;
                }
                bh_json_put_open(j, key, n->kind == BH_DOC_OBJECT ? '{' : '[');
                for (const struct bh_doc *c = bh_doc_first(n); c; c = c->next)
                        put_json(j, n->kind == BH_DOC_OBJECT ? bh_arena_cstr(arena, c->key) : NULL, c, arena);
                bh_json_put_close(j);
                return;
        case BH_DOC_BOOL: bh_json_put_bool(j, key, bh_doc_bool(n, false)); return;
        case BH_DOC_NULL: bh_json_put_null(j, key); return;
        case BH_DOC_NUMBER: bh_json_put_double(j, key, bh_doc_double(n, 0), 15); return;
        default: bh_json_put_str(j, key, bh_doc_str(n)); return;
        }
}

/* Objects and lists as JSON, others as they are written. */
static struct bh_str text_of(const struct bh_doc *n, struct bh_arena *arena) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        if (n->kind == BH_DOC_BOOL)
                return bh_doc_bool(n, false) ? BH_STR("true") : BH_STR("false");
        if (n->kind != BH_DOC_OBJECT && n->kind != BH_DOC_ARRAY)
                return bh_doc_str(n);
        put_json(&j, NULL, n, arena);
        return bh_arena_str(arena, bh_str_trim(bh_buf_str(&out)));
}

static void add(struct values *v, const struct bh_doc *n) {
        struct bh_value one = { .type = v->type };

        if (!n || n->kind == BH_DOC_NULL || v->len == VALUES_MOST)
                return;
        if (v->type == BH_V_INT || v->type == BH_V_UINT)
                one.i = bh_doc_int(n, INT64_MIN);
        else
                one.str = text_of(n, v->arena);
        if ((v->type == BH_V_INT || v->type == BH_V_UINT) && one.i == INT64_MIN)
                return;
        *bh_vec_add(v->arena, v) = one;
}

/* "~1" is a slash and "~0" a tilde in a name, as in RFC 6901. */
static struct bh_str unescape(struct bh_arena *arena, struct bh_str name) {
        char *out;
        size_t n = 0;

        if (bh_str_chr(name, '~') < 0)
                return name;
        out = bh_arena_bytes(arena, name.len);
        for (size_t i = 0; i < name.len; i++) {
                bool escape = name.at[i] == '~' && i + 1 < name.len && (name.at[i + 1] == '0' || name.at[i + 1] == '1');

                out[n++] = escape ? (name.at[i + 1] == '1' ? '/' : '~') : name.at[i];
                i += escape;
        }
        return (struct bh_str){ out, n };
}

static const struct bh_doc *nth(const struct bh_doc *list, struct bh_str index) {
        const struct bh_doc *n = bh_doc_first(list);
        uint64_t i;

        if (!bh_str_u64(index, &i))
                return NULL;
        while (n && i--)
                n = n->next;
        return n;
}

static void walk(struct values *v, const struct bh_doc *n, struct bh_str path, bool open_lists) {
        struct bh_str name, rest;
        bool each;

        if (!n)
                return;
        if (!path.len) {
                if (n->kind != BH_DOC_ARRAY || !open_lists) {
                        add(v, n);
                        return;
                }
                for (const struct bh_doc *c = bh_doc_first(n); c; c = c->next)
                        add(v, c);
                return;
        }
        (void) bh_str_cut(path, '/', &name, &rest);
        each = bh_str_cut_suffix(&name, BH_STR("[]"));
        n = n->kind == BH_DOC_ARRAY ? nth(n, name) : bh_doc_get_str(n, unescape(v->arena, name));
        if (!each) {
                walk(v, n, rest, open_lists);
                return;
        }
        for (const struct bh_doc *c = bh_doc_first(n); c; c = c->next)
                walk(v, c, rest, open_lists);
}

/* tag -> where it stands. */
static const char *const paths[] = {
#define PATHS(X)                                                                                                     \
        X(auditid, "auditID") X(stage, "stage") X(decision, "annotations/authorization.k8s.io~1decision")             \
        X(reason, "annotations/authorization.k8s.io~1reason") X(user, "user/username") X(groups, "user/groups")        \
        X(impuser, "impersonatedUser/username") X(verb, "verb") X(uri, "requestURI") X(tname, "objectRef/name")        \
        X(tns, "objectRef/namespace") X(tres, "objectRef/resource") X(tsub, "objectRef/subresource")                   \
        X(subjects, "requestObject/subjects") X(role, "requestObject/roleRef/name") X(rname, "requestObject/metadata/name") \
        X(data, "requestObject/data") X(image, "requestObject/spec/containers[]/image")                                \
        X(hostipc, "requestObject/spec/hostIPC") X(hostnet, "requestObject/spec/hostNetwork")                          \
        X(hostpid, "requestObject/spec/hostPID") X(hostport, "requestObject/spec/containers[]/ports[]/hostPort")       \
        X(priv, "requestObject/spec/containers[]/securityContext/privileged")                                          \
        X(ape, "requestObject/spec/containers[]/securityContext/allowPrivilegeEscalation")                             \
        X(rofs, "requestObject/spec/containers[]/securityContext/readOnlyRootFilesystem")                              \
        X(pruser, "requestObject/spec/securityContext/runAsUser")                                                      \
        X(cruser, "requestObject/spec/containers[]/securityContext/runAsUser")                                         \
        X(prgroup, "requestObject/spec/securityContext/runAsGroup")                                                    \
        X(crgroup, "requestObject/spec/containers[]/securityContext/runAsGroup")                                       \
        X(procmount, "requestObject/spec/containers[]/securityContext/procMount")                                      \
        X(rules, "requestObject/rules") X(apigroups, "requestObject/rules[]/apiGroups")                                \
        X(nonres, "requestObject/rules[]/nonResourceURLs") X(rverbs, "requestObject/rules[]/verbs")                    \
        X(rres, "requestObject/rules[]/resources") X(fsgroup, "requestObject/spec/securityContext/fsGroup")            \
        X(supp, "requestObject/spec/securityContext/supplementalGroups")                                               \
        X(addcaps, "requestObject/spec/containers[]/securityContext/capabilities/add")                                 \
        X(svctype, "requestObject/spec/type") X(svcports, "requestObject/spec/ports[]/port")                           \
        X(hostpath, "requestObject/spec/volumes[]/hostPath/path")                                                      \
        X(flex, "requestObject/spec/volumes[]/flexVolume/driver") X(respname, "responseObject/metadata/name")          \
        X(code, "responseStatus/code") X(respreason, "responseStatus/reason") X(agent, "userAgent")                    \
        X(sourceips, "sourceIPs") X(cluster, "annotations/cluster-name") X(command, "requestObject/spec/containers[]/command") \
        X(osdecision, "annotations/authentication.openshift.io~1decision")                                             \
        X(osuser, "annotations/authentication.openshift.io~1username")
#define X(name, path) path,
        PATHS(X)
#undef X
};
enum {
#define X(name, path) P_##name,
        PATHS(X)
#undef X
};

#define GET(name)                                                                                   \
        static bool name(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, \
                         struct bh_arena *scratch, struct bh_value *ret)

static const struct bh_doc *root_of(const void *event) {
        return ((const struct bh_audit_event *) event)->root;
}

static bool give(const struct bh_field *self, struct values *v, struct bh_value *ret) {
        if (!v->len)
                return false;
        if (self->flags & BH_F_LIST)
                *ret = (struct bh_value){ .type = self->type, .is_list = true, .list = { v->at, v->len } };
        else
                *ret = v->at[0];
        return true;
}

GET(at_path) {
        struct values v = { .arena = scratch, .type = self->type };
        struct values one = v;

        walk(&v, root_of(event), bh_str_of(paths[self->tag]), self->flags & BH_F_LIST);
        if (!arg->given)
                return give(self, &v, ret);
        if (arg->index >= v.len)
                return false;
        one.at = &v.at[arg->index];
        one.len = 1;
        return give(self, &one, ret);
}

/* Repositories of the images: without registry's port and tag. */
GET(repositories) {
        struct values v = { .arena = scratch, .type = self->type };

        (void) arg;
        walk(&v, root_of(event), bh_str_of(paths[P_image]), false);
        for (size_t i = 0; i < v.len; i++) {
                struct bh_str s = v.at[i].str, rest;
                ptrdiff_t colon;

                (void) bh_str_cut(s, '@', &s, &rest);
                colon = bh_str_rchr(s, ':');
                if (colon > 0 && bh_str_chr(bh_str_from(s, (size_t) colon), '/') < 0)
                        s.len = (size_t) colon;
                v.at[i].str = s;
        }
        return give(self, &v, ret);
}

/* The kinds of volumes: the member beside the name. */
GET(volume_types) {
        struct values v = { .arena = scratch, .type = self->type };
        const struct bh_doc *volumes = bh_doc_path(root_of(event), "requestObject.spec.volumes");

        (void) arg;
        for (const struct bh_doc *n = bh_doc_first(volumes); n; n = n->next)
                for (const struct bh_doc *m = bh_doc_first(n); m; m = m->next)
                        if (bh_doc_is(n, BH_DOC_OBJECT) && !bh_str_is(m->key, "name")) {
                                struct bh_doc word = { .kind = BH_DOC_STRING, .str = m->key };

                                add(&v, &word);
                        }
        return give(self, &v, ret);
}

/* What a container runs as: its own word, else the pod's, else 0. tag 0: user, 1: group. */
GET(effective_ids) {
        struct values v = { .arena = scratch, .type = self->type };
        const struct bh_doc *spec = bh_doc_path(root_of(event), "requestObject.spec");
        const char *key = self->tag ? "runAsGroup" : "runAsUser";
        const struct bh_doc *pod = bh_doc_get(bh_doc_get(spec, "securityContext"), key);
        struct bh_doc zero = { .kind = BH_DOC_NUMBER, .str = BH_STR_INIT("0") };

        (void) arg;
        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(spec, "containers")); n; n = n->next) {
                const struct bh_doc *own = bh_doc_get(bh_doc_get(n, "securityContext"), key);

                add(&v, own ? own : pod ? pod : &zero);
        }
        return give(self, &v, ret);
}

/* ka.uri.param[key] */
GET(uri_param) {
        struct bh_str uri = bh_doc_get_text(root_of(event), "requestURI"), path, query, one, key, value;

        (void) scratch;
        if (!arg->given || !bh_str_cut(uri, '?', &path, &query))
                return false;
        while (bh_str_split(&query, '&', &one)) {
                (void) bh_str_cut(one, '=', &key, &value);
                if (bh_str_eq(key, arg->key)) {
                        *ret = (struct bh_value){ .type = self->type, .str = value };
                        return true;
                }
        }
        return false;
}

/* ka.req.binding.subject.has_name[name] */
GET(has_subject) {
        const struct bh_doc *subjects = bh_doc_path(root_of(event), "requestObject.subjects");
        bool found = false;

        (void) scratch;
        if (!arg->given)
                return false;
        for (const struct bh_doc *n = bh_doc_first(subjects); n; n = n->next)
                found |= bh_str_eq(bh_doc_get_text(n, "name"), arg->key);
        *ret = (struct bh_value){ .type = self->type, .str = found ? BH_STR("true") : BH_STR("false") };
        return true;
}

/* ka.target.pod.name */
GET(pod_name) {
        const struct bh_doc *ref = bh_doc_get(root_of(event), "objectRef");

        (void) arg, (void) scratch;
        *ret = (struct bh_value){ .type = self->type, .str = bh_doc_get_text(ref, "name") };
        return bh_str_is(bh_doc_get_text(ref, "resource"), "pods") && ret->str.len;
}

/* jevt.value[/user/username]: a JSON pointer (RFC 6901) */
GET(pointer) {
        struct values v = { .arena = scratch, .type = self->type };
        struct bh_str path = arg->key;

        if (!arg->given || !bh_str_cut_prefix(&path, BH_STR("/")))
                return false;
        walk(&v, root_of(event), path, false);
        return give(self, &v, ret);
}

GET(whole) {
        (void) arg;
        *ret = (struct bh_value){ .type = self->type, .str = text_of(root_of(event), scratch) };
        return true;
}

GET(when) {
        const struct bh_audit_event *e = event;

        (void) arg;
        *ret = (struct bh_value){ .type = self->type, .i = self->tag == 3 ? (int64_t) e->num : e->time_ns };
        if (self->tag == 3 || self->tag == 2)
                return true;
        ret->str = bh_when_text(scratch, e->time_ns, self->tag ? BH_WHEN_ISO : BH_WHEN_TIME);
        return ret->str.len > 0;
}

GET(source) {
        (void) arg, (void) scratch, (void) event;
        *ret = (struct bh_value){ .type = self->type, .str = BH_STR("k8s_audit") };
        return true;
}

#define ONE(name, type, path, help) { name, BH_V_##type, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_NONE, P_##path, help, at_path }
#define LIST(name, type, path, help) \
        { name, BH_V_##type, BH_ARG_MAY_INDEX, BH_LIFE_EVENT, BH_F_LIST, BH_KV_NONE, P_##path, help, at_path }
#define ROW(name, type, arg, flags, tag, help, get) { name, BH_V_##type, BH_ARG_##arg, BH_LIFE_EVENT, flags, BH_KV_NONE, tag, help, get }

static const struct bh_field fields[] = {
        ROW("evt.num", UINT, NONE, 0, 3, "number of the event, from 1", when),
        ROW("evt.time", TIME, NONE, 0, 0, "local time with nanoseconds", when),
        ROW("evt.time.iso8601", TIME, NONE, 0, 1, "date, time, nanoseconds and zone, in UTC", when),
        ROW("evt.rawtime", TIME, NONE, 0, 2, "nanoseconds since 1970", when),
        ROW("evt.source", STRING, NONE, 0, 0, "k8s_audit", source),
        ROW("jevt.time", TIME, NONE, 0, 0, "local time with nanoseconds", when),
        ROW("jevt.time.iso8601", TIME, NONE, 0, 1, "date, time, nanoseconds and zone, in UTC", when),
        ROW("jevt.rawtime", TIME, NONE, 0, 2, "nanoseconds since 1970", when),
        ROW("jevt.value", STRING, KEY, 0, 0, "what the JSON pointer in brackets leads to: jevt.value[/user/username]", pointer),
        ROW("jevt.obj", STRING, NONE, 0, 0, "the whole event as JSON", whole),
        ONE("ka.auditid", STRING, auditid, "id of the request"),
        ONE("ka.stage", STRING, stage, "RequestReceived, ResponseStarted, ResponseComplete, Panic"),
        ONE("ka.auth.decision", STRING, decision, "allow or forbid"),
        ONE("ka.auth.reason", STRING, reason, "why it was allowed or forbidden"),
        ONE("ka.auth.openshift.decision", STRING, osdecision, "of OpenShift's authentication: allow, deny or error"),
        ONE("ka.auth.openshift.username", STRING, osuser, "of OpenShift's authentication: the user"),
        ONE("ka.user.name", STRING, user, "who asks"),
        LIST("ka.user.groups", STRING, groups, "groups of who asks"),
        ONE("ka.impuser.name", STRING, impuser, "as whom, when somebody else is acted for"),
        ONE("ka.verb", STRING, verb, "create, get, list, watch, update, patch, delete, ..."),
        ONE("ka.uri", STRING, uri, "path and query of the request"),
        ROW("ka.uri.param", STRING, KEY, 0, 0, "the parameter of the query in brackets", uri_param),
        ONE("ka.target.name", STRING, tname, "name of the object"),
        ONE("ka.target.namespace", STRING, tns, "namespace of the object"),
        ONE("ka.target.resource", STRING, tres, "kind of the object: pods, secrets, ..."),
        ONE("ka.target.subresource", STRING, tsub, "part of the object: exec, status, ..."),
        ROW("ka.target.pod.name", STRING, NONE, 0, 0, "name of the pod, when the object is one", pod_name),
        LIST("ka.req.binding.subjects", STRING, subjects, "subjects of a new binding, as JSON"),
        ONE("ka.req.binding.role", STRING, role, "role of a new binding"),
        ROW("ka.req.binding.subject.has_name", STRING, KEY, 0, 0, "true when a subject of the binding has the name in brackets", has_subject),
        ONE("ka.req.configmap.name", STRING, rname, "name of a new ConfigMap"),
        ONE("ka.req.configmap.obj", STRING, data, "its data, as JSON"),
        LIST("ka.req.pod.containers.image", STRING, image, "images of the containers"),
        LIST("ka.req.container.image", STRING, image, "images of the containers"),
        ROW("ka.req.pod.containers.image.repository", STRING, NONE, BH_F_LIST, 0, "images without tag and digest", repositories),
        ROW("ka.req.container.image.repository", STRING, NONE, BH_F_LIST, 0, "images without tag and digest", repositories),
        LIST("ka.req.pod.containers.command", STRING, command, "commands of the containers (ours)"),
        ONE("ka.req.pod.host_ipc", STRING, hostipc, "true when the pod shares the host's IPC"),
        ONE("ka.req.pod.host_network", STRING, hostnet, "true when the pod uses the host's network"),
        ONE("ka.req.container.host_network", STRING, hostnet, "true when the pod uses the host's network"),
        ONE("ka.req.pod.host_pid", STRING, hostpid, "true when the pod sees the host's processes"),
        LIST("ka.req.pod.containers.host_port", STRING, hostport, "ports of the host that containers take"),
        LIST("ka.req.pod.containers.privileged", STRING, priv, "true for each privileged container"),
        LIST("ka.req.container.privileged", STRING, priv, "true for each privileged container"),
        LIST("ka.req.pod.containers.allow_privilege_escalation", STRING, ape, "true for each that may gain rights"),
        LIST("ka.req.pod.containers.read_only_fs", STRING, rofs, "true for each whose root may not be written"),
        ONE("ka.req.pod.run_as_user", STRING, pruser, "user id of the pod"),
        LIST("ka.req.pod.containers.run_as_user", STRING, cruser, "user ids of the containers"),
        ROW("ka.req.pod.containers.eff_run_as_user", STRING, NONE, BH_F_LIST, 0, "user ids of the containers, or the pod's, or 0", effective_ids),
        ONE("ka.req.pod.run_as_group", STRING, prgroup, "group id of the pod"),
        LIST("ka.req.pod.containers.run_as_group", STRING, crgroup, "group ids of the containers"),
        ROW("ka.req.pod.containers.eff_run_as_group", STRING, NONE, BH_F_LIST, 1, "group ids of the containers, or the pod's, or 0", effective_ids),
        LIST("ka.req.pod.containers.proc_mount", STRING, procmount, "how /proc is mounted in the containers"),
        LIST("ka.req.role.rules", STRING, rules, "rules of a new role, as JSON"),
        LIST("ka.req.role.rules.apiGroups", STRING, apigroups, "API groups of its rules"),
        LIST("ka.req.role.rules.nonResourceURLs", STRING, nonres, "other URLs of its rules"),
        LIST("ka.req.role.rules.verbs", STRING, rverbs, "verbs of its rules"),
        LIST("ka.req.role.rules.resources", STRING, rres, "resources of its rules"),
        ONE("ka.req.pod.fs_group", STRING, fsgroup, "group of the pod's volumes"),
        LIST("ka.req.pod.supplemental_groups", STRING, supp, "further groups of the pod"),
        LIST("ka.req.pod.containers.add_capabilities", STRING, addcaps, "capabilities that containers ask for"),
        ONE("ka.req.service.type", STRING, svctype, "ClusterIP, NodePort, LoadBalancer, ExternalName"),
        LIST("ka.req.service.ports", STRING, svcports, "ports of a new service"),
        LIST("ka.req.pod.volumes.hostpath", STRING, hostpath, "paths of the host that are mounted"),
        LIST("ka.req.volume.hostpath", STRING, hostpath, "paths of the host that are mounted"),
        LIST("ka.req.pod.volumes.flexvolume_driver", STRING, flex, "drivers of flex volumes"),
        ROW("ka.req.pod.volumes.volume_type", STRING, NONE, BH_F_LIST, 0, "kinds of volumes: hostPath, secret, ...", volume_types),
        ONE("ka.resp.name", STRING, respname, "name of the object in the answer"),
        ONE("ka.response.code", STRING, code, "HTTP status of the answer"),
        ONE("ka.response.reason", STRING, respreason, "why it failed"),
        ONE("ka.useragent", STRING, agent, "program that asks"),
        LIST("ka.sourceips", STRING, sourceips, "addresses it came from"),
        ONE("ka.cluster.name", STRING, cluster, "name of the cluster"),
};

static int64_t event_time(const void *event) {
        return ((const struct bh_audit_event *) event)->time_ns;
}

const struct bh_source bh_source_k8s_audit = {
        .name = "k8s_audit",
        .fields = fields,
        .n_fields = BH_LEN(fields),
        .time_of = event_time,
};
