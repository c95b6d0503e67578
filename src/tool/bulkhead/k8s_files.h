/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_K8S_FILES_H
#define BH_TOOL_BULKHEAD_K8S_FILES_H
/* Kubernetes objects from what people name: a file, a folder of files, "-" for standard input; or from a cluster's own API server. */
#include "comply/k8s/objects.h"
#include "model/gap.h"
#include "tool/cli.h"

struct bh_tool_k8s_file {
        struct bh_str name, bytes;
        bool named; /* by the person, not found in a folder: what is wrong with it is a failure */
};

struct bh_tool_k8s {
        BH_VEC(struct bh_tool_k8s_file) files;
        struct bh_k8s_objects objects;
        BH_VEC(struct bh_gap) gaps; /* files of folders that could not be read */
};

/* The bytes; nothing is parsed yet. */
int bh_tool_k8s_read(struct bh_cli *cli, const char *const *paths, size_t n, struct bh_tool_k8s *ret, struct bh_err *err) BH_MUST_CHECK;
/* Rows for a command's table of options. */
#define BH_TOOL_K8S_LIVE_OPTS                                                                                                                  \
        { "cluster", 0, NULL, "ask the cluster itself: the one of KUBECONFIG or ~/.kube/config, or of the pod we run in", NULL, false },        \
        { "kubeconfig", 0, "FILE", "the same, by this kubeconfig", NULL, false },                                                              \
        { "context", 0, "NAME", "the same, by this context of the kubeconfig", NULL, false }

bool bh_tool_k8s_is_live(const struct bh_cli *cli);
/* Adds the lists that the API server gives, a page a file; what it refuses is a gap. Secrets are not asked for. */
int bh_tool_k8s_fetch(struct bh_cli *cli, struct bh_tool_k8s *k8s, struct bh_err *err) BH_MUST_CHECK;
/* The objects in them: opens nothing. */
int bh_tool_k8s_parse(struct bh_arena *arena, struct bh_tool_k8s *k8s, struct bh_err *err) BH_MUST_CHECK;

#endif
