/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers, one by one: what the engine's API says of each, and for those
 * that run, what the kernel says. Where the two differ, the kernel is right.
 */
#include "comply/collect/container.h"

#include <stdio.h>

#include "base/limits.h"

uint32_t bh_box_root(const struct bh_engine_look *look, const struct bh_box *b) {
        for (size_t i = 1; i < look->reach->n_roots; i++)
                if (bh_str_eq(look->reach->roots[i].container, b->id))
                        return (uint32_t) i;
        return 0;
}

struct bh_str bh_box_status(struct bh_engine_look *look, const struct bh_box *b, const char *key) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text, line, name, value;

        if (!b->task || look->reach->proc(look->reach->user, b->task->pid, "status", BH_LIMIT_BASELINE_SETTINGS, look->scratch, &text, &why) < 0)
                return BH_STR("");
        while (bh_str_split(&text, '\n', &line))
                if (bh_str_cut(line, ':', &name, &value) && bh_str_is(name, key))
                        return bh_str_trim(value);
        return BH_STR("");
}

/* Its first process, if that is one of ours: an engine elsewhere counts in numbers of its own. */
static const struct bh_task *task_of(const struct bh_engine_look *look, const struct bh_box *b) {
        int64_t pid = bh_doc_int(bh_doc_get(b->state, "Pid"), 0);
        const struct bh_task *t = look->reach->tasks && pid > 0 && pid <= UINT32_MAX ? bh_tasks_get(look->reach->tasks, (uint32_t) pid) : NULL;

        return t && bh_str_eq(t->container, b->id) ? t : NULL;
}

static bool is_stale(const struct bh_engine_look *look, const struct bh_box *b) {
        const struct bh_image_row *now = bh_map_get(&look->tags, bh_doc_get_text(b->config, "Image"));

        return now && !bh_str_ends(bh_doc_get_text(b->all, "Image"), now->id) && !bh_str_ends(now->id, bh_doc_get_text(b->all, "Image"));
}

static void set_kubernetes(struct bh_box *b) {
        const struct bh_doc *labels = bh_doc_get(b->config, "Labels");
        struct bh_str service = bh_doc_get_text(labels, "com.docker.swarm.service.name");

        b->fact->namespace = bh_arena_str(b->fact->arena, bh_doc_get_text(labels, "io.kubernetes.pod.namespace"));
        if (service.len == 0)
                service = bh_doc_get_text(labels, bh_doc_get(labels, "io.kubernetes.pod.name") ? "io.kubernetes.pod.name" : "com.docker.compose.service");
        b->fact->workload = bh_arena_str(b->fact->arena, service);
}

static void set_basics(struct bh_engine_look *look, struct bh_box *b) {
        struct bh_str state = bh_doc_get_text(b->state, "Status");
        bool running = bh_str_is(state, "running") || bh_str_is(state, "paused") || bh_str_is(state, "restarting");

        bh_keep(b->fact, BH_BOX_NAME, b->name);
        bh_fact_str(b->fact, BH_BOX_ID, b->id);
        bh_fact_str(b->fact, BH_BOX_ENGINE, look->word);
        bh_keep(b->fact, BH_BOX_IMAGE, bh_doc_get_text(b->config, "Image"));
        bh_keep(b->fact, BH_BOX_STATE, state);
        bh_fact_bool(b->fact, BH_BOX_RUNNING, running);
        bh_fact_bool(b->fact, BH_BOX_STALE, is_stale(look, b));
        bh_keep(b->fact, BH_BOX_LOG, bh_doc_get_text(bh_doc_get(b->host, "LogConfig"), "Type"));
        set_kubernetes(b);
        look->stopped += !running;
}

static void use_image(struct bh_engine_look *look, const struct bh_box *b) {
        struct bh_str id = bh_doc_get_text(b->all, "Image");
        struct bh_image_row *row;

        (void) bh_str_cut_prefix(&id, BH_STR("sha256:"));
        row = bh_map_get(&look->images, id);
        if (row)
                row->used = true;
}

/* A name that people know, or the first digits of its id. */
static struct bh_str name_of(const struct bh_doc *all, struct bh_str id) {
        struct bh_str name = bh_doc_get_text(all, "Name");

        (void) bh_str_cut_prefix(&name, BH_STR("/"));
        return name.len ? name : bh_str_part(id, 0, 12);
}

