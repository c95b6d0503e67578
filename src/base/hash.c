/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <string.h>

/* Inlined, so that the state stays in registers. */
#define INLINE static inline __attribute__((always_inline))

INLINE uint64_t rotl(uint64_t x, int n) {
        return x << n | x >> (64 - n);
}

INLINE void round1(uint64_t v[4]) {
        v[0] += v[1];
        v[1] = rotl(v[1], 13) ^ v[0];
        v[0] = rotl(v[0], 32);
        v[2] += v[3];
        v[3] = rotl(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = rotl(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = rotl(v[1], 17) ^ v[2];
        v[2] = rotl(v[2], 32);
}

static uint64_t load(const char *p) {
        uint64_t w;

        memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        w = __builtin_bswap64(w);
#endif
        return w;
}

/*
 * The last bytes, fewer than eight, without a call. No read reaches back over
 * a word's beginning: who just wrote the bytes in words need not be waited for.
 */
INLINE uint64_t load_last(const char *at, size_t n) {
        const unsigned char *p = (const unsigned char *) at;
        uint64_t w = 0;
        unsigned i = 0;

        if (n & 4) {
                w = p[0] | (uint32_t) p[1] << 8 | (uint32_t) p[2] << 16 | (uint32_t) p[3] << 24;
                i = 4;
        }
        if (n & 2) {
                w |= (uint64_t) (p[i] | (unsigned) p[i + 1] << 8) << 8 * i;
                i += 2;
        }
        return n & 1 ? w | (uint64_t) p[i] << 8 * i : w;
}

INLINE void word(uint64_t v[4], uint64_t w) {
        v[3] ^= w;
        round1(v);
        v[0] ^= w;
}

uint64_t bh_hash64(struct bh_str s) {
        /* The initial state of SipHash with the key "bulkhead", "a wall  ". */
        static const uint64_t k0 = 0x646165686b6c7562, k1 = 0x20206c6c61772061;
        uint64_t v[4] = { k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
                          k1 ^ 0x7465646279746573 };
        size_t whole = s.len & ~(size_t) 7;

        for (size_t i = 0; i < whole; i += 8)
                word(v, load(s.at + i));
        word(v, (uint64_t) s.len << 56 | load_last(s.at + whole, s.len - whole));
        v[2] ^= 0xff;
        for (int i = 0; i < 3; i++)
                round1(v);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
}
