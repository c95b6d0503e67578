/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_ZFRAME_H
#define BH_FMT_ZFRAME_H
/* One zstd frame (RFC 8878) in memory that says how much it holds: what agents and server send each other. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* Appends. */
int bh_zframe_pack(struct bh_str bytes, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;
/* LIMIT: it says, or turns out, to hold more than max bytes; FORMAT: it is none, or does not say. The bytes are the arena's. */
int bh_zframe_unpack(struct bh_arena *arena, struct bh_str packed, size_t max, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