static void tell(struct bh_engine_look *look, struct bh_box *b, const struct bh_doc *all) {
        b->all = all;
        b->config = bh_doc_get(all, "Config");
        b->host = bh_doc_get(all, "HostConfig");
        b->state = bh_doc_get(all, "State");
        b->name = name_of(all, b->id);
        b->fact = bh_fact_new(look->facts, &bh_kind_container, b->id, b->name);
        b->fact->container = b->id;
        b->fact->where = bh_arena_printf(look->arena, "GET /containers/%.*s/json", BH_FMT(bh_str_part(b->id, 0, 12)));
        b->task = task_of(look, b);
        set_basics(look, b);
        use_image(look, b);
        bh_box_rights(look, b);
        bh_box_filters(look, b);
        bh_box_mounts(look, b);
        bh_box_ports(look, b);
        bh_box_limits(look, b);
        bh_box_inside(look, b);
        b->name = b->fact->name;
        b->all = b->config = b->host = b->state = NULL;
}

/* ---- volumes ---- */

/* "lowerdir=/,upperdir=/x,workdir=/y": the first directory of the host that shows. */
static struct bh_str overlay_part(struct bh_str options) {
        struct bh_str one;

        while (bh_str_split(&options, ',', &one))
                if (bh_str_cut_prefix(&one, BH_STR("lowerdir="))) {
                        struct bh_str first, rest;

                        (void) bh_str_cut(one, ':', &first, &rest);
                        return first;
                }
        return BH_STR("");
}

/* What of the host the options of a local volume mount; empty: nothing but its own directory. */
static struct bh_str mounted_by(const struct bh_doc *options) {
        struct bh_str type = bh_doc_get_text(options, "type"), how = bh_doc_get_text(options, "o"), device = bh_doc_get_text(options, "device");

        if (bh_str_is(type, "overlay"))
                return overlay_part(how);
        if (bh_str_is(type, "tmpfs") || bh_str_starts(type, BH_STR("nfs")) || bh_str_is(type, "cifs"))
                return BH_STR("");
        return bh_str_starts(device, BH_STR("/")) ? device : BH_STR("");
}

static void read_volumes(struct bh_engine_look *look) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *root;

        if (bh_engine_ask(look, "/volumes", look->scratch, &root, &why) < 0)
                return bh_facts_gap(look->facts, look->word, &why);
        for (const struct bh_doc *v = bh_doc_first(bh_doc_get(root, "Volumes")); v; v = v->next) {
                struct bh_str *path, source = mounted_by(bh_doc_get(v, "Options"));

                if (source.len == 0)
                        continue;
                path = bh_arena_make(look->arena, struct bh_str);
                *path = bh_arena_str(look->arena, source);
                (void) bh_map_set(&look->volumes, bh_arena_str(look->arena, bh_doc_get_text(v, "Name")), path);
        }
        bh_arena_reset(look->scratch);
}

/* ---- all of them ---- */

static void look_at(struct bh_engine_look *look, struct bh_str id, struct bh_boxes *boxes) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *all;
        char path[96];

        (void) snprintf(path, sizeof path, "/containers/%.*s/json", BH_FMT(bh_str_part(id, 0, 64)));
        if (bh_engine_ask(look, path, look->scratch, &all, &why) < 0) {
                if (why.code != BH_E_NOTFOUND) /* else it went meanwhile */
                        bh_facts_gap(look->facts, bh_str_of(path), &why);
                return;
        }
        *bh_vec_add(look->arena, boxes) = (struct bh_box){ .id = bh_arena_str(look->arena, id) };
        tell(look, &boxes->at[boxes->len - 1], all);
        bh_arena_reset(look->scratch);
}

void bh_engine_tell_containers(struct bh_engine_look *look) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_boxes boxes = { 0 };
        const struct bh_doc *list;

        read_volumes(look);
        if (bh_engine_ask(look, "/containers/json?all=1", look->arena, &list, &why) < 0)
                return bh_facts_gap(look->facts, look->word, &why);
        for (const struct bh_doc *row = bh_doc_first(list); row; row = row->next)
                if (bh_doc_get_text(row, "Id").len)
                        look_at(look, bh_doc_get_text(row, "Id"), &boxes);
        bh_box_joins(look, &boxes);
        bh_engine_count(look, boxes.len);
}
