/* SPDX-License-Identifier: Apache-2.0 */
/* Words between some bytes, digested a number of times; and keys drawn from words (PBKDF2, SCRAM). */
#include <string.h>

#include "base/text.h"
#include "passwords/schemes.h"

#define BYTES(array, n) ((struct bh_str){ (const char *) (array), (n) })

bool bh_test_digest(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        uint8_t sum[BH_MD_LONGEST];

        bh_crypto_start(c, t->md);
        bh_crypto_add(c, t->before);
        bh_crypto_add(c, word);
        bh_crypto_add(c, t->after);
        bh_crypto_end(c, sum);
        for (uint32_t i = 1; i < t->rounds; i++) {
                bh_crypto_start(c, t->md);
                bh_crypto_add(c, BYTES(sum, t->want_len));
                bh_crypto_end(c, sum);
        }
        return memcmp(sum, t->want, t->want_len) == 0;
}

bool bh_test_pbkdf2(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        uint8_t key[BH_MD_LONGEST];

        return bh_crypto_pbkdf2(c, t->md, word, t->before, t->rounds, key, t->want_len) && memcmp(key, t->want, t->want_len) == 0;
}

/* RFC 5802: StoredKey = H(HMAC(PBKDF2(word), "Client Key")). */
bool bh_test_scram(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        uint8_t salted[BH_MD_LONGEST], client[BH_MD_LONGEST], stored[BH_MD_LONGEST];

        if (!bh_crypto_pbkdf2(c, t->md, word, t->before, t->rounds, salted, t->want_len))
                return false;
        bh_crypto_hmac(c, t->md, BYTES(salted, t->want_len), BH_STR("Client Key"), client);
        bh_crypto_start(c, t->md);
        bh_crypto_add(c, BYTES(client, t->want_len));
        bh_crypto_end(c, stored);
        return memcmp(stored, t->want, t->want_len) == 0;
}

/* "SCRAM-SHA-256$4096:salt$StoredKey:ServerKey", and MongoDB's "rounds$salt$StoredKey", by what stands around the salt. */
static int read_scram(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, char by, struct bh_str text, enum bh_md md, struct bh_err *err) {
        struct bh_str rounds, salt, stored, key, server;
        uint64_t n;

        if (!bh_str_cut(text, by, &rounds, &text) || !bh_str_cut(text, '$', &salt, &stored))
                return bh_fail(err, BH_E_FORMAT, "a SCRAM secret has rounds, salt and keys");
        (void) bh_str_cut(stored, ':', &stored, &server);
        if (!bh_str_u64(rounds, &n) || n == 0 || n > UINT32_MAX || !bh_base64_decode(arena, salt, &t->before) || !bh_base64_decode(arena, stored, &key) ||
            key.len == 0 || key.len != bh_md_len(c, md))
                return bh_fail(err, BH_E_FORMAT, "a SCRAM secret has rounds, salt and keys");
        t->md = md;
        t->rounds = (uint32_t) n;
        t->want_len = (uint8_t) key.len;
        memcpy(t->want, key.at, key.len);
        t->cost_ns = n * (md == BH_MD_SHA1 ? 550 : 620);
        return 1;
}

int bh_read_scram(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        return read_scram(arena, c, t, ':', bh_str_from(t->text, strlen(t->scheme->prefix)), BH_MD_SHA256, err);
}

int bh_read_mongo(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        return read_scram(arena, c, t, '$', t->text, t->scheme->kind == BH_SCHEME_MONGO_SHA1 ? BH_MD_SHA1 : BH_MD_SHA256, err);
}

/* What MongoDB takes for the password with SHA-1: the digits of MD5(user:mongo:password). */
bool bh_test_mongo_sha1(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        uint8_t sum[16];
        char hex[33];

        if (!bh_md_len(c, BH_MD_MD5))
                return false;
        bh_crypto_start(c, BH_MD_MD5);
        bh_crypto_add(c, t->account);
        bh_crypto_add(c, BH_STR(":mongo:"));
        bh_crypto_add(c, word);
        bh_crypto_end(c, sum);
        return bh_test_scram(t, c, bh_str_of(bh_hex(sum, sizeof sum, hex)));
}

/* RFC 3414, A.2: a mebibyte of the word repeated, digested; then the digest, the engine's id and the digest again. */
bool bh_test_snmp(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        enum { WHOLE = 1 << 20, STEP = 64 };
        uint8_t sum[BH_MD_LONGEST];
        char piece[STEP];
        size_t at = 0;

        if (word.len < 8) /* what is shorter is refused by the server */
                return false;
        bh_crypto_start(c, t->md);
        for (size_t done = 0; done < WHOLE; done += STEP) {
                for (size_t i = 0; i < STEP; i++, at = at + 1 == word.len ? 0 : at + 1)
                        piece[i] = word.at[at];
                bh_crypto_add(c, BYTES(piece, STEP));
        }
        bh_crypto_end(c, sum);
        bh_crypto_start(c, t->md);
        bh_crypto_add(c, BYTES(sum, t->want_len));
        bh_crypto_add(c, t->before);
        bh_crypto_add(c, BYTES(sum, t->want_len));
        bh_crypto_end(c, sum);
        return memcmp(sum, t->want, t->want_len) == 0;
}

int bh_read_snmp(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        struct bh_str engine, key;
        char *bytes;

        t->md = t->scheme->kind == BH_SCHEME_SNMP_MD5 ? BH_MD_MD5 : BH_MD_SHA1;
        t->want_len = (uint8_t) bh_md_len(c, t->md);
        if (!bh_str_cut(t->text, '$', &engine, &key) || !t->want_len || !bh_unhex(key, t->want, t->want_len) || engine.len % 2 || engine.len > 64)
                return bh_fail(err, BH_E_FORMAT, "a localised key has an engine and %u bytes", t->want_len);
        bytes = bh_arena_bytes(arena, engine.len / 2 + 1);
        if (!bh_unhex(engine, bytes, engine.len / 2))
                return bh_fail(err, BH_E_FORMAT, "an engine's id is hexadecimal");
        t->before = BYTES(bytes, engine.len / 2);
        return 1;
}
