/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ENGINE_DOCKER_H
#define BH_ENGINE_DOCKER_H
/*
 * The calls of the Docker Engine API that change something, which Podman
 * answers too: containers come, run, stand still and go; images are imported
 * and removed. (What reads images is image/engine.h.)
 *
 *     bh_docker_open(arena, BH_API_DOCKER, NULL, &d, err);
 *     bh_docker_create(&d, &spec, &id, err);
 *     bh_docker_start(&d, id, err);
 *     bh_docker_wait(&d, id, 10000, &code, err);
 *     bh_docker_remove(&d, id, err);
 *
 * Strings of answers live in the arena. Every answer is bounded and every call
 * ends: after BH_DOCKER_CALL_MS, or the time it is given (BH_E_TIMEOUT).
 * A container or image that is not there is BH_E_NOTFOUND.
 */
#include "base/vec.h"
#include "engine/api.h"
#include "engine/frames.h"

#define BH_DOCKER_CALL_MS 60000u

struct bh_docker {
        struct bh_api api;
        const atomic_bool *stop; /* true: waiting for a container ends soon, with BH_E_TIMEOUT; NULL: it does not */
};

/* address: NULL for the usual ones. BH_E_NOTFOUND when there is none. */
int bh_docker_open(struct bh_arena *arena, enum bh_api_kind kind, const char *address, struct bh_docker *ret,
                   struct bh_err *err) BH_MUST_CHECK;
void bh_docker_close(struct bh_docker *d);

/* Does it answer at all? */
int bh_docker_ping(struct bh_docker *d, struct bh_err *err) BH_MUST_CHECK;

struct bh_docker_about {
        struct bh_str version, api_version, os, arch, kernel; /* of /version */
        struct bh_str storage, runtime, root_dir;             /* of /info */
        uint32_t cgroup_version;
};
int bh_docker_about(struct bh_docker *d, struct bh_docker_about *ret, struct bh_err *err) BH_MUST_CHECK;

/* ---- containers ---- */

struct bh_docker_words {
        const struct bh_str *at;
        uint32_t n;
};

/* What a new container is to be; whatever is left zero is the engine's default. */
struct bh_docker_spec {
        struct bh_str name, image, user, dir, hostname;
        struct bh_docker_words command, env, labels; /* "KEY=VALUE" */
        struct bh_docker_words binds;                /* "/usr:/usr:ro" */
        struct bh_docker_words tmpfs;                /* "/tmp:rw,exec" */
        struct bh_docker_words cap_add, cap_drop, security, devices;
        struct bh_docker_words device_rules;         /* "c 1:3 rwm" */
        struct bh_str network, pid, ipc, uts, cgroupns; /* "none", "host" */
        bool privileged, read_only, init;
        bool unmasked; /* nothing of /proc and /sys is hidden or read-only */
        uint64_t memory_bytes, pids;
};

enum bh_docker_state {
        BH_DOCKER_CREATED,
        BH_DOCKER_RUNNING,
        BH_DOCKER_PAUSED,
        BH_DOCKER_RESTARTING,
        BH_DOCKER_REMOVING,
        BH_DOCKER_EXITED,
        BH_DOCKER_DEAD,
        _BH_DOCKER_STATE_MAX,
};
const char *bh_docker_state_str(enum bh_docker_state state);

struct bh_docker_container {
        struct bh_str id, name, image, image_id; /* name without its slash */
        enum bh_docker_state state;
        int32_t pid, exit_code;
        bool out_of_memory;
};
BH_VEC_OF(bh_docker_containers, struct bh_docker_container);

int bh_docker_create(struct bh_docker *d, const struct bh_docker_spec *spec, struct bh_str *ret_id, struct bh_err *err)
        BH_MUST_CHECK;
