/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_BUCKETS_H
#define BH_SERVE_BUCKETS_H
/*
 * Token buckets by name (an address, a user): how many requests one may make.
 * A table of fixed size; a name that finds its places taken shares the one that
 * was full longest, so an attacker with many names gains nothing but company.
 */
#include <stdint.h>

#include "base/str.h"

struct bh_buckets;

struct bh_buckets *bh_buckets_new(double per_second, double burst);
void bh_buckets_free(struct bh_buckets **buckets);
/* Takes one. 0: it may pass; else after how many seconds to come back. One thread at a time. */
unsigned bh_buckets_take(struct bh_buckets *buckets, struct bh_str name, int64_t now_ms);

#endif
