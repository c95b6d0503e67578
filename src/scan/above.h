/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_ABOVE_H
#define BH_SCAN_ABOVE_H
/* Which files of a layer the layers above it leave in sight. */
#include "base/arena.h"
#include "model/layer.h"

struct bh_above;

struct bh_above *bh_above_new(struct bh_arena *arena, const struct bh_layer *layers, uint32_t n_layers);
/* Whether a path of layer `from` is gone or replaced in the end. For "a.war!/b.jar" the file is a.war. */
bool bh_above_hides(const struct bh_above *above, uint32_t from, struct bh_str path);
/* The same for one that only its hash is known of: directories that were taken away are not noticed. */
bool bh_above_replaces(const struct bh_above *above, uint32_t from, uint64_t path_hash);
/* Whether layer `at` has something at that path that is no directory. */
bool bh_above_has(const struct bh_above *above, uint32_t at, struct bh_str path);

#endif