/* 1: it was so already. */
int bh_docker_start(struct bh_docker *d, struct bh_str id, struct bh_err *err) BH_MUST_CHECK;
int bh_docker_stop(struct bh_docker *d, struct bh_str id, unsigned grace_s, struct bh_err *err) BH_MUST_CHECK;
int bh_docker_kill(struct bh_docker *d, struct bh_str id, const char *signal, struct bh_err *err) BH_MUST_CHECK;
int bh_docker_pause(struct bh_docker *d, struct bh_str id, struct bh_err *err) BH_MUST_CHECK;
int bh_docker_unpause(struct bh_docker *d, struct bh_str id, struct bh_err *err) BH_MUST_CHECK;
/* Until it has ended. */
int bh_docker_wait(struct bh_docker *d, struct bh_str id, unsigned limit_ms, int *ret_code, struct bh_err *err)
        BH_MUST_CHECK;
/* By force, with its anonymous volumes. */
int bh_docker_remove(struct bh_docker *d, struct bh_str id, struct bh_err *err) BH_MUST_CHECK;
int bh_docker_inspect(struct bh_docker *d, struct bh_str id, struct bh_docker_container *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* label: "KEY" or "KEY=VALUE"; NULL for any. all: also those that do not run. */
int bh_docker_list(struct bh_docker *d, const char *label, bool all, struct bh_docker_containers *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* What it wrote so far; adds to *ret (engine/frames.h). */
int bh_docker_logs(struct bh_docker *d, struct bh_str id, struct bh_frames *ret, struct bh_err *err) BH_MUST_CHECK;

struct bh_docker_exec {
        struct bh_docker_words command, env;
        struct bh_str user, dir;
        bool privileged;
        unsigned limit_ms; /* 0: BH_DOCKER_CALL_MS */
};
/* Runs a command in a running container, to its end. What it wrote is added to *ret. */
int bh_docker_run(struct bh_docker *d, struct bh_str id, const struct bh_docker_exec *exec, struct bh_frames *ret,
                  int *ret_code, struct bh_err *err) BH_MUST_CHECK;

/* ---- images ---- */

/* A tar of a root file system becomes an image. changes: Dockerfile instructions such as "CMD [\"/bin/sh\"]". */
int bh_docker_import(struct bh_docker *d, struct bh_str name, struct bh_docker_words changes, bh_http_source tar, void *user,
                     struct bh_str *ret_id, struct bh_err *err) BH_MUST_CHECK;
int bh_docker_image_id(struct bh_docker *d, struct bh_str name, struct bh_str *ret_id, struct bh_err *err) BH_MUST_CHECK;
int bh_docker_image_remove(struct bh_docker *d, struct bh_str name, struct bh_err *err) BH_MUST_CHECK;

/* ---- pure: the bodies both ways ---- */

void bh_docker_put_spec(struct bh_buf *out, const struct bh_docker_spec *spec);
int bh_docker_parse_container(struct bh_arena *arena, struct bh_str json, struct bh_docker_container *ret,
                              struct bh_err *err) BH_MUST_CHECK;
int bh_docker_parse_list(struct bh_arena *arena, struct bh_str json, struct bh_docker_containers *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* A status such as "StatusCode" or "ExitCode", 0-255. */
int bh_docker_parse_code(struct bh_arena *arena, struct bh_str json, const char *key, int *ret, struct bh_err *err)
        BH_MUST_CHECK;
int bh_docker_parse_about(struct bh_arena *arena, struct bh_str version, struct bh_str info, struct bh_docker_about *ret,
                          struct bh_err *err) BH_MUST_CHECK;
/* The id an answer carries as "Id" (or "ID"). */
int bh_docker_parse_id(struct bh_arena *arena, struct bh_str json, struct bh_str *ret_id, struct bh_err *err)
        BH_MUST_CHECK;
/* The lines of an import: the last status, or the error one of them carries. */
int bh_docker_parse_progress(struct bh_arena *arena, struct bh_str lines, struct bh_str *ret_status, struct bh_err *err)
        BH_MUST_CHECK;

#endif
