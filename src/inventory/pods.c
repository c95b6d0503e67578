/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/pods.h"

#include <stdlib.h>

#include "base/vec.h"
#include "model/event_words.h"
#include "runtime/find.h"
#include "sys/clock.h"
#include "sys/proc.h"

enum { MAX_STATUS = 8192 };

/* ---- pods ---- */

struct pod {
        struct bh_str name, namespace, uid, sandbox, runtime;
        BH_VEC(struct bh_str) containers;
        bool host_net;
};

static void fill(struct bh_str *to, struct bh_str from) {
        if (!to->len)
                *to = from;
}

void bh_pods_add(struct bh_collect *c, struct bh_pods *pods, const struct bh_pod_member *m) {
        struct bh_str key = m->uid.len ? m->uid : bh_arena_printf(c->arena, "%.*s/%.*s", BH_FMT(m->namespace), BH_FMT(m->name));
        struct pod *p;

        if (!m->name.len)
                return;
        if (!pods->all.arena)
                pods->all = bh_map_in(c->arena);
        p = bh_map_get(&pods->all, key);
        if (!p) {
                p = bh_arena_make(c->arena, struct pod);
                (void) bh_map_set(&pods->all, key, p);
        }
        fill(&p->name, m->name);
        fill(&p->namespace, m->namespace);
        fill(&p->uid, m->uid);
        fill(&p->sandbox, m->sandbox);
        fill(&p->runtime, m->runtime);
        p->host_net |= m->host_net;
        if (m->container.len)
                *bh_vec_add(c->arena, &p->containers) = m->container;
}

static int by_text(const void *a, const void *b) {
        return bh_str_cmp(*(const struct bh_str *) a, *(const struct bh_str *) b);
}

void bh_pods_tell(struct bh_collect *c, const struct bh_pods *pods) {
        for (size_t i = 0; i < pods->all.len; i++) {
                const struct pod *p = pods->all.items[i].value;
                struct bh_json_put *j = bh_collect_thing(c, BH_ASSET_POD, pods->all.items[i].key, p->name, BH_STR(""));

                bh_json_put_str(j, "namespace", p->namespace);
                bh_json_put_some(j, "uid", p->uid);
                bh_json_put_some(j, "sandbox", p->sandbox);
                bh_json_put_str(j, "runtime", p->runtime);
                bh_json_put_bool(j, "host_network", p->host_net);
                if (p->containers.len)
                        qsort(p->containers.at, p->containers.len, sizeof p->containers.at[0], by_text);
                bh_json_put_open(j, "containers", '[');
                for (size_t k = 0; k < p->containers.len; k++)
                        bh_json_put_str(j, NULL, p->containers.at[k]);
                bh_json_put_close(j);
                bh_collect_told(c);
        }
}

/* ---- containers ---- */

static bool is_sandbox(const struct bh_container *b) {
        for (uint32_t i = 0; i < b->n_labels; i++)
                if ((bh_str_is(b->labels[i].key, "io.kubernetes.cri.container-type") || bh_str_is(b->labels[i].key, "io.kubernetes.cri-o.ContainerType")) &&
                    bh_str_is(b->labels[i].value, "sandbox"))
                        return true;
        return false;
}

/* An image is known by the digest of its configuration; a reference with a digest names a manifest, which is another thing. */
static struct bh_str image_id_of(struct bh_arena *arena, struct bh_str id) {
        uint64_t v;

        if (bh_str_starts(id, BH_STR("sha256:")))
                return id;
        return id.len == 64 && bh_str_hex64(bh_str_part(id, 0, 16), &v) ? bh_arena_cat(arena, BH_STR("sha256:"), id) : BH_STR("");
}

