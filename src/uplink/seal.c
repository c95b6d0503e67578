/* SPDX-License-Identifier: Apache-2.0 */
#include "uplink/seal.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>

#include "base/text.h"
#include "sys/fd.h"

enum { KEY = 32, NONCE = 12, TAG = 16 };

struct bh_sealer {
        unsigned char key[KEY];
};

static int read_key(const char *path, unsigned char key[KEY], struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        int r = bh_fd_open_own(path, &fd, err);

        r = r < 0 ? r : bh_fd_read_all(fd, 256, &text, err);
        if (r < 0)
                return bh_wrap(err, r, "key %s", path);
        if (text.len == KEY) {
                memcpy(key, text.at, KEY);
                return 0;
        }
        return bh_unhex(bh_str_trim(bh_buf_str(&text)), key, KEY) ? 0 : bh_fail(err, BH_E_FORMAT, "key %s: neither 32 bytes nor 64 digits of hex", path);
}

int bh_sealer_new(const char *key_file, struct bh_sealer **ret, struct bh_err *err) {
        struct bh_sealer *s = calloc(1, sizeof *s);
        int r;

        if (!s)
                bh_nomem(sizeof *s);
        r = read_key(key_file, s->key, err);
        if (r < 0)
                bh_sealer_free(&s);
        else
                *ret = s;
        return r;
}

void bh_sealer_free(struct bh_sealer **s) {
        if (*s)
                OPENSSL_cleanse((*s)->key, KEY);
        free(*s);
        *s = NULL;
}

static void name_of(uint64_t epoch, uint64_t seq, unsigned char out[16]) {
        for (unsigned i = 0; i < 8; i++) {
                out[i] = (unsigned char) (epoch >> 8 * i);
                out[8 + i] = (unsigned char) (seq >> 8 * i);
        }
}

int bh_sealer_seal(struct bh_sealer *s, uint64_t epoch, uint64_t seq, struct bh_str plain, struct bh_buf *out, struct bh_err *err) {
        unsigned char nonce[NONCE], name[16], *at;
        EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
        int n = 0, last = 0;
        bool fine;

        if (!c)
                bh_nomem(0);
        name_of(epoch, seq, name);
        at = (unsigned char *) bh_buf_room(out, NONCE + plain.len + TAG);
        fine = plain.len <= INT32_MAX && RAND_bytes(nonce, NONCE) == 1 && EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, s->key, nonce) == 1 &&
               EVP_EncryptUpdate(c, NULL, &n, name, sizeof name) == 1 &&
               EVP_EncryptUpdate(c, at + NONCE, &n, (const unsigned char *) plain.at, (int) plain.len) == 1 &&
               EVP_EncryptFinal_ex(c, at + NONCE + n, &last) == 1 &&
               EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, at + NONCE + plain.len) == 1;
        EVP_CIPHER_CTX_free(c);
        if (!fine)
                return bh_fail(err, BH_E_BUG, "an item could not be encrypted");
        memcpy(at, nonce, NONCE);
        out->len += NONCE + plain.len + TAG;
        return 0;
}

int bh_sealer_open(struct bh_sealer *s, uint64_t epoch, uint64_t seq, struct bh_str sealed, struct bh_buf *out, struct bh_err *err) {
        const unsigned char *from = (const unsigned char *) sealed.at;
        unsigned char name[16], tag[TAG];
        EVP_CIPHER_CTX *c;
        int n = 0, last = 0;
        bool fine;

        if (sealed.len < NONCE + TAG || sealed.len > INT32_MAX)
                return bh_fail(err, BH_E_FORMAT, "a sealed item of %zu bytes", sealed.len);
        c = EVP_CIPHER_CTX_new();
        if (!c)
                bh_nomem(0);
        name_of(epoch, seq, name);
        memcpy(tag, from + sealed.len - TAG, TAG);
        sealed.len -= NONCE + TAG;
        fine = EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, s->key, from) == 1 && EVP_DecryptUpdate(c, NULL, &n, name, sizeof name) == 1 &&
               EVP_DecryptUpdate(c, (unsigned char *) bh_buf_room(out, sealed.len + 1), &n, from + NONCE, (int) sealed.len) == 1 &&
               EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
               EVP_DecryptFinal_ex(c, (unsigned char *) out->at + out->len + n, &last) == 1;
        EVP_CIPHER_CTX_free(c);
        if (!fine)
                return bh_fail(err, BH_E_FORMAT, "an item that was changed, or is sealed with another key");
        out->len += sealed.len;
        return 0;
}
