/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_HASHLIST_H
#define BH_FMT_HASHLIST_H
/*
 * Lists of bad files by their digest, one a line, MD5, SHA-1 or SHA-256 in
 * hexadecimal:
 *
 *     # a comment
 *     5f4dcc3b5aa765d61d8327deb882cf99;what it is, and who says so
 *
 * Digests are computed only of the kinds that a list has.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

enum bh_hash_kind { BH_HASH_MD5, BH_HASH_SHA1, BH_HASH_SHA256, _BH_HASH_MAX };
const char *bh_hash_kind_str(enum bh_hash_kind kind);

struct bh_hashlist_entry {
        uint64_t sum8; /* eight bytes are enough to look it up by: a list is a list of suspicions */
        struct bh_str digest, comment;
};

struct bh_hashlist {
        struct bh_arena *arena;
        BH_VEC(struct bh_hashlist_entry) kinds[_BH_HASH_MAX];
};

/* Adds the lines of a file. One that is no digest is a failure that names it. */
int bh_hashlist_add(struct bh_hashlist *list, struct bh_str name, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;
/* After the last of them, and before the first look-up. */
void bh_hashlist_sort(struct bh_hashlist *list);
size_t bh_hashlist_count(const struct bh_hashlist *list);

/* Looks files up, one after the other; one a thread. The list must outlive it. */
struct bh_hashlist_run;
struct bh_hashlist_run *bh_hashlist_run_new(const struct bh_hashlist *list);
void bh_hashlist_run_free(struct bh_hashlist_run **run);
/* The bytes of a file, in pieces, between a start and an end. */
void bh_hashlist_start(struct bh_hashlist_run *run);
void bh_hashlist_feed(struct bh_hashlist_run *run, struct bh_str bytes);
/* What the lists say of it: one entry a kind, or NULL. */
void bh_hashlist_end(struct bh_hashlist_run *run, const struct bh_hashlist_entry *ret[_BH_HASH_MAX]);

#endif
