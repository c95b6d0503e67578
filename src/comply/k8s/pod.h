/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_K8S_POD_H
#define BH_COMPLY_K8S_POD_H
/*
 * A pod as it is written, wherever it is written: in a Pod, in the template of
 * a workload (Deployment, CronJob, ...), in one of other people's kinds that
 * carry a template. Pure, and without memory of its own: it points into the
 * document it was found in.
 *
 * What is null is not there, as for the API server; names of fields are told
 * apart by case, as there.
 */
#include "fmt/doc.h"

#define BH_K8S_SPEC_TABLE(X)                               \
        X(HOST_NETWORK, "hostNetwork")                     \
        X(HOST_PID, "hostPID")                             \
        X(HOST_IPC, "hostIPC")                             \
        X(HOST_USERS, "hostUsers")                         \
        X(VOLUMES, "volumes")                              \
        X(INIT, "initContainers")                          \
        X(CONTAINERS, "containers")                        \
        X(EPHEMERAL, "ephemeralContainers")                \
        X(SECURITY, "securityContext")                     \
        X(OS, "os")                                        \
        X(ACCOUNT, "serviceAccountName")                   \
        X(ACCOUNT_OLD, "serviceAccount")                   \
        X(AUTOMOUNT, "automountServiceAccountToken")       \
        X(NODE, "nodeName")

#define BH_K8S_SECURITY_TABLE(X)                           \
        X(PRIVILEGED, "privileged")                        \
        X(CAPABILITIES, "capabilities")                    \
        X(PROC_MOUNT, "procMount")                         \
        X(SECCOMP, "seccompProfile")                       \
        X(NON_ROOT, "runAsNonRoot")                        \
        X(USER, "runAsUser")                               \
        X(GROUP, "runAsGroup")                             \
        X(ESCALATION, "allowPrivilegeEscalation")          \
        X(APPARMOR, "appArmorProfile")                     \
        X(SELINUX, "seLinuxOptions")                       \
        X(WINDOWS, "windowsOptions")                       \
        X(SYSCTLS, "sysctls")                              \
        X(READ_ONLY, "readOnlyRootFilesystem")

#define BH_K8S_CONTAINER_TABLE(X)                          \
        X(NAME, "name")                                    \
        X(IMAGE, "image")                                  \
        X(SECURITY, "securityContext")                     \
        X(PORTS, "ports")                                  \
        X(LIVENESS, "livenessProbe")                       \
        X(READINESS, "readinessProbe")                     \
        X(STARTUP, "startupProbe")                         \
        X(LIFECYCLE, "lifecycle")                          \
        X(ENV, "env")                                      \
        X(ENV_FROM, "envFrom")                             \
        X(RESOURCES, "resources")                          \
        X(MOUNTS, "volumeMounts")                          \
        X(PULL, "imagePullPolicy")

#define X(symbol, word) BH_K8S_SPEC_##symbol,
enum bh_k8s_spec { BH_K8S_SPEC_TABLE(X) _BH_K8S_SPEC_MAX };
#undef X
#define X(symbol, word) BH_K8S_SECURITY_##symbol,
enum bh_k8s_security_field { BH_K8S_SECURITY_TABLE(X) _BH_K8S_SECURITY_MAX };
#undef X
#define X(symbol, word) BH_K8S_CONTAINER_##symbol,
enum bh_k8s_container_field { BH_K8S_CONTAINER_TABLE(X) _BH_K8S_CONTAINER_MAX };
#undef X

/* A securityContext, of a pod or of a container. */
struct bh_k8s_security {
        const struct bh_doc *node; /* NULL: none is written */
        const struct bh_doc *of[_BH_K8S_SECURITY_MAX];
};

struct bh_k8s_pod {
        const struct bh_doc *object, *meta, *spec; /* meta, spec: of the pod itself */
        const char *prefix;                        /* where its spec is: "spec", "spec.template.spec" */
        const char *meta_prefix;                   /* "metadata", "spec.template.metadata" */
        const struct bh_doc *of[_BH_K8S_SPEC_MAX];
        struct bh_k8s_security security;
};

struct bh_k8s_container {
        const struct bh_doc *node;
        enum bh_k8s_spec list; /* BH_K8S_SPEC_INIT, _CONTAINERS or _EPHEMERAL */
        unsigned index;
        const struct bh_doc *of[_BH_K8S_CONTAINER_MAX];
        struct bh_k8s_security security;
};

/* False when the object has no pod in it. */
bool bh_k8s_pod_of(const struct bh_doc *object, struct bh_k8s_pod *ret);

/* All containers: those that start first, the others, those added to a running pod. Begin with a zeroed walk. */
struct bh_k8s_walk {
        const struct bh_doc *next;
        unsigned list, index;
};
bool bh_k8s_container_next(const struct bh_k8s_pod *pod, struct bh_k8s_walk *walk, struct bh_k8s_container *ret);

const char *bh_k8s_spec_str(enum bh_k8s_spec field); /* "hostPID" */
/* The value unless it is null. */
const struct bh_doc *bh_k8s_there(const struct bh_doc *node);
bool bh_k8s_is_true(const struct bh_doc *node);
bool bh_k8s_is_false(const struct bh_doc *node); /* written, and false */
bool bh_k8s_windows(const struct bh_k8s_pod *pod);
/* An image without a tag or digest, or tagged latest; one that is filled in later is neither. */
bool bh_image_is_loose(struct bh_str image);
/* A path of a node by which a container engine is reached: a socket, or a directory above one. */
bool bh_leads_to_engine(struct bh_str path);
/* The account it runs as: "default" where none is named. */
struct bh_str bh_k8s_account(const struct bh_k8s_pod *pod);

#endif
