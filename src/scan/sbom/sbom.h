/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_SBOM_SBOM_H
#define BH_SCAN_SBOM_SBOM_H
/*
 * Somebody's list of software as one layer: CycloneDX 1.x (JSON, XML), SPDX
 * 2.x (JSON, tag-value) and 3.0 (JSON-LD), bare or as the predicate of an
 * in-toto statement, in a DSSE envelope or without.
 *
 * What counts is the package URL; besides it, fields and the properties that
 * Bulkhead, Trivy and Syft add are read (source package, module, owner). What
 * has no package URL cannot be judged, and becomes a gap with a number.
 */
#include "base/arena.h"
#include "base/err.h"
#include "model/layer.h"

/* `ret` borrows from `bytes` and `arena`. */
int bh_sbom_read(struct bh_str bytes, struct bh_arena *arena, struct bh_layer *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
