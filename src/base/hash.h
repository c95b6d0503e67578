/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_HASH_H
#define BH_BASE_HASH_H
/*
 * Hashes for tables and for naming paths. bh_hash64 is SipHash-1-3 (Aumasson
 * and Bernstein, https://131002.net/siphash/) under a fixed key: the same on
 * every machine, so it may be stored. It is no signature.
 */
#include <stdint.h>

#include "base/str.h"

uint64_t bh_hash64(struct bh_str s);

#endif
