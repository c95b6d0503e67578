/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_GLOB_H
#define BH_BASE_GLOB_H
/*
 * Globs of policies. '?' is one byte and '*' any number of them; in a path
 * both stay inside one part and a double '*' crosses parts. Bytes are compared as they are.
 */
#include "base/str.h"

bool bh_glob(struct bh_str glob, struct bh_str text);
bool bh_glob_path(struct bh_str glob, struct bh_str path);

#endif
