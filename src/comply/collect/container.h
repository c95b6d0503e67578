/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_CONTAINER_H
#define BH_COMPLY_COLLECT_CONTAINER_H
/*
 * Inside of the collector of containers: what its files share while they look
 * at one. Documents lie in the scratch arena; what is kept is copied.
 */
#include "comply/collect/docker.h"

enum bh_container_field {
        BH_BOX_NAME,
        BH_BOX_ID,
        BH_BOX_ENGINE,
        BH_BOX_IMAGE,
        BH_BOX_STATE,
        BH_BOX_RUNNING,
        BH_BOX_PRIVILEGED,
        BH_BOX_USER,
        BH_BOX_ROOT,
        BH_BOX_CAPS,
        BH_BOX_EXTRA_CAPS,
        BH_BOX_NNP,
        BH_BOX_SECCOMP,
        BH_BOX_SECCOMP_RISKY,
        BH_BOX_APPARMOR,
        BH_BOX_SELINUX,
        BH_BOX_UNMASKED,
        BH_BOX_READONLY,
        BH_BOX_MOUNTS,
        BH_BOX_SENSITIVE,
        BH_BOX_SOCKETS,
        BH_BOX_SHARED,
        BH_BOX_NETWORK,
        BH_BOX_HOST_NET,
        BH_BOX_HOST_PID,
        BH_BOX_HOST_IPC,
        BH_BOX_HOST_UTS,
        BH_BOX_HOST_USER,
        BH_BOX_HOST_CGROUP,
        BH_BOX_JOINS,
        BH_BOX_BRIDGE,
        BH_BOX_PORTS,
        BH_BOX_PORTS_ANY,
        BH_BOX_PORTS_LOW,
        BH_BOX_PORTS_ODD,
        BH_BOX_MEMORY,
        BH_BOX_MEMORY_LIMITED,
        BH_BOX_CPU_LIMITED,
        BH_BOX_PIDS,
        BH_BOX_RESTART,
        BH_BOX_RETRIES,
        BH_BOX_CHECKED,
        BH_BOX_DEVICES,
        BH_BOX_ULIMITS,
        BH_BOX_ULIMITS_WIDE,
        BH_BOX_CGROUP,
        BH_BOX_ENV_SECRETS,
        BH_BOX_REMOTE,
        BH_BOX_EXEC_PRIVILEGED,
        BH_BOX_EXEC_ROOT,
        BH_BOX_STALE,
        BH_BOX_LOG,
        BH_BOX_REGISTRY_OPEN,
        BH_BOX_HEALTH,
        BH_BOX_RESTARTS,
        BH_BOX_OOM,
};

/* One container. */
struct bh_box {
        struct bh_fact *fact;
        struct bh_str id, name;
        const struct bh_doc *all, *config, *host, *state; /* of its inspection; gone after bh_box_tell */
        const struct bh_task *task; /* its first process; NULL: it does not run, or is not to be seen from here */
        struct bh_str pid_mode, net_mode, ipc_mode; /* kept */
};
BH_VEC_OF(bh_boxes, struct bh_box);

/* Each sets its fields. */
void bh_box_rights(struct bh_engine_look *look, struct bh_box *b);
void bh_box_filters(struct bh_engine_look *look, struct bh_box *b);
void bh_box_mounts(struct bh_engine_look *look, struct bh_box *b);
void bh_box_ports(struct bh_engine_look *look, struct bh_box *b);
void bh_box_limits(struct bh_engine_look *look, struct bh_box *b);
void bh_box_inside(struct bh_engine_look *look, struct bh_box *b);
/* After all were read: whose namespaces they are in. */
void bh_box_joins(struct bh_engine_look *look, struct bh_boxes *boxes);

/* A line of /proc/PID/status of its first process, "CapBnd"; empty: not known. */
struct bh_str bh_box_status(struct bh_engine_look *look, const struct bh_box *b, const char *key);
/* Index of its root in reach->roots; 0: it has none. */
uint32_t bh_box_root(const struct bh_engine_look *look, const struct bh_box *b);

#endif
