/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_INFLATE_H
#define BH_FMT_INFLATE_H
/*
 * Deflate (RFC 1951) bare, as zip has it, or in a zlib wrapper (RFC 1950), as
 * cargo-auditable and git have it. In one go into an arena, or step by step.
 * Layers have their own reader, unpack.h.
 */
#include "base/arena.h"
#include "base/budget.h"

enum bh_wrapper { BH_WRAPPER_NONE, BH_WRAPPER_ZLIB };

/* All of `in`; more than max_out bytes end as BH_E_LIMIT. What comes out is charged to the budget. */
int bh_inflate_raw(struct bh_arena *arena, struct bh_str in, size_t max_out, struct bh_budget *budget,
                   struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_inflate_zlib(struct bh_arena *arena, struct bh_str in, size_t max_out, struct bh_budget *budget,
                    struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;

struct bh_inflater;

struct bh_inflater *bh_inflater_new(void);
void bh_inflater_free(struct bh_inflater **f);
void bh_inflater_begin(struct bh_inflater *f, enum bh_wrapper wrapper);
/*
 * Takes from the front of *in and writes up to `room` bytes. 1: the data ended,
 * and *in is what follows (it may have read up to 8 bytes past the end); 0: it
 * wants more input, or more room when *in is not empty.
 */
int bh_inflater_step(struct bh_inflater *f, struct bh_str *in, char *out, size_t room, size_t *ret_n,
                     struct bh_err *err) BH_MUST_CHECK;

#endif
