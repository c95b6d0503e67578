/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_IMAGE_H
#define BH_MODEL_IMAGE_H
/*
 * An image as its manifest and configuration describe it (OCI image spec 1.1,
 * Docker schema 2 and docker-archive). What the layers hold is in layer.h.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct bh_platform {
        struct bh_str os, architecture, variant;
};

/* A step of the build. */
struct bh_history {
        struct bh_str created_by, comment;
        int64_t created_s;
        bool empty_layer;
};

/* A layer as the manifest and the configuration name it. */
struct bh_layer_ref {
        struct bh_str digest;     /* of the blob; empty when only the tar is known (docker-archive) */
        struct bh_str diff_id;    /* of the tar; empty until the configuration is read */
        struct bh_str media_type;
        uint64_t size;            /* of the blob; 0 unknown */
        uint64_t offset;          /* in the archive, for archive:FILE; 0 elsewhere */
        struct bh_str created_by; /* the instruction that made it, from the history; may be empty */
        int64_t created_s;
};

struct bh_pair {
        struct bh_str key, value;
};

/* One of several images under one name. */
struct bh_manifest_ref {
        struct bh_str digest, media_type, artifact_type;
        uint64_t size;
        struct bh_platform platform; /* os empty: not said */
        struct bh_str ref_name;      /* annotation org.opencontainers.image.ref.name */
        bool attestation;            /* BuildKit's provenance and SBOM manifests: not an image to run */
};

struct bh_image {
        struct bh_str manifest_digest, config_digest; /* "sha256:..."; config_digest is the image's identity */
        struct bh_str *repo_tags;
        uint32_t n_repo_tags;
        struct bh_platform platform;
        int64_t created_s;
        struct bh_str author;

        struct bh_str user, workdir, stop_signal;
        struct bh_str *env, *entrypoint, *cmd, *exposed, *volumes, *onbuild, *healthcheck;
        uint32_t n_env, n_entrypoint, n_cmd, n_exposed, n_volumes, n_onbuild, n_healthcheck;
        struct bh_pair *labels, *annotations;
        uint32_t n_labels, n_annotations;

        struct bh_history *history;
        uint32_t n_history;
        struct bh_layer_ref *layers; /* bottom first */
        uint32_t n_layers;

        struct bh_manifest_ref *manifests; /* of an index; then the rest is empty */
        uint32_t n_manifests;
};

#endif
