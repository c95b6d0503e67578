/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_MANIFEST_H
#define BH_IMAGE_MANIFEST_H
/*
 * Manifests, indexes and configurations from their JSON: OCI image spec 1.1
 * (https://github.com/opencontainers/image-spec), Docker schema 2 and list, and
 * the manifest.json of docker-archive. Runs in the worker.
 */
#include "base/arena.h"
#include "base/err.h"
#include "model/image.h"

/* A manifest (config digest and layers) or an index (manifests); told apart by what is inside. */
int bh_manifest_parse(struct bh_arena *arena, struct bh_str json, struct bh_image *ret, struct bh_err *err) BH_MUST_CHECK;

/*
 * The configuration: fills everything a running container would get, the
 * history, and the layers' diff-ids and instructions. Layers that `image` has
 * already (from its manifest) must be as many.
 */
int bh_config_parse(struct bh_arena *arena, struct bh_str json, struct bh_image *image, struct bh_err *err) BH_MUST_CHECK;

/* manifest.json of a docker-archive: one image a row, its members named by path inside the archive. */
struct bh_docker_archive_image {
        struct bh_str config; /* "abc.json", "blobs/sha256/..." */
        struct bh_str *repo_tags, *layers;
        uint32_t n_repo_tags, n_layers;
};
int bh_docker_manifest_parse(struct bh_arena *arena, struct bh_str json, struct bh_docker_archive_image **ret,
                             uint32_t *ret_n, struct bh_err *err) BH_MUST_CHECK;

#endif
