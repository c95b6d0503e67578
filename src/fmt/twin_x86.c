/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of SHA-256 (by the processor's own instructions) and of MD5, so
 * that one can stand between those of the other. Everything is inlined into
 * three functions with the numbers of the steps known.
 */
#include "fmt/twin_blocks.h"

#include <immintrin.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline, target("sha,sse4.1")))
#define TARGET __attribute__((target("sha,sse4.1")))

enum { BLOCK = 64, GROUPS = 16 }; /* a group: four steps of either */

/* FIPS 180-4, 4.2.2: from the cube roots of primes. */
static const uint32_t roots[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
        0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
        0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
        0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
        0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
        0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* RFC 1321, 3.4: 2^32 times |sin n|. */
static const uint32_t sines[64] = {
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1,
        0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453,
        0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942,
        0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05,
        0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d,
        0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

/* Of MD5's four rounds: by how much its steps turn, and which word of the block each takes (factor * step + first). */
static const unsigned turns[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } };
static const unsigned factors[4] = { 1, 5, 3, 7 }, firsts[4] = { 0, 1, 5, 0 };

INLINE uint32_t word(const unsigned char *block, unsigned n) {
        uint32_t v;

        memcpy(&v, block + 4 * (n % 16), sizeof v);
        return v;
}

/*
 * What waits for the step before, b, is added last. In the second round (b & d) and
 * (c & ~d) have no bit in common: two sums do, of which one need not wait.
 */
INLINE uint32_t blend(unsigned round, uint32_t sum, uint32_t b, uint32_t c, uint32_t d) {
        switch (round) {
        case 0: return sum + (d ^ (b & (c ^ d)));
        case 1: return sum + (c & ~d) + (b & d);
        case 2: return sum + (b ^ (c ^ d));
        default: return sum + (c ^ (b | ~d));
        }
}

INLINE void md5_step(uint32_t v[4], const unsigned char *block, unsigned n) {
        unsigned round = n / 16, turn = turns[round][n % 4];
        uint32_t *a = &v[-n % 4], b = v[(1 - n) % 4], c = v[(2 - n) % 4], d = v[(3 - n) % 4];
        uint32_t sum = *a + sines[n] + word(block, factors[round] * n + firsts[round]);

        sum = blend(round, sum, b, c, d);
        *a = b + (sum << turn | sum >> (32 - turn));
}

struct sha {
        __m128i abef, cdgh; /* the state as the instructions want it */
        __m128i w[4];       /* the last sixteen words of the schedule */
};

/* The next four words of the schedule, in place of the oldest. */
INLINE void schedule(__m128i w[4], unsigned group) {
        __m128i *oldest = &w[group % 4], second = w[(group + 1) % 4], third = w[(group + 2) % 4], newest = w[(group + 3) % 4];
        __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(*oldest, second), _mm_alignr_epi8(newest, third, 4));

        *oldest = _mm_sha256msg2_epu32(sum, newest);
}

INLINE void sha_steps(struct sha *s, unsigned group) {
        __m128i x;

        if (group >= 4)
                schedule(s->w, group);
        x = _mm_add_epi32(s->w[group % 4], _mm_loadu_si128((const __m128i *) (const void *) (roots + 4 * group)));
        s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, x);
        s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, _mm_shuffle_epi32(x, 0x0e));
}

INLINE void sha_words(struct sha *s, const unsigned char *block) {
        const __m128i big_endian = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);

        for (unsigned i = 0; i < 4; i++)
                s->w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *) (const void *) (block + 16 * i)), big_endian);
}

INLINE void sha_load(struct sha *s, const uint32_t state[8]) {
        __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *) (const void *) state), 0xb1);
        __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *) (const void *) (state + 4)), 0x1b);

        s->abef = _mm_alignr_epi8(cdab, efgh, 8);
        s->cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
}

INLINE void sha_store(const struct sha *s, uint32_t state[8]) {
        __m128i feba = _mm_shuffle_epi32(s->abef, 0x1b), dchg = _mm_shuffle_epi32(s->cdgh, 0xb1);

        _mm_storeu_si128((__m128i *) (void *) state, _mm_blend_epi16(feba, dchg, 0xf0));
        _mm_storeu_si128((__m128i *) (void *) (state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

INLINE void one_block(struct sha *s, const unsigned char *some, uint32_t v[4], const unsigned char *others) {
        __m128i abef = s->abef, cdgh = s->cdgh;
        uint32_t a = v[0], b = v[1], c = v[2], d = v[3];

        if (some)
                sha_words(s, some);
#pragma GCC unroll 16
        for (unsigned group = 0; group < GROUPS; group++) {
                if (some)
                        sha_steps(s, group);
                if (others) {
                        md5_step(v, others, 4 * group);
                        md5_step(v, others, 4 * group + 1);
                        md5_step(v, others, 4 * group + 2);
                        md5_step(v, others, 4 * group + 3);
                }
        }
        s->abef = _mm_add_epi32(s->abef, abef);
        s->cdgh = _mm_add_epi32(s->cdgh, cdgh);
        v[0] += a;
        v[1] += b;
        v[2] += c;
        v[3] += d;
}

bool bh_twin_able(void) {
        __builtin_cpu_init();
        return __builtin_cpu_supports("sha") && __builtin_cpu_supports("sse4.1");
}

TARGET void bh_twin_sha256_blocks(uint32_t state[8], const void *bytes, size_t n) {
        uint32_t none[4] = { 0 };
        struct sha s;

        sha_load(&s, state);
        for (size_t i = 0; i < n; i++)
                one_block(&s, (const unsigned char *) bytes + i * BLOCK, none, NULL);
        sha_store(&s, state);
}

TARGET void bh_twin_md5_blocks(uint32_t state[4], const void *bytes, size_t n) {
        uint32_t v[4] = { state[0], state[1], state[2], state[3] };
        struct sha none = { 0 };

        for (size_t i = 0; i < n; i++)
                one_block(&none, NULL, v, (const unsigned char *) bytes + i * BLOCK);
        memcpy(state, v, sizeof v);
}

TARGET void bh_twin_both_blocks(uint32_t sha256[8], const void *some, uint32_t md5[4], const void *others, size_t n) {
        uint32_t v[4] = { md5[0], md5[1], md5[2], md5[3] };
        struct sha s;

        sha_load(&s, sha256);
        for (size_t i = 0; i < n; i++)
                one_block(&s, (const unsigned char *) some + i * BLOCK, v, (const unsigned char *) others + i * BLOCK);
        sha_store(&s, sha256);
        memcpy(md5, v, sizeof v);
}
