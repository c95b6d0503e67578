/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_SEALED_H
#define BH_MANAGE_SEALED_H
/*
 * Secrets that the server must be able to use (a registry's password, a token
 * of a receiver), kept in rows so that a copy of the database alone is no good:
 * AES-256-GCM under a key beside it, STATE/sealing.key, made when first needed.
 *
 *     "v1:" base64 (12 bytes nonce, ciphertext, 16 bytes tag)
 *
 * `about` ties a secret to its row and column ("registry:3:password"): moved
 * to another one it does not open. An empty secret is the empty text.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

int bh_sealed_put(const char *state_dir, struct bh_str about, struct bh_str secret, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* DENIED: another key, another row, or somebody touched it. */
int bh_sealed_get(const char *state_dir, struct bh_str about, struct bh_str sealed, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* In a time that tells nothing of where they differ. Two empty ones are not the same: nothing opens nothing. */
bool bh_sealed_same(struct bh_str a, struct bh_str b);

#endif
