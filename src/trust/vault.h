/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TRUST_VAULT_H
#define BH_TRUST_VAULT_H
/*
 * Secrets at rest: AES-256-GCM under a key of this machine, each bound to what
 * it belongs to, so that it opens nowhere else. And HMAC-SHA256, by which a
 * receiver knows who sent a message. OpenSSL computes; it is met in vault.c.
 *
 *     1 (version) | nonce, 12 | tag, 16 | as many bytes as the secret has
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { BH_VAULT_KEY_BYTES = 32, BH_VAULT_EXTRA_BYTES = 1 + 12 + 16, BH_MAC_BYTES = 32 };

struct bh_vault_key {
        uint8_t bytes[BH_VAULT_KEY_BYTES];
};

int bh_vault_key_make(struct bh_vault_key *ret, struct bh_err *err) BH_MUST_CHECK;
/* A file that only its owner can have written: 32 bytes, or 64 digits of hex. NOTFOUND: it is not there. */
int bh_vault_key_load(const char *path, struct bh_vault_key *ret, struct bh_err *err) BH_MUST_CHECK;
/* The same; where it is not there, a key is made and written. */
int bh_vault_key_keep(const char *path, struct bh_vault_key *ret, struct bh_err *err) BH_MUST_CHECK;
/* Nothing is left of it in memory. */
void bh_vault_key_wipe(struct bh_vault_key *key);

/* `owner`: what it belongs to. Appends. */
int bh_vault_seal(const struct bh_vault_key *key, struct bh_str owner, struct bh_str secret, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;
/* Appends. DENIED: not sealed by this key, for another owner, or changed since. */
int bh_vault_open(const struct bh_vault_key *key, struct bh_str owner, struct bh_str sealed, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;

void bh_hmac_sha256(struct bh_str key, struct bh_str bytes, uint8_t ret[BH_MAC_BYTES]);

#endif
