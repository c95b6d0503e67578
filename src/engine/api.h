/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ENGINE_API_H
#define BH_ENGINE_API_H
/*
 * The way to a container engine: where its API listens, one request to it, and
 * what its refusals mean. Docker's own, and Podman's which speaks the same.
 *
 *     unix:///var/run/docker.sock     a socket; also a bare path
 *     tcp://host:2375                 plain, or TLS by DOCKER_TLS_VERIFY, DOCKER_CERT_PATH
 *
 * What an API answers is bounded (BH_LIMIT_HTTP_JSON) and timed.
 */
#include "fmt/doc.h"
#include "http/http.h"

enum bh_api_kind {
        BH_API_DOCKER,
        BH_API_PODMAN,
};

struct bh_api {
        struct bh_arena *arena;
        struct bh_str word; /* "docker", "podman" */
        struct bh_str base; /* "http://engine", "http://host:2375" */
        const char *socket; /* its path; NULL: reached otherwise */
        struct bh_http *http;
};

/* The one given, else DOCKER_HOST or CONTAINER_HOST, else the first usual socket that is there; NULL: none. */
const char *bh_api_address(struct bh_arena *arena, enum bh_api_kind kind, const char *given);
/* Connects with the first request. timeout_s: how long an answer may be silent. The arena must outlive it. */
int bh_api_open(struct bh_arena *arena, enum bh_api_kind kind, const char *address, unsigned timeout_s, struct bh_api *ret,
                struct bh_err *err) BH_MUST_CHECK;
void bh_api_close(struct bh_api *api);

/* The API's URL for `before` NAME `after`, with the name made safe. */
struct bh_str bh_api_url(const struct bh_api *api, const char *before, struct bh_str name, const char *after);
/* "the docker engine answers 404: no such image": BH_E_NOTFOUND, BH_E_DENIED or BH_E_IO. */
int bh_api_fail(const struct bh_api *api, const struct bh_http_reply *reply, struct bh_err *err);
/* The body of a GET, in the arena. */
int bh_api_get(const struct bh_api *api, struct bh_str url, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
