/* SPDX-License-Identifier: Apache-2.0 */
/* Codes that change every thirty seconds (RFC 6238 over RFC 4226). */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>

#include "serve/secret.h"

enum { KEY_BYTES = 20, STEP_S = 30 };

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";


int bh_totp_new(struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        unsigned char key[KEY_BYTES];
        char *out = bh_arena_bytes(arena, KEY_BYTES * 8 / 5);

        if (RAND_bytes(key, sizeof key) != 1)
                return bh_fail(err, BH_E_IO, "no random numbers");
        for (size_t i = 0; i < KEY_BYTES * 8 / 5; i++) { /* 160 bits are 32 letters of five */
                unsigned at = (unsigned) i * 5 / 8, shift = (unsigned) i * 5 % 8;
                unsigned two = (unsigned) key[at] << 8 | (at + 1 < KEY_BYTES ? key[at + 1] : 0u);

                out[i] = letters[two >> (11 - shift) & 31];
        }
        *ret = (struct bh_str){ out, KEY_BYTES * 8 / 5 };
        return 0;
}

static bool decode(struct bh_str text, unsigned char *key, size_t room, size_t *ret_n) {
        unsigned bits = 0, have = 0;
        size_t n = 0;

        for (size_t i = 0; i < text.len; i++) {
                ptrdiff_t v = bh_str_chr(bh_str_of(letters), text.at[i]);

                if (v < 0)
                        return false;
                bits = bits << 5 | (unsigned) v;
                have += 5;
                if (have >= 8 && n == room)
                        return false;
                if (have >= 8) {
                        have -= 8;
                        key[n++] = (unsigned char) (bits >> have);
                }
        }
        *ret_n = n;
        return n > 0;
}

bool bh_totp_code(struct bh_str key_base32, int64_t step, char ret[7]) {
        unsigned char key[64], message[8], mac[EVP_MAX_MD_SIZE];
        unsigned n_mac = 0, at, number;
        size_t n_key;

        if (!decode(key_base32, key, sizeof key, &n_key))
                return false;
        for (int i = 0; i < 8; i++)
                message[i] = (unsigned char) ((uint64_t) step >> (56 - 8 * i));
        if (!HMAC(EVP_sha1(), key, (int) n_key, message, sizeof message, mac, &n_mac) || n_mac < 20)
                return false;
        at = mac[n_mac - 1] & 15;
        number = ((mac[at] & 0x7fu) << 24 | (unsigned) mac[at + 1] << 16 | (unsigned) mac[at + 2] << 8 | mac[at + 3]) % 1000000;
        (void) snprintf(ret, 7, "%06u", number);
        return true;
}

int64_t bh_totp_step(struct bh_str key_base32, struct bh_str code, int64_t now_s, int64_t last) {
        int64_t now = now_s / STEP_S;
        char right[7];

        for (int64_t step = now - 1; step <= now + 1; step++)
                if (step > last && bh_totp_code(key_base32, step, right) && bh_secret_same(bh_str_of(right), code))
                        return step;
        return 0;
}

struct bh_str bh_totp_uri(struct bh_arena *arena, struct bh_str key_base32, struct bh_str name) {
        return bh_arena_printf(arena, "otpauth://totp/Bulkhead:%.*s?secret=%.*s&issuer=Bulkhead&algorithm=SHA1&digits=6&period=%d", BH_FMT(name),
                               BH_FMT(key_base32), STEP_S);
}
