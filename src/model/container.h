/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_CONTAINER_H
#define BH_MODEL_CONTAINER_H
/*
 * A container as an event or a response knows it. Its identity is the full id;
 * names are labels on it. Slices are borrowed from whoever keeps the container
 * (sense/containers.h) and valid until it is forgotten, which is never while an
 * event that names it is being looked at.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"

struct bh_mount {
        struct bh_str source, dest, mode, propagation;
        bool writable;
};

struct bh_label {
        struct bh_str key, value;
};

struct bh_container {
        struct bh_str id;         /* 64 hex digits; of one that was started by hand its name */
        char short_id[65];        /* 12 of them, or the whole name: container.id */
        uint64_t cgroup_id;
        struct bh_str runtime;    /* "docker", "containerd", "cri-o", "podman", "runc" */
        struct bh_str name;
        struct bh_str image;      /* as the user named it: "docker.io/library/nginx:1.27" */
        struct bh_str image_repository, image_tag, image_digest, image_id;
        struct bh_str pod_name, pod_namespace, pod_uid, pod_sandbox_id;
        struct bh_str user;
        struct bh_str ip;
        int64_t start_ns;         /* since 1970; 0: not known */
        uint32_t init_pid;        /* initial namespace; 0: not known */
        bool privileged, host_pid, host_net, host_ipc;
        uint64_t version;         /* grows when more of it is learned */
        bool known;               /* the runtime's own files were read: else only the id is sure */
        const struct bh_mount *mounts;
        const struct bh_label *labels;
        uint32_t n_mounts, n_labels;
        struct bh_str root;       /* of the merged file system, as the host sees it; empty: not known */
        struct bh_str upper;      /* overlay's upper directory; empty: not known */
        struct bh_str group;      /* path of its control group, where its id is no part of it; else empty */
};

/* "0a1b2c3d4e5f", as everybody writes it. A name is not cut: a part of it is another name. */
static inline void bh_container_shorten_id(struct bh_container *c) {
        bool named = c->id.len < 64 && !bh_str_is(c->runtime, "buildkit");

        memset(c->short_id, 0, sizeof c->short_id);
        memcpy(c->short_id, c->id.at, named ? c->id.len : BH_MIN(c->id.len, (size_t) 12));
}

#endif
