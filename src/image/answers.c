/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's answers, as structs. https://docs.docker.com/reference/api/engine/ describes them. */
#include "base/text.h"
#include "fmt/json.h"
#include "image/engine.h"

static size_t strings_of(struct bh_arena *arena, const struct bh_doc *array, struct bh_str **ret) {
        size_t n = 0;

        *ret = bh_arena_array(arena, struct bh_str, bh_doc_count(array));
        for (const struct bh_doc *e = bh_doc_first(array); e; e = e->next)
                if (bh_doc_str(e).len)
                        (*ret)[n++] = bh_doc_str(e);
        return n;
}

/* Both the answer for one image and the rows of the list. */
static void fill_image(struct bh_arena *arena, const struct bh_doc *o, struct bh_engine_image *i) {
        int64_t size = bh_doc_int(bh_doc_get(o, "Size"), 0);

        i->id = bh_doc_get_text(o, "Id");
        i->n_repo_tags = strings_of(arena, bh_doc_get(o, "RepoTags"), &i->repo_tags);
        i->n_repo_digests = strings_of(arena, bh_doc_get(o, "RepoDigests"), &i->repo_digests);
        i->n_diff_ids = strings_of(arena, bh_doc_path(o, "RootFS.Layers"), &i->diff_ids);
        i->size_bytes = size > 0 ? (uint64_t) size : 0;
        i->created_s = bh_doc_int(bh_doc_get(o, "Created"), 0);
        if (i->created_s == 0)
                (void) bh_time_parse(bh_doc_get_text(o, "Created"), &i->created_s);
}

/* Podman leaves "sha256:" out. */
static struct bh_str with_algorithm(struct bh_arena *arena, struct bh_str id) {
        return id.len == 64 ? bh_arena_cat(arena, BH_STR("sha256:"), id) : id;
}

static int check_id(struct bh_arena *arena, struct bh_engine_image *i, struct bh_err *err) {
        i->id = with_algorithm(arena, i->id);
        if (!bh_digest_is_valid(i->id))
                return bh_fail(err, BH_E_FORMAT, "the engine's answer has no image id");
        return 0;
}

int bh_engine_parse_image(struct bh_arena *arena, struct bh_str json, struct bh_engine_image *ret,
                          struct bh_err *err) {
        struct bh_engine_image image = { 0 };
        const struct bh_doc *root;
        int r = bh_json_parse(arena, json, &root, err);

        if (r < 0)
                return r;
        fill_image(arena, root, &image);
        r = check_id(arena, &image, err);
        if (r == 0)
                *ret = image;
        return r;
}

static struct bh_str container_name(struct bh_str name) {
        (void) bh_str_cut_prefix(&name, BH_STR("/"));
        return name;
}

int bh_engine_parse_container(struct bh_arena *arena, struct bh_str json, struct bh_engine_image *ret,
                              struct bh_err *err) {
        struct bh_engine_image c = { 0 };
        const struct bh_doc *root;
        int64_t pid;
        int r = bh_json_parse(arena, json, &root, err);

        if (r < 0)
                return r;
        c.id = bh_doc_get_text(root, "Image");
        c.container_id = bh_doc_get_text(root, "Id");
        c.container_name = container_name(bh_doc_get_text(root, "Name"));
        pid = bh_doc_int(bh_doc_path(root, "State.Pid"), 0);
        c.pid = pid > 0 && pid <= 4 * 1024 * 1024 ? (int) pid : 0; /* PID_MAX_LIMIT of Linux */
        if (c.container_id.len == 0)
                return bh_fail(err, BH_E_FORMAT, "the engine's answer has no container id");
        r = check_id(arena, &c, err);
        if (r == 0)
                *ret = c;
        return r;
}

static int parse_array(struct bh_arena *arena, struct bh_str json, const struct bh_doc **ret,
                       struct bh_engine_list *list, struct bh_err *err) {
        int r = bh_json_parse(arena, json, ret, err);

        if (r < 0)
                return r;
        if (!bh_doc_is(*ret, BH_DOC_ARRAY))
                return bh_fail(err, BH_E_FORMAT, "the engine's answer is no list");
        list->at = bh_arena_array(arena, struct bh_engine_image, bh_doc_count(*ret));
        list->len = 0;
        return 0;
}

int bh_engine_parse_images(struct bh_arena *arena, struct bh_str json, struct bh_engine_list *ret,
                           struct bh_err *err) {
        struct bh_engine_list list;
        const struct bh_doc *root;
        int r = parse_array(arena, json, &root, &list, err);

        if (r < 0)
                return r;
        for (const struct bh_doc *o = bh_doc_first(root); o; o = o->next) {
                struct bh_engine_image *i = &list.at[list.len];

                fill_image(arena, o, i);
                if (check_id(arena, i, err) == 0)
                        list.len++;
        }
        *ret = list;
        return 0;
}

int bh_engine_parse_containers(struct bh_arena *arena, struct bh_str json, struct bh_engine_list *ret,
                               struct bh_err *err) {
        struct bh_engine_list list;
        const struct bh_doc *root;
        int r = parse_array(arena, json, &root, &list, err);

        if (r < 0)
                return r;
        for (const struct bh_doc *o = bh_doc_first(root); o; o = o->next) {
                struct bh_engine_image *i = &list.at[list.len];

                i->id = with_algorithm(arena, bh_doc_get_text(o, "ImageID"));
                i->container_id = bh_doc_get_text(o, "Id");
                i->container_name = container_name(bh_doc_str(bh_doc_first(bh_doc_get(o, "Names"))));
                i->n_repo_tags = 1;
                i->repo_tags = bh_arena_make(arena, struct bh_str);
                i->repo_tags[0] = bh_doc_get_text(o, "Image");
                i->created_s = bh_doc_int(bh_doc_get(o, "Created"), 0);
                list.len += i->container_id.len > 0;
        }
        *ret = list;
        return 0;
}
