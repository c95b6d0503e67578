/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_K8S_PSS_H
#define BH_COMPLY_K8S_PSS_H
/*
 * The Pod Security Standards, as the cluster's own admission judges them, for
 * every version since 1.0: 19 controls, of which some begin, change or give
 * way to a stricter one at a version. Pure; asking for the verdict alone takes
 * no memory.
 *
 * Compared with k8s.io/pod-security-admission itself in tests/pss.
 */
#include "base/vec.h"
#include "comply/k8s/pod.h"

enum bh_pss_level { BH_PSS_PRIVILEGED, BH_PSS_BASELINE, BH_PSS_RESTRICTED, _BH_PSS_LEVEL_MAX };

/* symbol, the name it has in Kubernetes, level, first minor version of 1. */
#define BH_PSS_TABLE(X)                                                              \
        X(APPARMOR, "appArmorProfile", BASELINE, 0)                                  \
        X(CAPABILITIES, "capabilities_baseline", BASELINE, 0)                        \
        X(HOST_NAMESPACES, "hostNamespaces", BASELINE, 0)                            \
        X(HOST_PATH, "hostPathVolumes", BASELINE, 0)                                 \
        X(HOST_PORTS, "hostPorts", BASELINE, 0)                                      \
        X(HOST_PROBES, "hostProbesAndHostLifecycle", BASELINE, 34)                   \
        X(PRIVILEGE, "privileged", BASELINE, 0)                                      \
        X(PROC_MOUNT, "procMount", BASELINE, 0)                                      \
        X(SECCOMP, "seccompProfile_baseline", BASELINE, 0)                           \
        X(SELINUX, "seLinuxOptions", BASELINE, 0)                                    \
        X(SYSCTLS, "sysctls", BASELINE, 0)                                           \
        X(WINDOWS_HOST, "windowsHostProcess", BASELINE, 0)                           \
        X(ESCALATION, "allowPrivilegeEscalation", RESTRICTED, 8)                     \
        X(CAPABILITIES_FEW, "capabilities_restricted", RESTRICTED, 22)               \
        X(PROC_MOUNT_ALWAYS, "procMount_restricted", RESTRICTED, 35)                 \
        X(VOLUMES, "restrictedVolumes", RESTRICTED, 0)                               \
        X(NON_ROOT, "runAsNonRoot", RESTRICTED, 0)                                   \
        X(USER, "runAsUser", RESTRICTED, 23)                                         \
        X(SECCOMP_SET, "seccompProfile_restricted", RESTRICTED, 19)

#define X(symbol, name, level, since) BH_PSS_##symbol,
enum bh_pss_control { BH_PSS_TABLE(X) _BH_PSS_MAX };
#undef X

enum { BH_PSS_NEWEST = 37 }; /* later versions are judged as this one */

/* One place that breaks a control. */
struct bh_pss_hit {
        enum bh_pss_control control;
        struct bh_str container; /* its name; empty: it is the pod's own */
        struct bh_str path;      /* "spec.template.spec.containers[0].securityContext.privileged" */
        struct bh_str value;     /* "true"; empty: it is not set and must be */
        const struct bh_doc *at; /* the value, or what should hold it */
};
BH_VEC_OF(bh_pss_hits, struct bh_pss_hit);

const char *bh_pss_control_str(enum bh_pss_control c);
const char *bh_pss_level_str(enum bh_pss_level l);
/* "latest", "v1.25", "1.25"; false for anything else. */
bool bh_pss_version_of(struct bh_str word, unsigned *ret_minor);
enum bh_pss_level bh_pss_control_level(enum bh_pss_control c);

/* The controls in force at a level and version, a bit each (1u << control). */
uint32_t bh_pss_controls(enum bh_pss_level level, unsigned minor);
/* Of those, the ones that the pod breaks. */
uint32_t bh_pss_judge(const struct bh_k8s_pod *pod, enum bh_pss_level level, unsigned minor);
/* The same, with every place: appended to `hits`, whose texts are in the arena or in the document. */
uint32_t bh_pss_explain(const struct bh_k8s_pod *pod, enum bh_pss_level level, unsigned minor, struct bh_arena *arena, struct bh_pss_hits *hits);
/* The strictest level the pod meets. */
enum bh_pss_level bh_pss_meets(const struct bh_k8s_pod *pod, unsigned minor);

#endif
