/* SPDX-License-Identifier: Apache-2.0 */
/* The images there are to scan: those that run first, then those an engine keeps. */
#include "base/map.h"
#include "engine/docker.h"
#include "fmt/json.h"
#include "tool/agent/agent.h"

static void add(struct bh_arena *arena, struct bh_map *seen, struct bh_agent_images *all, const char *engine, struct bh_str id, struct bh_str ref) {
        if (id.len == 0 || bh_map_has(seen, id))
                return;
        (void) bh_map_set(seen, id, all);
        *bh_vec_add(arena, all) = (struct bh_agent_image){ .id = id, .ref = ref.len ? ref : id, .target = bh_arena_printf(arena, "%s:%.*s", engine, BH_FMT(id)).at };
}

static void add_running(struct bh_docker *d, struct bh_arena *arena, struct bh_map *seen, struct bh_agent_images *all) {
        struct bh_docker_containers containers = { 0 };
        struct bh_err why = BH_ERR_NONE;

        if (bh_docker_list(d, NULL, false, &containers, &why) < 0)
                return; /* the inventory tells that the engine does not answer */
        for (size_t i = 0; i < containers.len; i++)
                if (containers.at[i].state == BH_DOCKER_RUNNING)
                        add(arena, seen, all, bh_arena_cstr(arena, d->api.word), containers.at[i].image_id, containers.at[i].image);
}

static void add_kept(struct bh_docker *d, struct bh_arena *arena, struct bh_map *seen, struct bh_agent_images *all) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *list = NULL;
        struct bh_str text;

        if (bh_api_get(&d->api, bh_arena_printf(arena, "%.*s/images/json", BH_FMT(d->api.base)), &text, &why) < 0 || bh_json_parse(arena, text, &list, &why) < 0)
                return;
        for (const struct bh_doc *row = bh_doc_first(list); row; row = row->next) {
                struct bh_str id = bh_doc_get_text(row, "Id"), ref = bh_doc_str(bh_doc_first(bh_doc_get(row, "RepoTags")));

                if (id.len && !bh_str_starts(id, BH_STR("sha256:"))) /* Podman leaves it out */
                        id = bh_arena_printf(arena, "sha256:%.*s", BH_FMT(id));
                add(arena, seen, all, bh_arena_cstr(arena, d->api.word), id, bh_str_find(ref, BH_STR("<none>")) < 0 ? ref : BH_STR(""));
        }
}

void bh_agent_images_look(struct bh_arena *arena, struct bh_agent_images *ret) {
        static const enum bh_api_kind kinds[] = { BH_API_DOCKER, BH_API_PODMAN };
        struct bh_map seen = bh_map_in(arena);

        *ret = (struct bh_agent_images){ 0 };
        for (size_t i = 0; i < 2 * BH_LEN(kinds); i++) {
                struct bh_err why = BH_ERR_NONE;
                struct bh_docker d;

                if (bh_docker_open(arena, kinds[i % BH_LEN(kinds)], NULL, &d, &why) < 0)
                        continue; /* there is no such engine */
                if (i < BH_LEN(kinds))
                        add_running(&d, arena, &seen, ret);
                else
                        add_kept(&d, arena, &seen, ret);
                bh_docker_close(&d);
        }
}
