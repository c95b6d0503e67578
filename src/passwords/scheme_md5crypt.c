/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two that crypt(3) has in another form: Apache's "$apr1$salt$...", which is
 * md5crypt with its own word in it, and MySQL's "$A$005$" with a salt of 20
 * raw bytes, which is sha256crypt (https://www.akkadia.org/drepper/SHA-crypt.txt)
 * with a longer salt.
 */
#include <string.h>

#include "passwords/schemes.h"

#define BYTES(array, n) ((struct bh_str){ (const char *) (array), (n) })

static const char itoa64[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* Three bytes as letters, the lowest bits first. */
static void put(char **out, unsigned a, unsigned b, unsigned c, int n) {
        unsigned v = a << 16 | b << 8 | c;

        for (; n > 0; n--, v >>= 6)
                *(*out)++ = itoa64[v & 63];
}

/* ---- $apr1$ ---- */

int bh_read_apr1(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        struct bh_str rest = bh_str_from(t->text, strlen(t->scheme->prefix)), hash;

        (void) arena;
        if (!bh_md_len(c, BH_MD_MD5))
                return bh_fail(err, BH_E_UNSUPPORTED, "this machine's crypto policy has no MD5");
        if (!bh_str_cut(rest, '$', &t->before, &hash) || hash.len != 22)
                return bh_fail(err, BH_E_FORMAT, "$apr1$ has a salt and 22 letters");
        t->before = bh_str_part(t->before, 0, 8);
        t->after = hash;
        return 1;
}

static void apr1_first(struct bh_crypto *c, const struct bh_target *t, struct bh_str word, uint8_t sum[16]) {
        bh_crypto_start(c, BH_MD_MD5);
        bh_crypto_add(c, word);
        bh_crypto_add(c, t->before);
        bh_crypto_add(c, word);
        bh_crypto_end(c, sum);
        bh_crypto_start(c, BH_MD_MD5);
        bh_crypto_add(c, word);
        bh_crypto_add(c, BH_STR("$apr1$"));
        bh_crypto_add(c, t->before);
        for (size_t left = word.len; left; left -= BH_MIN(left, 16))
                bh_crypto_add(c, BYTES(sum, BH_MIN(left, 16)));
        for (size_t bit = word.len; bit; bit >>= 1)
                bh_crypto_add(c, bit & 1 ? BYTES("\0", 1) : bh_str_part(word, 0, 1));
        bh_crypto_end(c, sum);
}

bool bh_test_apr1(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        char text[22], *out = text;
        uint8_t sum[16];

        apr1_first(c, t, word, sum);
        for (int i = 0; i < 1000; i++) {
                bh_crypto_start(c, BH_MD_MD5);
                bh_crypto_add(c, i & 1 ? word : BYTES(sum, 16));
                if (i % 3)
                        bh_crypto_add(c, t->before);
                if (i % 7)
                        bh_crypto_add(c, word);
                bh_crypto_add(c, i & 1 ? BYTES(sum, 16) : word);
                bh_crypto_end(c, sum);
        }
        for (int i = 0; i < 5; i++)
                put(&out, sum[i], sum[i + 6], i == 4 ? sum[5] : sum[i + 12], 4);
        put(&out, 0, 0, sum[11], 2);
        return memcmp(text, t->after.at, sizeof text) == 0;
}

/* ---- $A$005$ ---- */

enum { SALT = 20, HASH = 43, LONGEST = 256 };

int bh_read_mysql_sha2(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        struct bh_str rest = bh_str_from(t->text, strlen(t->scheme->prefix));
        uint64_t thousands;

        (void) arena;
        (void) c;
        if (rest.len != 3 + 1 + SALT + HASH || rest.at[3] != '$' || !bh_str_hex64(bh_str_part(rest, 0, 3), &thousands) || thousands == 0)
                return bh_fail(err, BH_E_FORMAT, "$A$ has rounds, %d bytes of salt and %d letters", SALT, HASH);
        t->rounds = (uint32_t) thousands * 1000;
        t->before = bh_str_part(rest, 4, SALT);
        t->after = bh_str_from(rest, 4 + SALT);
        t->cost_ns = t->rounds * 450ull;
        return 1;
}

/* `n` bytes of a sum that is repeated. */
static void stretch(const uint8_t sum[32], uint8_t *out, size_t n) {
        for (size_t i = 0; i < n; i++)
                out[i] = sum[i % 32];
}

static void repeat(struct bh_crypto *c, struct bh_str bytes, size_t times, uint8_t sum[32]) {
        bh_crypto_start(c, BH_MD_SHA256);
        for (size_t i = 0; i < times; i++)
                bh_crypto_add(c, bytes);
        bh_crypto_end(c, sum);
}

static void sha_first(struct bh_crypto *c, struct bh_str salt, struct bh_str word, uint8_t sum[32]) {
        bh_crypto_start(c, BH_MD_SHA256);
        bh_crypto_add(c, word);
        bh_crypto_add(c, salt);
        bh_crypto_add(c, word);
        bh_crypto_end(c, sum);
        bh_crypto_start(c, BH_MD_SHA256);
        bh_crypto_add(c, word);
        bh_crypto_add(c, salt);
        for (size_t left = word.len; left; left -= BH_MIN(left, 32))
                bh_crypto_add(c, BYTES(sum, BH_MIN(left, 32)));
        for (size_t bit = word.len; bit; bit >>= 1)
                bh_crypto_add(c, bit & 1 ? BYTES(sum, 32) : word);
        bh_crypto_end(c, sum);
}

bool bh_test_mysql_sha2(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        uint8_t sum[32], tmp[32], p[LONGEST], s[32];
        char text[HASH], *out = text;

        if (word.len > LONGEST)
                return false;
        sha_first(c, t->before, word, sum);
        repeat(c, word, word.len, tmp);
        stretch(tmp, p, word.len);
        repeat(c, t->before, 16u + sum[0], tmp);
        stretch(tmp, s, t->before.len);
        for (uint32_t i = 0; i < t->rounds; i++) {
                bh_crypto_start(c, BH_MD_SHA256);
                bh_crypto_add(c, i & 1 ? BYTES(p, word.len) : BYTES(sum, 32));
                if (i % 3)
                        bh_crypto_add(c, BYTES(s, t->before.len));
                if (i % 7)
                        bh_crypto_add(c, BYTES(p, word.len));
                bh_crypto_add(c, i & 1 ? BYTES(sum, 32) : BYTES(p, word.len));
                bh_crypto_end(c, sum);
        }
        for (int i = 0, a = 0, b = 10, d = 20; i < 10; i++) {
                int next = a;

                put(&out, sum[a], sum[b], sum[d], 4);
                a = (d + 1) % 30;
                d = (b + 1) % 30;
                b = (next + 1) % 30;
        }
        put(&out, 0, sum[31], sum[30], 3);
        return memcmp(text, t->after.at, sizeof text) == 0;
}
