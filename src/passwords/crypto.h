/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_PASSWORDS_CRYPTO_H
#define BH_PASSWORDS_CRYPTO_H
/*
 * The primitives that hashes of passwords are made of. OpenSSL computes; it is
 * met in crypto.c. What has to be loaded is loaded by bh_crypto_new, so that a
 * jailed process can compute afterwards.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum bh_md { BH_MD_NONE, BH_MD_MD5, BH_MD_SHA1, BH_MD_SHA256, BH_MD_SHA384, BH_MD_SHA512, _BH_MD_MAX };
enum { BH_MD_LONGEST = 64 };

struct bh_crypto;

struct bh_crypto *bh_crypto_new(void);
void bh_crypto_free(struct bh_crypto **c);

/* Room for whoever needs much for one test, made once; nothing in it lasts. */
void *bh_crypto_room(struct bh_crypto *c, size_t size);

/* Bytes of a digest; 0: the machine's crypto policy has none such. */
size_t bh_md_len(const struct bh_crypto *c, enum bh_md md);
/* One of that many bytes; NONE. */
enum bh_md bh_md_of_len(size_t len);

/* A digest in pieces; one at a time. */
void bh_crypto_start(struct bh_crypto *c, enum bh_md md);
void bh_crypto_add(struct bh_crypto *c, struct bh_str bytes);
void bh_crypto_end(struct bh_crypto *c, uint8_t *ret); /* bh_md_len bytes */

void bh_crypto_hmac(struct bh_crypto *c, enum bh_md md, struct bh_str key, struct bh_str bytes, uint8_t *ret);
/* False: it cannot be computed here. */
bool bh_crypto_pbkdf2(struct bh_crypto *c, enum bh_md md, struct bh_str word, struct bh_str salt, uint32_t rounds, uint8_t *ret, size_t len);
/* MD4 of up to 512 bytes: what Windows and Samba keep. */
void bh_crypto_md4(struct bh_str bytes, uint8_t ret[16]);
/* One block under a key of eight bytes, whose parity is not looked at. */
void bh_crypto_des_decrypt(const uint8_t key[8], const uint8_t in[8], uint8_t ret[8]);

#endif
