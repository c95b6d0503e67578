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

#include "base/str.h"

struct bh_mount {
        struct bh_str source, dest, mode, propagation;
        bool writable;
};

struct bh_label {
        struct bh_str key, value;
};

struct bh_container {
        struct bh_str id;         /* 64 hex digits */
        char short_id[13];        /* 12 of them and a NUL: container.id */
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
};

#endif
