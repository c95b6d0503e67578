/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_SECRET_H
#define BH_SERVE_SECRET_H
/*
 * What must not be guessed: random tokens, of which only a digest is kept;
 * passwords (Argon2id); one-time codes (TOTP, RFC 6238: SHA-1, six digits,
 * thirty seconds, as every authenticator has it).
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* 256 bits in base64url, behind a prefix ("bht_"). */
int bh_secret_new(struct bh_arena *arena, const char *prefix, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
/* SHA-256 in hex of what was given out. */
struct bh_str bh_secret_hash(struct bh_arena *arena, struct bh_str secret);
/* A token that follows from a secret and does not lead back to it: the CSRF token of a session. */
struct bh_str bh_secret_derive(struct bh_arena *arena, struct bh_str secret, const char *purpose);
/* Compares in a time that says nothing; false for two empty ones. */
bool bh_secret_same(struct bh_str a, struct bh_str b);
/* Letters and digits that are not mistaken for each other, in groups: what a person copies. */
int bh_secret_readable(struct bh_arena *arena, unsigned groups, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;

/* Argon2id's encoded form. At most a few are computed at once: each takes BH_LIMIT_PASSWORD_KIB. */
int bh_password_hash(struct bh_arena *arena, struct bh_str password, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
/* An empty `encoded` is never right, and takes as long as one that is not. */
bool bh_password_is(struct bh_arena *arena, struct bh_str encoded, struct bh_str password);
/* What is wrong with it, as a sentence for who chose it; NULL: nothing. */
const char *bh_password_weakness(struct bh_str password, struct bh_str name);

/* A new key in base32. */
int bh_totp_new(struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
/* The step (time / 30 s) whose code it is, one before or behind allowed and all up to `last` not; 0: none. */
int64_t bh_totp_step(struct bh_str key_base32, struct bh_str code, int64_t now_s, int64_t last);
/* The code of a step; false for a key that is none. */
bool bh_totp_code(struct bh_str key_base32, int64_t step, char ret[7]);
/* otpauth://totp/Bulkhead:NAME?... for authenticators. */
struct bh_str bh_totp_uri(struct bh_arena *arena, struct bh_str key_base32, struct bh_str name);

#endif
