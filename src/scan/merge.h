/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_MERGE_H
#define BH_SCAN_MERGE_H
/*
 * Layers upon each other: what a container would see, and who brought it.
 *
 * A file of a lower layer is hidden by a whiteout, an opaque directory, or
 * anything at its path (or where one of its directories was) in a higher layer.
 * A package belongs to the first layer from which on it was there without a
 * break, even when every later layer rewrote the whole package database.
 */
#include "base/arena.h"
#include "model/layer.h"

struct bh_merged {
        struct bh_package *packages; /* by eco, name, version, location; `layer` and `owner` set */
        uint32_t n_packages;
        struct bh_finding *findings; /* `layer` and `removed` set; with those of integrity and special files */
        uint32_t n_findings;
        struct bh_special *specials; /* that are still there; `layer` beside it */
        uint32_t *special_layers;
        uint32_t n_specials;
        struct bh_gap *gaps;
        uint32_t n_gaps;
        struct bh_release release;
        struct bh_str *content_sets;
        uint32_t n_content_sets;
        uint64_t *wasted_bytes; /* a layer */
};

/* Bottom layer first. The result lives in `arena` and borrows from the layers. */
void bh_layers_merge(const struct bh_layer *layers, uint32_t n_layers, struct bh_arena *arena, struct bh_merged *ret);

#endif
