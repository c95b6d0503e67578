/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_WIRE_LAYER_H
#define BH_WIRE_LAYER_H
/*
 * A layer's result as bytes: what a worker sends and what the cache stores.
 *
 *     "BHL" version | fields, in the order of wire/layer.c
 *     number: unsigned LEB128   text: number of bytes, bytes   table: number of rows, rows
 *     hashes: little endian, 8 bytes each
 *
 * Bytes that come back are read as hostile: the worker that sent them has read
 * a stranger's image. Slices of the decoded layer point into the bytes.
 */
#include "base/buf.h"
#include "base/err.h"
#include "model/layer.h"

/* Goes up whenever the meaning of a stored layer changes, so that caches start anew. */
#define BH_WIRE_LAYER_VERSION 3

void bh_wire_layer_put(struct bh_buf *out, const struct bh_layer *layer);
int bh_wire_layer_get(struct bh_arena *arena, struct bh_str bytes, struct bh_layer *ret, struct bh_err *err)
        BH_MUST_CHECK;

#endif
