/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/cur.h"
#include "base/text.h"

struct bh_digest {
        EVP_MD_CTX *ctx;
        const EVP_MD *md;
        const char *name;
};

static void start(struct bh_digest *d) {
        if (EVP_DigestInit_ex(d->ctx, d->md, NULL) != 1)
                bh_nomem(0);
}

static const struct algorithm {
        const char *name;
        const EVP_MD *(*md)(void);
} algorithms[] = {
        { "sha256", EVP_sha256 },
        { "sha512", EVP_sha512 },
};

struct bh_digest *bh_digest_new(struct bh_str algorithm) {
        struct bh_str word = algorithm, rest;

        (void) bh_str_cut(algorithm, ':', &word, &rest);
        for (size_t i = 0; i < BH_LEN(algorithms); i++)
                if (bh_str_is(word, algorithms[i].name)) {
                        struct bh_digest *d = calloc(1, sizeof *d);

                        if (!d || !(d->ctx = EVP_MD_CTX_new()))
                                bh_nomem(sizeof *d);
                        d->md = algorithms[i].md();
                        d->name = algorithms[i].name;
                        start(d);
                        return d;
                }
        return NULL;
}

void bh_digest_free(struct bh_digest **digest) {
        if (*digest) {
                EVP_MD_CTX_free((*digest)->ctx);
                free(*digest);
        }
        *digest = NULL;
}

void bh_digest_add(struct bh_digest *digest, const void *bytes, size_t n) {
        if (EVP_DigestUpdate(digest->ctx, bytes, n) != 1)
                bh_nomem(0);
}

const char *bh_digest_end(struct bh_digest *digest, char out[BH_DIGEST_TEXT_MAX]) {
        unsigned char raw[EVP_MAX_MD_SIZE];
        unsigned n = 0;
        size_t at = strlen(digest->name);

        if (EVP_DigestFinal_ex(digest->ctx, raw, &n) != 1)
                bh_nomem(0);
        memcpy(out, digest->name, at);
        out[at++] = ':';
        (void) bh_hex(raw, n, out + at);
        start(digest);
        return out;
}

static const char *digest_of(struct bh_str algorithm, struct bh_str bytes, char out[BH_DIGEST_TEXT_MAX]) {
        BH_CLEANUP(bh_digest_free) struct bh_digest *d = bh_digest_new(algorithm);

        if (!d)
                return NULL;
        bh_digest_add(d, bytes.at, bytes.len);
        return bh_digest_end(d, out);
}

struct bh_str bh_digest_sha256(struct bh_arena *arena, struct bh_str bytes) {
        char text[BH_DIGEST_TEXT_MAX];

        return bh_arena_str(arena, bh_str_of(digest_of(BH_STR("sha256"), bytes, text)));
}

bool bh_digest_matches(struct bh_str digest, struct bh_str bytes) {
        char text[BH_DIGEST_TEXT_MAX];

        return digest_of(digest, bytes, text) && bh_str_is(digest, text);
}

struct bh_hasher {
        EVP_MD *md;
        EVP_MD_CTX *ctx;
        bool good;
};

struct bh_hasher *bh_hasher_new(const char *name) {
        struct bh_hasher *h = calloc(1, sizeof *h);

        if (!h)
                bh_nomem(sizeof *h);
        h->md = EVP_MD_fetch(NULL, name, NULL);
        h->ctx = EVP_MD_CTX_new();
        if (!h->ctx)
                bh_nomem(sizeof *h);
        return h;
}

void bh_hasher_free(struct bh_hasher **h) {
        if (!*h)
                return;
        EVP_MD_free((*h)->md);
        EVP_MD_CTX_free((*h)->ctx);
        free(*h);
        *h = NULL;
}

void bh_hasher_start(struct bh_hasher *h) {
        h->good = h->md && EVP_DigestInit_ex2(h->ctx, h->md, NULL) == 1;
}

void bh_hasher_add(struct bh_hasher *h, struct bh_str bytes) {
        h->good = h->good && EVP_DigestUpdate(h->ctx, bytes.at, bytes.len) == 1;
}

uint64_t bh_hasher_end8(struct bh_hasher *h) {
        unsigned char out[EVP_MAX_MD_SIZE] = { 0 };
        struct bh_cur c = bh_cur_of((struct bh_str){ (const char *) out, 8 });

        if (!h->good || EVP_DigestFinal_ex(h->ctx, out, NULL) != 1)
                return 0;
        return bh_cur_be64(&c);
}

uint64_t bh_hasher_sum8(struct bh_hasher *h, struct bh_str bytes) {
        bh_hasher_start(h);
        bh_hasher_add(h, bytes);
        return bh_hasher_end8(h);
}

void bh_digest_prepare(void) {
        static const char *const names[] = { "MD5", "SHA1", "SHA256", "SHA512" };

        (void) OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_ADD_ALL_DIGESTS, NULL);
        for (size_t i = 0; i < BH_LEN(names); i++) {
                struct bh_hasher *h = bh_hasher_new(names[i]);

                (void) bh_hasher_sum8(h, BH_STR("warm"));
                bh_hasher_free(&h);
        }
}
