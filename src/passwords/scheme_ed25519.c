/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MariaDB's ed25519: kept is the public key (RFC 8032, 5.1.5) of which the
 * password, of any length, is the seed. OpenSSL takes seeds of 32 bytes only, so
 * the curve is computed here: numbers modulo 2^255 - 19 as five limbs of 51 bits,
 * points as X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z. It need not be secret how
 * long that takes: who watches has the words too.
 */
#include <string.h>

#include "base/text.h"
#include "passwords/schemes.h"

#define LIMB ((1ull << 51) - 1)

struct fe {
        uint64_t at[5];
};

struct point {
        struct fe x, y, z, t;
};

/* The base point, and twice the curve's d; little endian. */
static const uint8_t base_x[32] = { 0x1a, 0xd5, 0x25, 0x8f, 0x60, 0x2d, 0x56, 0xc9, 0xb2, 0xa7, 0x25, 0x95, 0x60, 0xc7, 0x2c, 0x69,
                                    0x5c, 0xdc, 0xd6, 0xfd, 0x31, 0xe2, 0xa4, 0xc0, 0xfe, 0x53, 0x6e, 0xcd, 0xd3, 0x36, 0x69, 0x21 };
static const uint8_t base_y[32] = { 0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                                    0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66 };
static const uint8_t curve_d[32] = { 0xa3, 0x78, 0x59, 0x13, 0xca, 0x4d, 0xeb, 0x75, 0xab, 0xd8, 0x41, 0x41, 0x4d, 0x0a, 0x70, 0x00,
                                     0x98, 0xe8, 0x79, 0x77, 0x79, 0x40, 0xc7, 0x8c, 0x73, 0xfe, 0x6f, 0x2b, 0xee, 0x6c, 0x03, 0x52 };

static struct fe fe_get(const uint8_t bytes[32]) {
        struct fe f = { { 0 } };

        for (int bit = 0; bit < 255; bit++)
                f.at[bit / 51] |= (uint64_t) (bytes[bit / 8] >> (bit % 8) & 1) << (bit % 51);
        return f;
}

static struct fe fe_add(struct fe a, struct fe b) {
        for (int i = 0; i < 5; i++)
                a.at[i] += b.at[i];
        return a;
}

/* With twice the modulus, so that no limb goes below zero. */
static struct fe fe_sub(struct fe a, struct fe b) {
        for (int i = 0; i < 5; i++)
                a.at[i] += 2 * LIMB - (i ? 0 : 36) - b.at[i];
        return a;
}

static struct fe fe_mul(struct fe a, struct fe b) {
        unsigned __int128 sum[5] = { 0 }, carry = 0;
        struct fe f;

        for (int i = 0; i < 5; i++)
                for (int k = 0; k < 5; k++)
                        sum[(i + k) % 5] += (unsigned __int128) a.at[i] * b.at[k] * (i + k < 5 ? 1 : 19);
        for (int i = 0; i < 5; i++) {
                sum[i] += carry;
                f.at[i] = (uint64_t) sum[i] & LIMB;
                carry = sum[i] >> 51;
        }
        carry = carry * 19 + f.at[0];
        f.at[0] = (uint64_t) carry & LIMB;
        f.at[1] += (uint64_t) (carry >> 51);
        return f;
}

/* To the power of 2^255 - 21, whose bits are ones but for the second and the fourth. */
static struct fe fe_invert(struct fe a) {
        struct fe f = a;

        for (int bit = 253; bit >= 0; bit--) {
                f = fe_mul(f, f);
                if (bit != 2 && bit != 4)
                        f = fe_mul(f, a);
        }
        return f;
}

/* The one number below the modulus. */
static void fe_put(struct fe a, uint8_t ret[32]) {
        uint64_t carry = 0, beyond[5];

        a = fe_mul(a, (struct fe){ { 1 } });
        for (int round = 0; round < 2; round++)
                for (int i = 0; i < 5; i++) {
                        a.at[i] += carry;
                        carry = a.at[i] >> 51;
                        a.at[i] &= LIMB;
                        if (i == 4)
                                carry *= 19;
                }
        carry = 19;
        for (int i = 0; i < 5; i++) {
                beyond[i] = (a.at[i] + carry) & LIMB;
                carry = (a.at[i] + carry) >> 51;
        }
        memset(ret, 0, 32);
        for (int bit = 0; bit < 255; bit++)
                ret[bit / 8] |= (uint8_t) (((carry ? beyond : a.at)[bit / 51] >> (bit % 51) & 1) << (bit % 8));
}

/* Hisil, Wong, Carter, Dawson 2008: good for any two points, also one and itself. */
static struct point add(const struct point *p, const struct point *q, const struct fe *d2) {
        struct fe a = fe_mul(fe_sub(p->y, p->x), fe_sub(q->y, q->x)), b = fe_mul(fe_add(p->y, p->x), fe_add(q->y, q->x));
        struct fe c = fe_mul(fe_mul(p->t, *d2), q->t), zz = fe_mul(p->z, q->z), d = fe_add(zz, zz);
        struct fe e = fe_sub(b, a), f = fe_sub(d, c), g = fe_add(d, c), h = fe_add(b, a);

        return (struct point){ fe_mul(e, f), fe_mul(g, h), fe_mul(f, g), fe_mul(e, h) };
}

static void public_key(const uint8_t scalar[32], uint8_t ret[32]) {
        struct fe x = fe_get(base_x), y = fe_get(base_y), d = fe_get(curve_d), one = { { 1 } }, inverse;
        struct point p = { { { 0 } }, one, one, { { 0 } } }, base = { x, y, one, fe_mul(x, y) };
        uint8_t bytes[32];

        d = fe_mul(fe_add(d, d), one);
        for (int bit = 254; bit >= 0; bit--) {
                p = add(&p, &p, &d);
                if (scalar[bit / 8] >> (bit % 8) & 1)
                        p = add(&p, &base, &d);
        }
        inverse = fe_invert(p.z);
        fe_put(fe_mul(p.x, inverse), bytes);
        fe_put(fe_mul(p.y, inverse), ret);
        ret[31] |= (uint8_t) (bytes[0] << 7);
}

int bh_read_ed25519(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        struct bh_str key;

        (void) err;
        if (t->text.len != 43 || !bh_base64_decode(arena, t->text, &key) || key.len != 32 || !bh_md_len(c, BH_MD_SHA512))
                return 0;
        memcpy(t->want, key.at, key.len);
        t->want_len = 32;
        return 1;
}

bool bh_test_ed25519(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        uint8_t scalar[BH_MD_LONGEST], key[32];

        bh_crypto_start(c, BH_MD_SHA512);
        bh_crypto_add(c, word);
        bh_crypto_end(c, scalar);
        scalar[0] &= 248;
        scalar[31] = (scalar[31] & 63) | 64;
        public_key(scalar, key);
        return memcmp(key, t->want, sizeof key) == 0;
}
