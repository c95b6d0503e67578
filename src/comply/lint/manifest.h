/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_LINT_MANIFEST_H
#define BH_COMPLY_LINT_MANIFEST_H
/*
 * What is wrong with a file that says how something is to run: Kubernetes
 * objects (as written, or as Kustomize and `helm template` print them) and
 * Compose files. Every check is a row of k8s_table.c or compose_table.c.
 *
 *     # bulkhead:ignore K8S101 pinned by the pipeline
 *     image: registry.example/app
 *
 * takes the named checks back for that line; in front of an object, for the
 * whole of it.
 */
#include "base/vec.h"
#include "fmt/doc.h"
#include "model/finding.h"

struct bh_manifest_about {
        const char *id;
        enum bh_severity severity;
        const char *category, *title, *why, *mend;
};

size_t bh_manifest_count(void);
const struct bh_manifest_about *bh_manifest_about(size_t i);

BH_VEC_OF(bh_manifest_findings, struct bh_finding);

enum bh_manifest_kind { BH_MANIFEST_NONE, BH_MANIFEST_K8S, BH_MANIFEST_COMPOSE };
/* By the name and the first lines: is it worth reading as YAML? */
bool bh_manifest_looks(struct bh_str name, struct bh_str bytes);
/*
 * Appends what is wrong, in the order of lines; `minor`: the version of
 * Kubernetes that pods are judged by. NONE: it is YAML of another kind.
 * BH_E_FORMAT: it cannot be read.
 */
int bh_manifest_lint(struct bh_str name, struct bh_str bytes, unsigned minor, struct bh_arena *arena, struct bh_manifest_findings *out,
                     enum bh_manifest_kind *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
