/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_SIMULATE_BASE_H
#define BH_TOOL_BULKHEAD_SIMULATE_BASE_H
/*
 * The image that scenarios run in, without a registry: a few files of a small
 * Linux (/etc/passwd, /root, ...) imported as localhost/bulkhead-simulation:DIGEST, and
 * the programs of this machine mounted read-only below /usr.
 */
#include "engine/docker.h"

#define BH_SIMULATION_IMAGE "localhost/bulkhead-simulation" /* Podman takes a bare name for one of docker.io */

struct bh_simulation_base {
        struct bh_str tar;            /* the image's only layer */
        struct bh_str image;          /* its name, with a digest of the tar as tag */
        struct bh_docker_words binds; /* /usr and what stands beside it here */
};

/* Looks at this machine; the same machine gives the same bytes. */
int bh_simulation_base(struct bh_arena *arena, struct bh_simulation_base *ret, struct bh_err *err) BH_MUST_CHECK;
/* 1: it was there already. */
int bh_simulation_base_import(struct bh_docker *d, const struct bh_simulation_base *base, struct bh_err *err) BH_MUST_CHECK;

#endif
