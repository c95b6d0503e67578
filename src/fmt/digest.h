/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_DIGEST_H
#define BH_FMT_DIGEST_H
/*
 * Content digests as images are named by: "sha256:" or "sha512:" and lower-case
 * hex digits. OpenSSL computes them; it is met in digest.c.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

#define BH_DIGEST_TEXT_MAX (7 + 128 + 1)

struct bh_digest;

/* Loads what OpenSSL loads from files; a process that will be jailed calls it first. Reads no configuration. */
void bh_digest_prepare(void);

/* For "sha256" or "sha512", or a whole digest that begins so; NULL for anything else. */
struct bh_digest *bh_digest_new(struct bh_str algorithm);
void bh_digest_free(struct bh_digest **digest);
void bh_digest_add(struct bh_digest *digest, const void *bytes, size_t n);
/* Ends it: "sha256:…", closed. Starts anew for the next. */
const char *bh_digest_end(struct bh_digest *digest, char out[BH_DIGEST_TEXT_MAX]);

/* "sha256:…" of some bytes. */
struct bh_str bh_digest_sha256(struct bh_arena *arena, struct bh_str bytes);
/* Do the bytes have that digest? False also for a digest that cannot be computed. */
bool bh_digest_matches(struct bh_str digest, struct bh_str bytes);

/*
 * Digests of many small pieces, as package databases record them: "MD5",
 * "SHA1", "SHA256". Nothing here is trusted for its strength.
 */
struct bh_hasher;
struct bh_hasher *bh_hasher_new(const char *name);
void bh_hasher_free(struct bh_hasher **h);
/* The first 8 bytes of the digest, big endian; 0 where the crypto policy of the machine has no such digest. */
uint64_t bh_hasher_sum8(struct bh_hasher *h, struct bh_str bytes);
/* The same for what comes in pieces. */
void bh_hasher_start(struct bh_hasher *h);
void bh_hasher_add(struct bh_hasher *h, struct bh_str bytes);
uint64_t bh_hasher_end8(struct bh_hasher *h);

#endif
