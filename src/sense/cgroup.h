/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_CGROUP_H
#define BH_SENSE_CGROUP_H
/*
 * Which container a control group belongs to, by its path alone. Engines name
 * the group after the container's id:
 *
 *     /docker/ID                                     Docker, driver cgroupfs
 *     /system.slice/docker-ID.scope                  Docker, driver systemd
 *     /kubepods/burstable/podUID/ID                  Kubernetes, cgroupfs
 *     /kubepods.slice/.../cri-containerd-ID.scope    Kubernetes, containerd
 *     /kubepods.slice/.../crio-ID.scope              Kubernetes, CRI-O
 *     /machine.slice/libpod-ID.scope/container       Podman
 *     /default/ID                                    containerd
 *     /docker/buildkit/ID                            a step of a build
 *
 * Of containers in containers the innermost is meant. A monitor of a container
 * (libpod-conmon-ID, crio-conmon-ID) is none.
 */
#include <stdbool.h>

#include "base/str.h"

struct bh_cgroup_name {
        struct bh_str id;      /* 64 hex digits; of a build's step 25 letters and digits */
        struct bh_str outer;   /* the id around it; empty: it is in no other container */
        struct bh_str pod_uid; /* as it stands there, perhaps with '_' for '-'; empty: no pod */
        const char *runtime;   /* "docker", "containerd", "cri-o", "podman", "buildkit"; NULL: the path does not tell */
};

/* False: of the host. Slices point into `path`. */
bool bh_cgroup_parse(struct bh_str path, struct bh_cgroup_name *ret);

#endif
