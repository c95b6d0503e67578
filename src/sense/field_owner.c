/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/fields.h"

#include <fnmatch.h>

#define UNKNOWN BH_STR("<NA>") /* rule files compare with these very letters */

static struct bh_user user_of(const struct bh_event *e, uint32_t uid) {
        struct bh_user user = { 0 };

        if (uid == UINT32_MAX || !e->asks || !e->asks->user || !e->asks->user(e->asks->self, e->process, uid, &user))
                return (struct bh_user){ uid == 0 ? BH_STR("root") : UNKNOWN, UNKNOWN, UNKNOWN };
        return user;
}

static struct bh_str group_of(const struct bh_event *e, uint32_t gid) {
        struct bh_str name = { 0 };

        if (!e->asks || !e->asks->group || !e->asks->group(e->asks->self, e->process, gid, &name))
                return gid == 0 ? BH_STR("root") : UNKNOWN;
        return name;
}

BH_FIELD_GET(bh_field_owner) {
        const struct bh_event *e = event;
        const struct bh_ev_proc *now = e->process ? &e->process->now : NULL;

        (void) arg, (void) scratch;
        if (!now)
                return false;
        switch (self->tag) {
        case BH_OT_USER: return bh_give_str(ret, self, user_of(e, now->uid).name);
        case BH_OT_EUSER: return bh_give_str(ret, self, user_of(e, now->euid).name);
        case BH_OT_HOME: return bh_give_str(ret, self, user_of(e, now->uid).home);
        case BH_OT_SHELL: return bh_give_str(ret, self, user_of(e, now->uid).shell);
        case BH_OT_LOGIN: return bh_give_str(ret, self, user_of(e, now->loginuid).name);
        case BH_OT_GROUP: return bh_give_str(ret, self, group_of(e, now->gid));
        default: return false;
        }
}

/* "/src:/dest:ro:false:rprivate", as people know it from Falco. */
static struct bh_str mount_text(const struct bh_mount *m, struct bh_arena *scratch) {
        return bh_arena_printf(scratch, "%.*s:%.*s:%.*s:%s:%.*s", BH_FMT(m->source), BH_FMT(m->dest), BH_FMT(m->mode),
                               m->writable ? "true" : "false", BH_FMT(m->propagation));
}

static struct bh_str mounts_text(const struct bh_container *c, struct bh_arena *scratch) {
        struct bh_str out = { 0 };

        for (uint32_t i = 0; i < c->n_mounts; i++) {
                struct bh_str one = mount_text(&c->mounts[i], scratch);

                out = bh_arena_printf(scratch, "%.*s%s%.*s", BH_FMT(out), i ? "," : "", BH_FMT(one));
        }
        return out;
}

static struct bh_str labels_text(const struct bh_container *c, struct bh_arena *scratch) {
        struct bh_str out = { 0 };

        for (uint32_t i = 0; i < c->n_labels; i++)
                out = bh_arena_printf(scratch, "%.*s%s%.*s:%.*s", BH_FMT(out), i ? ", " : "", BH_FMT(c->labels[i].key),
                                      BH_FMT(c->labels[i].value));
        return out;
}

static struct bh_str container_text(const struct bh_container *c, unsigned what, struct bh_arena *scratch) {
        switch (what) {
        case BH_CT_ID: return bh_str_of(c->short_id);
        case BH_CT_FULL_ID: return c->id;
        case BH_CT_NAME: return c->name;
        case BH_CT_IMAGE: return c->image;
        case BH_CT_IMAGE_ID: return c->image_id;
        case BH_CT_TYPE: return c->runtime;
        case BH_CT_REPOSITORY: return c->image_repository;
        case BH_CT_TAG: return c->image_tag;
        case BH_CT_DIGEST: return c->image_digest;
        case BH_CT_IP: return c->ip;
        case BH_CT_USER: return c->user;
        case BH_CT_MOUNTS: return mounts_text(c, scratch);
        case BH_CT_LABELS: return labels_text(c, scratch);
        case BH_CT_POD_NAME: return c->pod_name;
        case BH_CT_POD_UID: return c->pod_uid;
        case BH_CT_NS_NAME: return c->pod_namespace;
        case BH_CT_SANDBOX: return bh_str_part(c->pod_sandbox_id, 0, 12);
        case BH_CT_FULL_SANDBOX: return c->pod_sandbox_id;
        default: return (struct bh_str){ 0 };
        }
}

