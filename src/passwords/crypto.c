/* SPDX-License-Identifier: Apache-2.0 */
#define OPENSSL_SUPPRESS_DEPRECATED /* MD4 and single DES, which nothing but old stores has */
#include "passwords/crypto.h"

#include <openssl/crypto.h>
#include <openssl/des.h>
#include <openssl/evp.h>
#include <openssl/md4.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct bh_crypto {
        EVP_MD_CTX *ctx;
        EVP_MD *mds[_BH_MD_MAX];
        void *room;
        size_t room_size;
};

static const char *const names[_BH_MD_MAX] = {
        [BH_MD_MD5] = "MD5", [BH_MD_SHA1] = "SHA1", [BH_MD_SHA256] = "SHA256", [BH_MD_SHA384] = "SHA384", [BH_MD_SHA512] = "SHA512",
};
static const uint8_t lens[_BH_MD_MAX] = {
        [BH_MD_MD5] = 16, [BH_MD_SHA1] = 20, [BH_MD_SHA256] = 32, [BH_MD_SHA384] = 48, [BH_MD_SHA512] = 64,
};

struct bh_crypto *bh_crypto_new(void) {
        struct bh_crypto *c = calloc(1, sizeof *c);
        uint8_t nothing[BH_MD_LONGEST];

        if (!c || !(c->ctx = EVP_MD_CTX_new()))
                bh_nomem(sizeof *c);
        (void) OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
        for (int md = BH_MD_MD5; md < _BH_MD_MAX; md++)
                c->mds[md] = EVP_MD_fetch(NULL, names[md], NULL);
        if (bh_md_len(c, BH_MD_SHA256)) /* so that its parts are loaded too */
                (void) bh_crypto_pbkdf2(c, BH_MD_SHA256, BH_STR("x"), BH_STR("x"), 1, nothing, 32);
        return c;
}

void bh_crypto_free(struct bh_crypto **c) {
        if (!*c)
                return;
        for (int md = 0; md < _BH_MD_MAX; md++)
                EVP_MD_free((*c)->mds[md]);
        EVP_MD_CTX_free((*c)->ctx);
        free((*c)->room);
        free(*c);
        *c = NULL;
}

void *bh_crypto_room(struct bh_crypto *c, size_t size) {
        if (c->room_size < size) {
                free(c->room);
                c->room = calloc(1, size);
                if (!c->room)
                        bh_nomem(size);
                c->room_size = size;
        }
        return c->room;
}

size_t bh_md_len(const struct bh_crypto *c, enum bh_md md) {
        return c->mds[md] ? lens[md] : 0;
}

enum bh_md bh_md_of_len(size_t len) {
        for (int md = BH_MD_MD5; md < _BH_MD_MAX; md++)
                if (lens[md] == len)
                        return (enum bh_md) md;
        return BH_MD_NONE;
}

void bh_crypto_start(struct bh_crypto *c, enum bh_md md) {
        if (!c->mds[md] || EVP_DigestInit_ex2(c->ctx, c->mds[md], NULL) != 1)
                bh_nomem(0);
}

void bh_crypto_add(struct bh_crypto *c, struct bh_str bytes) {
        if (bytes.len)
                (void) EVP_DigestUpdate(c->ctx, bytes.at, bytes.len);
}

void bh_crypto_end(struct bh_crypto *c, uint8_t *ret) {
        unsigned n;

        (void) EVP_DigestFinal_ex(c->ctx, ret, &n);
}

/* RFC 2104, over our own context: OpenSSL's one-shot call looks its parts up anew each time. */
void bh_crypto_hmac(struct bh_crypto *c, enum bh_md md, struct bh_str key, struct bh_str bytes, uint8_t *ret) {
        size_t block = md >= BH_MD_SHA384 ? 128 : 64;
        uint8_t pad[128] = { 0 }, inner[BH_MD_LONGEST];

        if (key.len > block) {
                bh_crypto_start(c, md);
                bh_crypto_add(c, key);
                bh_crypto_end(c, pad);
        } else if (key.len)
                memcpy(pad, key.at, key.len);
        for (size_t i = 0; i < block; i++)
                pad[i] ^= 0x36;
        bh_crypto_start(c, md);
        bh_crypto_add(c, (struct bh_str){ (const char *) pad, block });
        bh_crypto_add(c, bytes);
        bh_crypto_end(c, inner);
        for (size_t i = 0; i < block; i++)
                pad[i] ^= 0x36 ^ 0x5c;
        bh_crypto_start(c, md);
        bh_crypto_add(c, (struct bh_str){ (const char *) pad, block });
        bh_crypto_add(c, (struct bh_str){ (const char *) inner, lens[md] });
        bh_crypto_end(c, ret);
}

bool bh_crypto_pbkdf2(struct bh_crypto *c, enum bh_md md, struct bh_str word, struct bh_str salt, uint32_t rounds, uint8_t *ret, size_t len) {
        return c->mds[md] && rounds && rounds < INT32_MAX &&
               PKCS5_PBKDF2_HMAC(word.at ? word.at : "", (int) word.len, (const uint8_t *) salt.at, (int) salt.len, (int) rounds, c->mds[md], (int) len, ret) == 1;
}

void bh_crypto_md4(struct bh_str bytes, uint8_t ret[16]) {
        (void) MD4((const uint8_t *) bytes.at, bytes.len, ret);
}

void bh_crypto_des_decrypt(const uint8_t key[8], const uint8_t in[8], uint8_t ret[8]) {
        DES_cblock k, from, to;
        DES_key_schedule schedule;

        memcpy(k, key, sizeof k);
        memcpy(from, in, sizeof from);
        DES_set_key_unchecked(&k, &schedule);
        DES_ecb_encrypt(&from, &to, &schedule, DES_DECRYPT);
        memcpy(ret, to, sizeof to);
}
