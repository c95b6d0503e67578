/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_CONTENT_BUNDLE_H
#define BH_SCAN_CONTENT_BUNDLE_H
/*
 * Files of rules as one blob, for a jailed worker that opens none itself:
 *
 *     bulkhead-content 1
 *     file 4711 content/secrets/cloud.yaml
 *     ...4711 bytes, and a newline...
 *
 * By itself, so that whoever packs rules links nothing that runs them.
 */
#include "base/buf.h"
#include "base/err.h"

/* The first call begins the bundle. Path and bytes are copied. */
void bh_content_bundle_add(struct bh_buf *bundle, struct bh_str path, struct bh_str bytes);
/* Walks a bundle: *at starts at 0. 1: a file, borrowed from the bundle; 0: the end. */
int bh_content_bundle_next(struct bh_str bundle, size_t *at, struct bh_str *ret_path, struct bh_str *ret_bytes,
                           struct bh_err *err) BH_MUST_CHECK;

#endif
