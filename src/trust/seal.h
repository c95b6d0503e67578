/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TRUST_SEAL_H
#define BH_TRUST_SEAL_H
/*
 * Who made an index, and that nobody touched it since: Ed25519 (RFC 8032) and
 * SHA-256. Keys are kept as everyone keeps them, PEM with PKCS#8 and
 * SubjectPublicKeyInfo inside, so `openssl pkeyutl` can check our work.
 * OpenSSL computes; it is met in seal.c.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

enum { BH_SHA256_BYTES = 32, BH_SEAL_KEY_BYTES = 32, BH_SEAL_SIGNATURE_BYTES = 64 };

struct bh_public_key {
        uint8_t bytes[BH_SEAL_KEY_BYTES];
};

struct bh_private_key {
        uint8_t seed[BH_SEAL_KEY_BYTES];
        struct bh_public_key open;
};

/* Whose signatures we believe. */
struct bh_keyring {
        struct bh_arena *arena;
        BH_VEC(struct bh_public_key) keys;
};

void bh_sha256(struct bh_str bytes, uint8_t ret[BH_SHA256_BYTES]);

int bh_private_key_make(struct bh_private_key *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_private_key_parse(struct bh_str pem, struct bh_private_key *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_public_key_parse(struct bh_str pem, struct bh_public_key *ret, struct bh_err *err) BH_MUST_CHECK;
struct bh_str bh_private_key_print(struct bh_arena *arena, const struct bh_private_key *key);
struct bh_str bh_public_key_print(struct bh_arena *arena, const struct bh_public_key *key);

/*
 * Checks many things quickly: it asks OpenSSL for its algorithms once, and for
 * nothing but those (no openssl.cnf), which is most of what opening costs.
 * Threads may share one.
 */
struct bh_checker;
struct bh_checker *bh_checker_new(void);
void bh_checker_free(struct bh_checker **checker);
void bh_checker_sha256(const struct bh_checker *checker, struct bh_str bytes, uint8_t ret[BH_SHA256_BYTES]);
bool bh_checker_holds(const struct bh_checker *checker, const struct bh_public_key *key, struct bh_str bytes,
                      const uint8_t signature[BH_SEAL_SIGNATURE_BYTES]);

int bh_seal_sign(const struct bh_private_key *key, struct bh_str bytes, uint8_t ret[BH_SEAL_SIGNATURE_BYTES],
                 struct bh_err *err) BH_MUST_CHECK;
bool bh_seal_holds(const struct bh_public_key *key, struct bh_str bytes,
                   const uint8_t signature[BH_SEAL_SIGNATURE_BYTES]);

void bh_keyring_add(struct bh_keyring *ring, const struct bh_public_key *key);
bool bh_keyring_has(const struct bh_keyring *ring, const struct bh_public_key *key);

#endif
