/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/secret.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/text.h"
#include "fmt/digest.h"

enum { SECRET_BYTES = 32, GROUP = 4 };

static int fill_random(void *bytes, size_t n, struct bh_err *err) {
        return RAND_bytes(bytes, (int) n) == 1 ? 0 : bh_fail(err, BH_E_IO, "no random numbers");
}

/* base64url without padding (RFC 4648, 5). */
static struct bh_str url_text(struct bh_arena *arena, const unsigned char *bytes, size_t n) {
        struct bh_str text = bh_base64_encode(arena, (struct bh_str){ (const char *) bytes, n });
        char *out = bh_arena_bytes(arena, text.len);
        size_t len = 0;

        for (size_t i = 0; i < text.len && text.at[i] != '='; i++)
                out[len++] = text.at[i] == '+' ? '-' : text.at[i] == '/' ? '_' : text.at[i];
        return (struct bh_str){ out, len };
}

int bh_secret_new(struct bh_arena *arena, const char *prefix, struct bh_str *ret, struct bh_err *err) {
        unsigned char bytes[SECRET_BYTES];
        int r = fill_random(bytes, sizeof bytes, err);

        if (r >= 0)
                *ret = bh_arena_cat(arena, bh_str_of(prefix), url_text(arena, bytes, sizeof bytes));
        OPENSSL_cleanse(bytes, sizeof bytes);
        return r;
}

struct bh_str bh_secret_hash(struct bh_arena *arena, struct bh_str secret) {
        return bh_str_from(bh_digest_sha256(arena, secret), 7);
}

struct bh_str bh_secret_derive(struct bh_arena *arena, struct bh_str secret, const char *purpose) {
        return bh_secret_hash(arena, bh_arena_printf(arena, "%s %.*s", purpose, BH_FMT(secret)));
}

bool bh_secret_same(struct bh_str a, struct bh_str b) {
        return a.len > 0 && a.len == b.len && CRYPTO_memcmp(a.at, b.at, a.len) == 0;
}

int bh_secret_readable(struct bh_arena *arena, unsigned groups, struct bh_str *ret, struct bh_err *err) {
        static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789x"; /* 32 of them: five bits each, 'x' a little more often */
        size_t n = (size_t) groups * GROUP, len = 0;
        char *out = bh_arena_bytes(arena, n + groups);
        unsigned char *bytes = bh_arena_alloc(arena, n);
        int r = fill_random(bytes, n, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++) {
                if (i && i % GROUP == 0)
                        out[len++] = '-';
                out[len++] = letters[bytes[i] & 31];
        }
        OPENSSL_cleanse(bytes, n);
        *ret = (struct bh_str){ out, len };
        return 0;
}
