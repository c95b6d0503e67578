/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/seal.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* What stands before the 32 bytes in DER: both structures have a fixed size for Ed25519 (RFC 8410). */
static const struct bh_str public_head = BH_STR_INIT("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00");
static const struct bh_str private_head =
        BH_STR_INIT("\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20");

void bh_sha256(struct bh_str bytes, uint8_t ret[BH_SHA256_BYTES]) {
        (void) SHA256((const unsigned char *) bytes.at, bytes.len, ret);
}

static void free_pkey(EVP_PKEY **key) {
        EVP_PKEY_free(*key);
}

static void free_ctx(EVP_MD_CTX **ctx) {
        EVP_MD_CTX_free(*ctx);
}

static int open_of(struct bh_private_key *key, struct bh_err *err) {
        BH_CLEANUP(free_pkey)
        EVP_PKEY *k = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key->seed, sizeof key->seed);
        size_t n = sizeof key->open.bytes;

        if (!k || EVP_PKEY_get_raw_public_key(k, key->open.bytes, &n) != 1)
                return bh_fail(err, BH_E_BUG, "OpenSSL could not derive an Ed25519 public key");
        return 0;
}

int bh_private_key_make(struct bh_private_key *ret, struct bh_err *err) {
        struct bh_private_key key;
        int r;

        if (RAND_bytes(key.seed, sizeof key.seed) != 1)
                return bh_fail(err, BH_E_IO, "no random bytes for a key");
        r = open_of(&key, err);
        if (r < 0)
                return r;
        *ret = key;
        return 0;
}

/* The bytes between the BEGIN and END lines of that label, which must be head and 32 bytes. */
static bool unpem(struct bh_str pem, const char *label, struct bh_str head, uint8_t ret[BH_SEAL_KEY_BYTES]) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_str begin = bh_arena_printf(arena, "-----BEGIN %s-----", label);
        struct bh_str end = bh_arena_printf(arena, "-----END %s-----", label), der;
        ptrdiff_t from = bh_str_find(pem, begin), to = bh_str_find(pem, end);
        bool ok = from >= 0 && to > from &&
                  bh_base64_decode(arena, bh_str_trim(bh_str_part(pem, (size_t) from + begin.len,
                                                                  (size_t) (to - from) - begin.len)), &der) &&
                  der.len == head.len + BH_SEAL_KEY_BYTES && bh_str_starts(der, head);

        if (ok)
                memcpy(ret, der.at + head.len, BH_SEAL_KEY_BYTES);
        bh_arena_free(&arena);
        return ok;
}

static struct bh_str to_pem(struct bh_arena *arena, const char *label, struct bh_str head,
                            const uint8_t bytes[BH_SEAL_KEY_BYTES]) {
        struct bh_str der = bh_arena_cat(arena, head, (struct bh_str){ (const char *) bytes, BH_SEAL_KEY_BYTES });

        return bh_arena_printf(arena, "-----BEGIN %s-----\n%.*s\n-----END %s-----\n", label,
                               BH_FMT(bh_base64_encode(arena, der)), label);
}

int bh_private_key_parse(struct bh_str pem, struct bh_private_key *ret, struct bh_err *err) {
        struct bh_private_key key;
        int r;

        if (!unpem(pem, "PRIVATE KEY", private_head, key.seed))
                return bh_fail(err, BH_E_FORMAT, "not an Ed25519 private key in PEM");
        r = open_of(&key, err);
        if (r < 0)
                return r;
        *ret = key;
        return 0;
}

int bh_public_key_parse(struct bh_str pem, struct bh_public_key *ret, struct bh_err *err) {
        if (!unpem(pem, "PUBLIC KEY", public_head, ret->bytes))
                return bh_fail(err, BH_E_FORMAT, "not an Ed25519 public key in PEM");
        return 0;
}

struct bh_str bh_private_key_print(struct bh_arena *arena, const struct bh_private_key *key) {
        return to_pem(arena, "PRIVATE KEY", private_head, key->seed);
}

struct bh_str bh_public_key_print(struct bh_arena *arena, const struct bh_public_key *key) {
        return to_pem(arena, "PUBLIC KEY", public_head, key->bytes);
}

int bh_seal_sign(const struct bh_private_key *key, struct bh_str bytes, uint8_t ret[BH_SEAL_SIGNATURE_BYTES],
                 struct bh_err *err) {
        BH_CLEANUP(free_pkey)
        EVP_PKEY *k = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key->seed, sizeof key->seed);
        BH_CLEANUP(free_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        size_t n = BH_SEAL_SIGNATURE_BYTES;

        if (!k || !ctx || EVP_DigestSignInit(ctx, NULL, NULL, NULL, k) != 1 ||
            EVP_DigestSign(ctx, ret, &n, (const unsigned char *) bytes.at, bytes.len) != 1)
                return bh_fail(err, BH_E_BUG, "OpenSSL could not sign with Ed25519");
        return 0;
}

struct bh_checker {
        OSSL_LIB_CTX *lib;
        EVP_MD *sha256;
};

struct bh_checker *bh_checker_new(void) {
        struct bh_checker *c = calloc(1, sizeof *c);

        if (!c || !(c->lib = OSSL_LIB_CTX_new()) || !(c->sha256 = EVP_MD_fetch(c->lib, "SHA256", NULL)))
                bh_nomem(sizeof *c);
        return c;
}

void bh_checker_free(struct bh_checker **checker) {
        if (*checker) {
                EVP_MD_free((*checker)->sha256);
                OSSL_LIB_CTX_free((*checker)->lib);
                free(*checker);
        }
        *checker = NULL;
}

void bh_checker_sha256(const struct bh_checker *checker, struct bh_str bytes, uint8_t ret[BH_SHA256_BYTES]) {
        if (EVP_Digest(bytes.at, bytes.len, ret, NULL, checker->sha256, NULL) != 1)
                bh_nomem(0);
}

bool bh_checker_holds(const struct bh_checker *checker, const struct bh_public_key *key, struct bh_str bytes,
                      const uint8_t signature[BH_SEAL_SIGNATURE_BYTES]) {
        BH_CLEANUP(free_pkey)
        EVP_PKEY *k = EVP_PKEY_new_raw_public_key_ex(checker->lib, "ED25519", NULL, key->bytes, sizeof key->bytes);
        BH_CLEANUP(free_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();

        return k && ctx && EVP_DigestVerifyInit_ex(ctx, NULL, NULL, checker->lib, NULL, k, NULL) == 1 &&
               EVP_DigestVerify(ctx, signature, BH_SEAL_SIGNATURE_BYTES, (const unsigned char *) bytes.at, bytes.len) == 1;
}

bool bh_seal_holds(const struct bh_public_key *key, struct bh_str bytes,
                   const uint8_t signature[BH_SEAL_SIGNATURE_BYTES]) {
        struct bh_checker *c = bh_checker_new();
        bool holds = bh_checker_holds(c, key, bytes, signature);

        bh_checker_free(&c);
        return holds;
}

void bh_keyring_add(struct bh_keyring *ring, const struct bh_public_key *key) {
        if (!bh_keyring_has(ring, key))
                *bh_vec_add(ring->arena, &ring->keys) = *key;
}

bool bh_keyring_has(const struct bh_keyring *ring, const struct bh_public_key *key) {
        for (size_t i = 0; i < ring->keys.len; i++)
                if (memcmp(ring->keys.at[i].bytes, key->bytes, sizeof key->bytes) == 0)
                        return true;
        return false;
}
