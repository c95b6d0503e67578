/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_LAYOUT_H
#define BH_IMAGE_LAYOUT_H
/*
 * An OCI layout directory as a place of blobs:
 *
 *     DIR/oci-layout
 *     DIR/index.json
 *     DIR/blobs/sha256/HEX
 *
 * Nothing outside DIR is opened, whatever links lie in it, and only regular
 * files are read.
 */
#include "image/source.h"

/* Is it one? Has oci-layout and index.json. */
bool bh_layout_is(const char *dir);
int bh_layout_open(const char *dir, struct bh_blobs **ret, struct bh_err *err) BH_MUST_CHECK;

#endif
