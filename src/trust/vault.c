/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/vault.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

#include "base/text.h"
#include "sys/fd.h"

enum { VERSION = 1, NONCE = 12, TAG = 16, KEY_FILE_MAX = 256 };

/* ---- the key ---- */

int bh_vault_key_make(struct bh_vault_key *ret, struct bh_err *err) {
        return RAND_bytes(ret->bytes, sizeof ret->bytes) == 1 ? 0 : bh_fail(err, BH_E_IO, "no random numbers");
}

static bool take_key(struct bh_str text, struct bh_vault_key *ret) {
        if (text.len != sizeof ret->bytes)
                return bh_unhex(bh_str_trim(text), ret->bytes, sizeof ret->bytes);
        memcpy(ret->bytes, text.at, sizeof ret->bytes);
        return true;
}

int bh_vault_key_load(const char *path, struct bh_vault_key *ret, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        int r = bh_fd_open_own(path, &fd, err);

        r = r < 0 ? r : bh_fd_read_all(fd, KEY_FILE_MAX, &text, err);
        if (r >= 0 && !take_key(bh_buf_str(&text), ret))
                r = bh_fail(err, BH_E_FORMAT, "neither %d bytes nor %d digits of hex", BH_VAULT_KEY_BYTES, 2 * BH_VAULT_KEY_BYTES);
        if (text.at)
                OPENSSL_cleanse(text.at, text.len);
        return r < 0 ? bh_wrap(err, r, "key %s", path) : 0;
}

int bh_vault_key_keep(const char *path, struct bh_vault_key *ret, struct bh_err *err) {
        int r = bh_vault_key_load(path, ret, err);

        if (r != BH_E_NOTFOUND)
                return r;
        r = bh_vault_key_make(ret, err);
        return r < 0 ? r : bh_fd_write_own(path, (struct bh_str){ 0 }, (struct bh_str){ (const char *) ret->bytes, sizeof ret->bytes }, err);
}

void bh_vault_key_wipe(struct bh_vault_key *key) {
        OPENSSL_cleanse(key, sizeof *key);
}

/* ---- AES-256-GCM ---- */

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

static EVP_CIPHER_CTX *cipher_new(void) {
        EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();

        if (!c)
                bh_nomem(0);
        return c;
}

int bh_vault_seal(const struct bh_vault_key *key, struct bh_str owner, struct bh_str secret, struct bh_buf *out, struct bh_err *err) {
        uint8_t *at;
        EVP_CIPHER_CTX *c;
        bool ok;

        if (secret.len > INT32_MAX / 2 || owner.len > INT32_MAX / 2)
                return bh_fail(err, BH_E_LIMIT, "a secret of %zu bytes", secret.len);
        at = (uint8_t *) bh_buf_room(out, BH_VAULT_EXTRA_BYTES + secret.len);
        at[0] = VERSION;
        if (RAND_bytes(at + 1, NONCE) != 1)
                return bh_fail(err, BH_E_IO, "no random numbers");
        c = cipher_new();
        ok = encrypt(c, key, owner, secret, at + 1, at + 1 + NONCE, at + BH_VAULT_EXTRA_BYTES);
        EVP_CIPHER_CTX_free(c);
        if (!ok)
                return bh_fail(err, BH_E_BUG, "AES-256-GCM does not work here");
        out->len += BH_VAULT_EXTRA_BYTES + secret.len;
        return 0;
}

int bh_vault_open(const struct bh_vault_key *key, struct bh_str owner, struct bh_str sealed, struct bh_buf *out, struct bh_err *err) {
        struct bh_str bytes = bh_str_from(sealed, BH_VAULT_EXTRA_BYTES);
        uint8_t tag[TAG];
        EVP_CIPHER_CTX *c;
        bool ok;

        if (sealed.len < BH_VAULT_EXTRA_BYTES || sealed.at[0] != VERSION || sealed.len > INT32_MAX / 2)
                return bh_fail(err, BH_E_DENIED, "this was not sealed by us");
        memcpy(tag, sealed.at + 1 + NONCE, TAG);
        c = cipher_new();
        ok = decrypt(c, key, owner, (const uint8_t *) sealed.at + 1, tag, bytes, (uint8_t *) bh_buf_room(out, bytes.len + 1));
        EVP_CIPHER_CTX_free(c);
        if (!ok)
                return bh_fail(err, BH_E_DENIED, "it was sealed by another key, for another owner, or was changed since");
        out->len += bytes.len;
        return 0;
}

void bh_hmac_sha256(struct bh_str key, struct bh_str bytes, uint8_t ret[BH_MAC_BYTES]) {
        unsigned n = BH_MAC_BYTES;

        if (!HMAC(EVP_sha256(), key.len ? key.at : "", (int) key.len, (const uint8_t *) (bytes.len ? bytes.at : ""), bytes.len, ret, &n))
                bh_nomem(0);
}
