/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_FEED_SAFE_H
#define BH_ADVISORY_FEED_SAFE_H
/* For publishers that name the versions which are safe: what lies between them is not. */
#include "advisory/feed/common.h"

/* from <= v < below; empty below: without an end. */
struct bh_safe_stretch {
        struct bh_str from, below;
};
typedef BH_VEC(struct bh_safe_stretch) bh_safe_stretches;

enum { BH_SAFE_MAX = 1000 }; /* stretches of one advisory: they are sorted the simple way */

/*
 * `semver`: bounds must be versions of three numbers, as Cargo's are.
 * "~> 4.2.9, >= 4.2.9.1": terms that hold together. What cannot be understood is no safe version.
 */
void bh_safe_add(struct bh_arena *arena, struct bh_str text, bool semver, bh_safe_stretches *out);
void bh_safe_invert(struct bh_arena *arena, bh_safe_stretches *safe, bh_feed_ranges *out);

#endif
