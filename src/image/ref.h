/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_REF_H
#define BH_IMAGE_REF_H
/*
 * What people type to name the thing to look at:
 *
 *     docker:nginx:1.27            the Docker engine of this machine has it
 *     podman:localhost/app         Podman has it
 *     registry:host:5000/x@sha256:…  pulled from a registry
 *     archive:app.tar              a file of `docker save`, or an OCI archive; "-" is standard input
 *     oci:DIR[:TAG]                an OCI layout directory
 *     rootfs:DIR                   a directory that is the root of a system
 *     container:ID                 a container of an engine here, as it is now
 *     host                         this machine
 *     sbom:FILE                    somebody's SBOM
 *     nginx:1.27                   a bare word: see bh_source_open for the order of the search
 *
 * So "registry:2" is the image "2" of a registry; the image "registry:2" is
 * written "registry:registry:2" (or "docker.io/registry:2").
 *
 * Image names follow Docker's habit: the first part is a registry when it has
 * a '.' or a ':' or is "localhost", else the registry is docker.io, where a
 * name without '/' lives under "library/".
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* symbol, the word before the colon */
#define BH_REF_TABLE(X)           \
        X(ANY, "")                \
        X(DOCKER, "docker")       \
        X(PODMAN, "podman")       \
        X(REGISTRY, "registry")   \
        X(ARCHIVE, "archive")     \
        X(OCI, "oci")             \
        X(ROOTFS, "rootfs")       \
        X(CONTAINER, "container") \
        X(HOST, "host")           \
        X(SBOM, "sbom")

enum bh_ref_kind {
#define X(symbol, word) BH_REF_##symbol,
        BH_REF_TABLE(X)
#undef X
                _BH_REF_KIND_MAX
};

struct bh_ref {
        enum bh_ref_kind kind;
        struct bh_str text;       /* as it was typed */
        struct bh_str path;       /* what follows the kind: a file, a directory, a container, an engine's image name */
        struct bh_str registry;   /* "docker.io", "host:5000"; empty where the name is no image name */
        struct bh_str repository; /* "library/nginx" */
        struct bh_str tag;        /* "latest" when neither tag nor digest was given */
        struct bh_str digest;     /* "sha256:…" or empty */
};

/*
 * Pure: looks at nothing but the text. Slices point into `arena`. A bare word
 * gives BH_REF_ANY, with the name fields filled when it could be an image name.
 */
int bh_ref_parse(struct bh_arena *arena, struct bh_str text, struct bh_ref *ret, struct bh_err *err) BH_MUST_CHECK;

const char *bh_ref_kind_str(enum bh_ref_kind kind);
/* "docker.io/library/nginx:latest@sha256:…": the whole name of an image. */
struct bh_str bh_ref_name(struct bh_arena *arena, const struct bh_ref *ref);
/* "sha256:" and 64 lower-case hex digits, or "sha512:" and 128. */
bool bh_digest_is_valid(struct bh_str digest);

#endif