/* Beyond the usual ones, by what the kernel says of its first process. */
static void put_caps(struct bh_json_put *j, struct bh_arena *arena, uint32_t pid) {
        BH_CLEANUP(bh_buf_done) struct bh_buf list = { 0 };
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text, line;
        uint64_t caps = 0;

        if (bh_proc_read(arena, pid, "status", MAX_STATUS, &text, &why) < 0)
                return;
        while (bh_str_split(&text, '\n', &line))
                if (bh_str_cut_prefix(&line, BH_STR("CapBnd:")))
                        (void) bh_str_hex64(bh_str_trim(line), &caps);
        for (const struct bh_ev_word *w = bh_words_cap; w->word; w++)
                if (caps & ~BH_CAPS_USUAL & 1ull << w->value)
                        bh_buf_printf(&list, "%s%s", list.len ? "," : "", w->word);
        bh_json_put_some(j, "caps", bh_buf_str(&list));
}

static void put_mounts(struct bh_json_put *j, const struct bh_container *b) {
        BH_CLEANUP(bh_buf_done) struct bh_buf list = { 0 };

        for (uint32_t i = 0; i < b->n_mounts; i++)
                if (bh_mount_is_dangerous(b->mounts[i].source)) {
                        bh_buf_puts(&list, list.len ? "," : "");
                        bh_buf_add(&list, b->mounts[i].source);
                        bh_buf_puts(&list, b->mounts[i].writable ? "" : ":ro");
                }
        bh_json_put_some(j, "host_mounts", bh_buf_str(&list));
}

static void put_container(struct bh_collect *c, const struct bh_container *b, const struct bh_task *t) {
        struct bh_json_put *j = bh_collect_thing(c, BH_ASSET_CONTAINER, b->id, b->name, b->id);

        bh_json_put_str(j, "runtime", b->runtime);
        bh_json_put_some(j, "image_id", image_id_of(c->arena, b->image_id));
        bh_json_put_str(j, "image_ref", b->image);
        bh_json_put_cstr(j, "state", "running");
        bh_json_put_bool(j, "privileged", b->privileged);
        bh_json_put_bool(j, "root", bh_user_is_root(b->user));
        bh_json_put_bool(j, "host_net", b->host_net);
        bh_json_put_bool(j, "host_pid", b->host_pid);
        if (!b->privileged)
                put_caps(j, c->arena, b->init_pid ? b->init_pid : t->pid);
        put_mounts(j, b);
        bh_json_put_some(j, "pod", b->pod_name);
        bh_json_put_some(j, "namespace", b->pod_namespace);
        bh_json_put_int(j, "started_ms", b->start_ns ? b->start_ns / 1000000 : t->start_ms / 1000 * 1000);
        bh_collect_told(c);
}

static void look_at(struct bh_collect *c, const struct bh_task *t, struct bh_pods *pods) {
        struct bh_container b = { .id = t->container };

        if (!bh_runtime_find(c->runtimes, c->arena, t->pid, (uint64_t) bh_clock_ns(CLOCK_MONOTONIC), &b))
                return;
        if (!bh_str_is(b.runtime, "containerd") && !bh_str_is(b.runtime, "cri-o"))
                return; /* its engine tells it, or nobody knows more than its id */
        bh_pods_add(c, pods,
                    &(struct bh_pod_member){ .uid = b.pod_uid, .name = b.pod_name, .namespace = b.pod_namespace, .sandbox = b.pod_sandbox_id, .runtime = b.runtime,
                                             .container = is_sandbox(&b) ? BH_STR("") : b.name, .host_net = b.host_net });
        if (!is_sandbox(&b))
                put_container(c, &b, t);
}

/* By the first process of each, which has the lowest number unless numbers have begun anew. */
void bh_collect_cri(struct bh_collect *c, const struct bh_map *told, struct bh_pods *pods) {
        struct bh_map seen = bh_map_in(c->arena);

        for (size_t i = 0; i < c->tasks->n; i++) {
                const struct bh_task *t = &c->tasks->at[i];

                if (!t->container.len || bh_map_has(told, t->container) || bh_map_has(&seen, t->container))
                        continue;
                (void) bh_map_set(&seen, t->container, c);
                look_at(c, t, pods);
        }
}
