/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_REGISTRY_H
#define BH_IMAGE_REGISTRY_H
/*
 * A registry that speaks the OCI distribution specification, as a place of
 * blobs. What comes by digest is checked against it; nothing is parsed but
 * the registry's own failures and the token server's answer.
 *
 *     GET /v2/NAME/manifests/TAG-or-DIGEST
 *     GET /v2/NAME/blobs/DIGEST
 *     GET /v2/NAME/referrers/DIGEST        else the tag "sha256-…", as older registries keep them
 */
#include "image/progress.h"
#include "image/source.h"

/* Connects to nothing yet. `progress` must outlive it. */
int bh_registry_open(const struct bh_ref *ref, const struct bh_source_opts *opts, struct bh_progress *progress,
                     struct bh_blobs **ret, struct bh_err *err) BH_MUST_CHECK;

#endif
