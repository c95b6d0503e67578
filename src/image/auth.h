/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_AUTH_H
#define BH_IMAGE_AUTH_H
/*
 * Who we are to a registry: what `docker login` and `podman login` left behind.
 *
 *     { "auths": { "host:5000": { "auth": "dXNlcjpwYXNz" }, "quay.io/team": { "identitytoken": "…" } },
 *       "credHelpers": { "ghcr.io": "gh" }, "credsStore": "secretservice" }
 *
 * Files, the first that knows the registry wins: $REGISTRY_AUTH_FILE,
 * $DOCKER_CONFIG/config.json or ~/.docker/config.json,
 * $XDG_RUNTIME_DIR/containers/auth.json, ~/.config/containers/auth.json.
 * Helpers are programs docker-credential-NAME, asked with `get`.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct bh_credentials {
        struct bh_str username, password;
        struct bh_str identity_token; /* to be exchanged at the token server */
        struct bh_str registry_token; /* used as it is */
};

/* What one file says of one image name. */
struct bh_auth {
        struct bh_credentials credentials;
        struct bh_str helper; /* "docker-credential-" is not part of it; empty: none */
        struct bh_str server; /* how the helper knows the registry */
};

/* Pure. 1: it knows something; 0: it does not; < 0: it cannot be read. `name` is "host/path" or "host". */
int bh_auth_parse(struct bh_arena *arena, struct bh_str config, struct bh_str name, struct bh_auth *ret,
                  struct bh_err *err) BH_MUST_CHECK;
/* Pure: a helper's answer. */
int bh_auth_parse_helper(struct bh_arena *arena, struct bh_str answer, struct bh_credentials *ret,
                         struct bh_err *err) BH_MUST_CHECK;

/* Looks through the files above and runs helpers. 1: found; 0: nobody knows; < 0: a file or helper failed. */
int bh_auth_find(struct bh_arena *arena, struct bh_str registry, struct bh_str repository,
                 struct bh_credentials *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
