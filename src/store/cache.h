/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_STORE_CACHE_H
#define BH_STORE_CACHE_H
/*
 * What was read once need not be read again: results by the digest of what they
 * were made from. An SQLite file that any number of processes may use at once.
 * It may be deleted at any time; a broken one is set aside and made anew.
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct bh_cache;

/* Makes the file and its folder when absent. */
int bh_cache_open(const char *path, struct bh_cache **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_cache_close(struct bh_cache **cache);
/* 1: found, and copied into the arena; 0: not there. */
int bh_cache_get(struct bh_cache *cache, struct bh_str key, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_cache_put(struct bh_cache *cache, struct bh_str key, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;
/*
 * Forgets what was not used for longest until no more than max_bytes are kept;
 * costs next to nothing while less is. The file does not shrink, what is put
 * next takes the room. To the day: uses of one day count as one.
 */
int bh_cache_trim(struct bh_cache *cache, uint64_t max_bytes, struct bh_err *err) BH_MUST_CHECK;

#endif
