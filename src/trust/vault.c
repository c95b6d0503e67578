/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/vault.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

enum { VERSION = 1, NONCE = 12, TAG = 16 };

int bh_vault_key_make(struct bh_vault_key *ret, struct bh_err *err) {
        return RAND_bytes(ret->bytes, sizeof ret->bytes) == 1 ? 0 : bh_fail(err, BH_E_IO, "no random numbers");
}

static bool encrypt(EVP_CIPHER_CTX *c, const struct bh_vault_key *key, struct bh_str owner, struct bh_str secret, uint8_t *nonce, uint8_t *tag, uint8_t *out) {
        int n;

        return EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key->bytes, nonce) == 1 &&
               EVP_EncryptUpdate(c, NULL, &n, (const uint8_t *) owner.at, (int) owner.len) == 1 &&
               EVP_EncryptUpdate(c, out, &n, (const uint8_t *) secret.at, (int) secret.len) == 1 && EVP_EncryptFinal_ex(c, out + n, &n) == 1 &&
               EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, tag) == 1;
}

static bool decrypt(EVP_CIPHER_CTX *c, const struct bh_vault_key *key, struct bh_str owner, const uint8_t *nonce, uint8_t *tag, struct bh_str bytes, uint8_t *out) {
        int n;

        return EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key->bytes, nonce) == 1 &&
               EVP_DecryptUpdate(c, NULL, &n, (const uint8_t *) owner.at, (int) owner.len) == 1 &&
               EVP_DecryptUpdate(c, out, &n, (const uint8_t *) bytes.at, (int) bytes.len) == 1 &&
               EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 && EVP_DecryptFinal_ex(c, out + n, &n) == 1;
}

int bh_vault_seal(const struct bh_vault_key *key, struct bh_str owner, struct bh_str secret, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        uint8_t *out;
        EVP_CIPHER_CTX *c;
        bool ok;

        if (secret.len > INT32_MAX / 2 || owner.len > INT32_MAX / 2)
                return bh_fail(err, BH_E_LIMIT, "a secret of %zu bytes", secret.len);
        out = bh_arena_alloc(arena, BH_VAULT_EXTRA_BYTES + secret.len);
        out[0] = VERSION;
        if (RAND_bytes(out + 1, NONCE) != 1)
                return bh_fail(err, BH_E_IO, "no random numbers");
        c = EVP_CIPHER_CTX_new();
        ok = c && encrypt(c, key, owner, secret, out + 1, out + 1 + NONCE, out + BH_VAULT_EXTRA_BYTES);
        EVP_CIPHER_CTX_free(c);
        if (!ok)
                return bh_fail(err, BH_E_BUG, "AES-256-GCM does not work here");
        *ret = (struct bh_str){ (const char *) out, BH_VAULT_EXTRA_BYTES + secret.len };
        return 0;
}

int bh_vault_open(const struct bh_vault_key *key, struct bh_str owner, struct bh_str sealed, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        struct bh_str bytes = bh_str_from(sealed, BH_VAULT_EXTRA_BYTES);
        uint8_t tag[TAG], *out;
        EVP_CIPHER_CTX *c;
        bool ok;

        if (sealed.len < BH_VAULT_EXTRA_BYTES || sealed.at[0] != VERSION || sealed.len > INT32_MAX / 2)
                return bh_fail(err, BH_E_DENIED, "this was not sealed by us");
        memcpy(tag, sealed.at + 1 + NONCE, TAG);
        out = bh_arena_alloc(arena, bytes.len + 1);
        c = EVP_CIPHER_CTX_new();
        ok = c && decrypt(c, key, owner, (const uint8_t *) sealed.at + 1, tag, bytes, out);
        EVP_CIPHER_CTX_free(c);
        if (!ok)
                return bh_fail(err, BH_E_DENIED, "it was sealed by another key, for another owner, or was changed since");
        *ret = (struct bh_str){ (const char *) out, bytes.len };
        return 0;
}

void bh_hmac_sha256(struct bh_str key, struct bh_str bytes, uint8_t ret[BH_MAC_BYTES]) {
        unsigned n = BH_MAC_BYTES;

        if (!HMAC(EVP_sha256(), key.len ? key.at : "", (int) key.len, (const uint8_t *) (bytes.len ? bytes.at : ""), bytes.len, ret, &n))
                bh_nomem(0);
}
