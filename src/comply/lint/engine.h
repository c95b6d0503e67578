/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_LINT_ENGINE_H
#define BH_COMPLY_LINT_ENGINE_H
/* Inside: a file while it is looked at, and how a check tells. */
#include "comply/lint/manifest.h"

struct bh_manifest {
        struct bh_str name, bytes;
        unsigned minor;
        struct bh_arena *arena;
        struct bh_manifest_findings *out;
        uint32_t object_line; /* of the object that is looked at; comments in front of it count for all of it */
        struct bh_str *lines;
        size_t n_lines;
};

/* Rows of Kubernetes in the order of enum bh_pss_control, then these. */
enum bh_k8s_row {
        BH_ROW_LATEST = 19, BH_ROW_MEMORY, BH_ROW_CPU, BH_ROW_WRITABLE, BH_ROW_PROBES, BH_ROW_ENV_PASSWORD, BH_ROW_ENV_SECRET, BH_ROW_TOKEN, BH_ROW_SOCKET, BH_ROW_DEFAULT_SPACE,
        BH_ROW_SECRET_DATA, BH_ROW_MAP_PASSWORD, BH_ROW_WILDCARD, BH_ROW_ADMIN, BH_ROW_ANYONE, BH_ROW_NODE_PORT, BH_ROW_EXTERNAL_IP, BH_ROW_NO_TLS, BH_ROW_OPEN_SPACE, BH_ROW_BARE_POD,
        BH_ROW_GONE_API, BH_ROW_SELECTOR, _BH_K8S_ROW_MAX
};
extern const struct bh_manifest_about bh_k8s_rows[];

enum bh_compose_row {
        BH_DC_PRIVILEGED, BH_DC_SOCKET, BH_DC_HOST_PATH, BH_DC_NETWORK, BH_DC_PID, BH_DC_IPC, BH_DC_USERNS, BH_DC_CAPS, BH_DC_UNCONFINED, BH_DC_NEW_RIGHTS, BH_DC_ROOT, BH_DC_LATEST,
        BH_DC_PASSWORD, BH_DC_PORT, BH_DC_MEMORY, BH_DC_WRITABLE, BH_DC_DEVICE, BH_DC_CGROUP, BH_DC_HEALTH, _BH_DC_MAX
};
extern const struct bh_manifest_about bh_compose_rows[];

void bh_manifest_tell(struct bh_manifest *m, const struct bh_manifest_about *about, const struct bh_doc *at, struct bh_str evidence);
void bh_manifest_k8s(struct bh_manifest *m, const struct bh_doc *object);
void bh_manifest_compose(struct bh_manifest *m, const struct bh_doc *root);

/* A name that a password goes by. */
bool bh_names_password(struct bh_str name);
/* A value that is one: not empty, not taken from elsewhere ("${...}", "$(...)", a path). */
bool bh_is_literal(struct bh_str value);

#endif
