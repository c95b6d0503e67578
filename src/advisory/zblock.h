/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_ZBLOCK_H
#define BH_ADVISORY_ZBLOCK_H
/*
 * zstd (RFC 8878) as the index uses it: many small blocks, and one file packed against an older one. libzstd is met in
 * zblock.c for this, and in fmt/unpack.c for layers.
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct bh_zpacker;

struct bh_zpacker *bh_zpacker_new(int level);
void bh_zpacker_free(struct bh_zpacker **packer);
/* Appends the packed block. */
int bh_zpacker_add(struct bh_zpacker *packer, struct bh_str bytes, struct bh_buf *into, struct bh_err *err) BH_MUST_CHECK;

/* A block that says it holds more than max bytes is BH_E_LIMIT. */
int bh_zblock_read(struct bh_arena *arena, struct bh_str packed, size_t max, struct bh_str *ret,
                   struct bh_err *err) BH_MUST_CHECK;

/* What turns `older` into `newer`; the same as `zstd --patch-from`, which can undo it. */
int bh_zpatch_make(struct bh_str older, struct bh_str newer, struct bh_buf *into, struct bh_err *err) BH_MUST_CHECK;
/* Undoes it: appends at most max bytes. */
int bh_zpatch_apply(struct bh_str older, struct bh_str patch, size_t max, struct bh_buf *into, struct bh_err *err)
        BH_MUST_CHECK;

#endif
