/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RUNTIME_FILES_H
#define BH_RUNTIME_FILES_H
/*
 * What container runtimes write down about a container before it runs. Pure
 * readers: bytes in, a container out. They add to `c` what they find and leave
 * the rest as it is. Strings are in the arena or in the bytes, which must live
 * as long.
 */
#include "base/arena.h"
#include "base/err.h"
#include "model/container.h"

/* Docker: /var/lib/docker/containers/ID/config.v2.json */
int bh_runtime_docker(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c, struct bh_err *err) BH_MUST_CHECK;
/* and hostconfig.json beside it */
int bh_runtime_docker_host(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c, struct bh_err *err) BH_MUST_CHECK;
/* The OCI bundle's config.json, with the annotations of Kubernetes' runtimes. */
int bh_runtime_oci(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c, struct bh_err *err) BH_MUST_CHECK;
/* runc's state.json, crun's status: the first process. */
int bh_runtime_runc(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c, struct bh_err *err) BH_MUST_CHECK;
/* and the folder its bundle is in; empty: it does not say. Pure. */
struct bh_str bh_runtime_bundle(struct bh_arena *arena, struct bh_str bytes);
/* Podman's and CRI-O's list of containers: containers.json */
int bh_runtime_storage(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c, struct bh_err *err) BH_MUST_CHECK;
/* /proc/PID/mountinfo: the overlay that is the root. Pure, cannot fail. */
void bh_runtime_mountinfo(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c);
/* Splits c->image into repository, tag and digest. */
void bh_runtime_image(struct bh_container *c);

/* What is known of a container as JSON, and back: for recordings and for the event "container". */
struct bh_buf;
void bh_container_put(struct bh_buf *out, const struct bh_container *c);
int bh_container_parse(struct bh_arena *arena, struct bh_str json, struct bh_container *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
