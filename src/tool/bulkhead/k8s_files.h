/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_K8S_FILES_H
#define BH_TOOL_BULKHEAD_K8S_FILES_H
/* Kubernetes objects from what people name: a file, a folder of files, "-" for standard input. */
#include "comply/k8s/objects.h"
#include "model/gap.h"
#include "tool/cli.h"

struct bh_tool_k8s {
        struct bh_k8s_objects objects;
        BH_VEC(struct bh_gap) gaps; /* files of folders that could not be read; of what is named itself that is a failure */
};

int bh_tool_k8s_load(struct bh_cli *cli, const char *const *paths, size_t n, struct bh_tool_k8s *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
