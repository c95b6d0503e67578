/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_NEAR_H
#define BH_BASE_NEAR_H
/* "did you mean ...?": the known word nearest to a mistyped one. */
#include "base/str.h"

/* NULL when none is near: a third of the letters may be wrong, missing, too many or swapped with their neighbour. */
const char *bh_nearest(struct bh_str word, const char *const *known, size_t n);

#endif
