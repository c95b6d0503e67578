/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_ENGINE_H
#define BH_IMAGE_ENGINE_H
/*
 * The Docker engine's API, which Podman speaks too, over its socket:
 *
 *     GET /images/NAME/json         what it is
 *     GET /images/NAME/get          the image as `docker save` writes it, streamed
 *     GET /images/json              all images
 *     GET /containers/ID/json       a container
 *     GET /containers/ID/export     its files as a tar, also when it is stopped
 *     GET /containers/json          running containers
 */
#include "image/progress.h"
#include "image/pump.h"
#include "image/source.h"

struct bh_engine;

/*
 * kind: BH_REF_DOCKER or BH_REF_PODMAN. Where Podman has no socket, its service
 * is started until the engine is closed. BH_E_NOTFOUND when there is no such
 * engine here. The arena must outlive it.
 */
int bh_engine_open(struct bh_arena *arena, enum bh_ref_kind kind, const struct bh_source_opts *opts,
                   struct bh_engine **ret, struct bh_err *err) BH_MUST_CHECK;
/* Is there an address to try, without starting anything? */
bool bh_engine_is_here(struct bh_arena *arena, enum bh_ref_kind kind, const struct bh_source_opts *opts);
void bh_engine_close(struct bh_engine **engine);

int bh_engine_image(struct bh_engine *engine, struct bh_str name, struct bh_engine_image *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* pid, container_id and container_name are filled; id is the image's. */
int bh_engine_container(struct bh_engine *engine, struct bh_str name, struct bh_engine_image *ret,
                        struct bh_err *err) BH_MUST_CHECK;

struct bh_engine_list {
        struct bh_engine_image *at;
        size_t len;
};
int bh_engine_images(struct bh_engine *engine, struct bh_engine_list *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_engine_containers(struct bh_engine *engine, struct bh_engine_list *ret, struct bh_err *err) BH_MUST_CHECK;

/* Streams. The engine must live until the pump is freed. `progress` may be NULL. */
int bh_engine_save(struct bh_engine *engine, struct bh_str name, struct bh_progress *progress, struct bh_pump **ret,
                   int *ret_fd, struct bh_err *err) BH_MUST_CHECK;
int bh_engine_export(struct bh_engine *engine, struct bh_str container, struct bh_progress *progress,
                     struct bh_pump **ret, int *ret_fd, struct bh_err *err) BH_MUST_CHECK;

/* Pure: the engine's answers. */
int bh_engine_parse_image(struct bh_arena *arena, struct bh_str json, struct bh_engine_image *ret, struct bh_err *err)
        BH_MUST_CHECK;
int bh_engine_parse_container(struct bh_arena *arena, struct bh_str json, struct bh_engine_image *ret,
                              struct bh_err *err) BH_MUST_CHECK;
int bh_engine_parse_images(struct bh_arena *arena, struct bh_str json, struct bh_engine_list *ret,
                           struct bh_err *err) BH_MUST_CHECK;
int bh_engine_parse_containers(struct bh_arena *arena, struct bh_str json, struct bh_engine_list *ret,
                               struct bh_err *err) BH_MUST_CHECK;

#endif