/* On the host: container.id and container.name are "host", as rule files expect; of nothing else there is a value. */
BH_FIELD_GET(bh_field_container_text) {
        const struct bh_container *c = bh_container_of(event);

        (void) arg;
        if (c)
                return bh_give_some(ret, self, container_text(c, self->tag, scratch));
        if (!bh_actor(event))
                return false;
        if (self->tag == BH_CT_ID || self->tag == BH_CT_NAME || self->tag == BH_CT_TYPE || self->tag == BH_CT_FULL_ID)
                return bh_give_str(ret, self, BH_STR("host"));
        return false;
}

BH_FIELD_GET(bh_field_container_flag) {
        const struct bh_container *c = bh_container_of(event);

        (void) arg, (void) scratch;
        if (!c)
                return false;
        if (self->tag == BH_CF_KNOWN)
                return bh_give_bool(ret, self, c->known);
        if (!c->known)
                return false;
        switch (self->tag) {
        case BH_CF_PRIVILEGED: return bh_give_bool(ret, self, c->privileged);
        case BH_CF_HOST_PID: return bh_give_bool(ret, self, c->host_pid);
        case BH_CF_HOST_NET: return bh_give_bool(ret, self, c->host_net);
        case BH_CF_HOST_IPC: return bh_give_bool(ret, self, c->host_ipc);
        default: return false;
        }
}

/* By number, or by a glob: over the destinations for mount.source, over the sources for all others. */
static const struct bh_mount *find_mount(const struct bh_container *c, const struct bh_field *self, struct bh_str key,
                                         struct bh_arena *scratch) {
        const char *glob = bh_arena_cstr(scratch, key);
        uint64_t n;

        if (bh_str_u64(key, &n))
                return n < c->n_mounts ? &c->mounts[n] : NULL;
        for (uint32_t i = 0; i < c->n_mounts; i++) {
                const struct bh_mount *m = &c->mounts[i];
                struct bh_str path = self->tag == BH_CM_SOURCE ? m->dest : m->source;

                if (fnmatch(glob, bh_arena_cstr(scratch, path), 0) == 0)
                        return m;
        }
        return NULL;
}

BH_FIELD_GET(bh_field_container_mount) {
        const struct bh_container *c = bh_container_of(event);
        const struct bh_mount *m;

        if (!c || !c->known || !arg->given)
                return false;
        m = find_mount(c, self, arg->key, scratch);
        if (!m)
                return bh_give_str(ret, self, BH_STR("N/A"));
        switch (self->tag) {
        case BH_CM_ALL: return bh_give_str(ret, self, mount_text(m, scratch));
        case BH_CM_SOURCE: return bh_give_str(ret, self, m->source);
        case BH_CM_DEST: return bh_give_str(ret, self, m->dest);
        case BH_CM_MODE: return bh_give_str(ret, self, m->mode);
        case BH_CM_RDWR: return bh_give_str(ret, self, m->writable ? BH_STR("true") : BH_STR("false"));
        default: return bh_give_str(ret, self, m->propagation);
        }
}

BH_FIELD_GET(bh_field_container_label) {
        const struct bh_container *c = bh_container_of(event);

        (void) scratch;
        for (uint32_t i = 0; c && arg->given && i < c->n_labels; i++)
                if (bh_str_eq(c->labels[i].key, arg->key))
                        return bh_give_str(ret, self, c->labels[i].value);
        return false;
}

/* tag 0: when it started; 1: how long ago. */
BH_FIELD_GET(bh_field_container_time) {
        const struct bh_container *c = bh_container_of(event);
        const struct bh_event *e = event;

        (void) arg, (void) scratch;
        if (!c || !c->start_ns)
                return false;
        return bh_give_int(ret, self, !self->tag ? c->start_ns : e->time_ns > c->start_ns ? (int64_t) ((uint64_t) e->time_ns - (uint64_t) c->start_ns) : 0);
}
