/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_UNPACK_H
#define BH_FMT_UNPACK_H
/*
 * A layer's compression, recognised by its first bytes and undone as a stream:
 * gzip (RFC 1952, any number of members), zstd (RFC 8878, any number of frames,
 * skippable ones too, so also zstd:chunked), or none.
 */
#include "fmt/stream.h"

enum bh_packing { BH_PACKING_NONE, BH_PACKING_GZIP, BH_PACKING_ZSTD };

struct bh_unpack;

/* Reads packed bytes from `from`, which must outlive it. Never NULL. */
struct bh_unpack *bh_unpack_new(struct bh_stream *from);
void bh_unpack_free(struct bh_unpack **u);
/* A bh_fill_fn over a struct bh_unpack: hand it to bh_stream_init. */
int bh_unpack_fill(void *unpack, char *buf, size_t room, size_t *ret_n, struct bh_err *err);
enum bh_packing bh_unpack_packing(const struct bh_unpack *u); /* known after the first fill */
const char *bh_packing_str(enum bh_packing p);

#endif
