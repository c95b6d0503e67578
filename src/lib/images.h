/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_LIB_IMAGES_H
#define BH_LIB_IMAGES_H
/*
 * One name, several images: which ones there are, so that each can be scanned
 * on its own (bh_acquire_opts.manifest). Attestations are no images.
 */
#include "lib/acquire.h"

/*
 * The manifests under the target's indexes, by digest, in the order they are
 * named there. None when the target has but one image, or is none at all.
 */
int bh_images_list(struct bh_str target, const struct bh_acquire_opts *opts, struct bh_arena *arena,
                   struct bh_str **ret_digests, uint32_t *ret_n, struct bh_err *err) BH_MUST_CHECK;

#endif
