/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_WIRE_LAYER_H
#define BH_WIRE_LAYER_H
/*
 * A layer's result as bytes: what a worker sends and what the cache stores.
 *
 *     "BHL" version | fields, in the order of wire/layer.c | zeros up to a multiple of 8 | hashes of paths
 *     number: unsigned LEB128   text: number of bytes, bytes   table: number of rows, rows
 *     hashes: 8 bytes each, as this machine has them
 *
 * Bytes that come back are read as hostile: the worker that sent them has read
 * a stranger's image. Slices of the decoded layer point into the bytes.
 */
#include "base/buf.h"
#include "base/err.h"
#include "model/layer.h"

/* Goes up whenever the meaning of a stored layer changes, so that caches start anew. */
#define BH_WIRE_LAYER_VERSION 4

void bh_wire_layer_put(struct bh_buf *out, const struct bh_layer *layer);
/* All but the hashes of paths, which are returned: they are to follow, and there may be too many to copy. */
struct bh_str bh_wire_layer_put_head(struct bh_buf *out, const struct bh_layer *layer) BH_MUST_CHECK;
int bh_wire_layer_get(struct bh_arena *arena, struct bh_str bytes, struct bh_layer *ret, struct bh_err *err)
        BH_MUST_CHECK;

#endif
