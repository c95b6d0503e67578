/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/twin.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fmt/twin_blocks.h"

enum { BLOCK = 64, LENGTH = 8 };

/* One of the two: its state, and what does not fill a block yet. */
struct half {
        uint32_t state[8];
        unsigned char rest[BLOCK];
        uint64_t n; /* bytes in all */
        void (*blocks)(uint32_t *state, const void *bytes, size_t n);
};

struct bh_twin {
        struct half sha256, md5;
};

static void sha256_start(struct half *h) {
        static const uint32_t first[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

        h->n = 0;
        memcpy(h->state, first, sizeof first);
}

static void md5_start(struct half *h) {
        static const uint32_t first[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };

        h->n = 0;
        memcpy(h->state, first, sizeof first);
}

static bool policy_has_md5(void) {
        struct bh_hasher *h = bh_hasher_new("MD5");
        bool has = bh_hasher_sum8(h, BH_STR("")) == 0xd41d8cd98f00b204;

        bh_hasher_free(&h);
        return has;
}

struct bh_twin *bh_twin_new(void) {
        struct bh_twin *t;

        if (!bh_twin_able() || !policy_has_md5())
                return NULL;
        t = calloc(1, sizeof *t);
        if (!t)
                bh_nomem(sizeof *t);
        t->sha256.blocks = bh_twin_sha256_blocks;
        t->md5.blocks = bh_twin_md5_blocks;
        sha256_start(&t->sha256);
        md5_start(&t->md5);
        return t;
}

void bh_twin_free(struct bh_twin **t) {
        free(*t);
        *t = NULL;
}

/* Fills the block that was begun; what is left begins one. */
static struct bh_str top_up(struct half *h, struct bh_str s) {
        size_t held = h->n % BLOCK, n = BH_MIN(s.len, BLOCK - held);

        if (held == 0 || n == 0)
                return s;
        memcpy(h->rest + held, s.at, n);
        h->n += n;
        if (h->n % BLOCK == 0)
                h->blocks(h->state, h->rest, 1);
        return bh_str_from(s, n);
}

static struct bh_str done(struct half *h, struct bh_str s, size_t blocks) {
        h->n += blocks * BLOCK;
        return bh_str_from(s, blocks * BLOCK);
}

static void add(struct half *h, struct bh_str s) {
        size_t n = s.len / BLOCK;

        if (n)
                h->blocks(h->state, s.at, n);
        s = done(h, s, n);
        if (s.len)
                memcpy(h->rest + h->n % BLOCK, s.at, s.len);
        h->n += s.len;
}

void bh_twin_add(struct bh_twin *t, struct bh_str sha256, struct bh_str md5) {
        struct bh_str some = top_up(&t->sha256, sha256), others = top_up(&t->md5, md5);
        size_t n = BH_MIN(some.len, others.len) / BLOCK;

        if (n) {
                bh_twin_both_blocks(t->sha256.state, some.at, t->md5.state, others.at, n);
                some = done(&t->sha256, some, n);
                others = done(&t->md5, others, n);
        }
        add(&t->sha256, some);
        add(&t->md5, others);
}

/* A bit, zeros, and how many bits there were, up to the end of a block. */
static void pad(struct half *h, bool big_endian) {
        unsigned char end[2 * BLOCK] = { 0x80 };
        uint64_t bits = h->n * 8;
        size_t n = BLOCK - (h->n + LENGTH) % BLOCK + LENGTH;

        for (unsigned i = 0; i < LENGTH; i++)
                end[n - LENGTH + i] = (unsigned char) (bits >> 8 * (big_endian ? LENGTH - 1 - i : i));
        add(h, top_up(h, (struct bh_str){ (const char *) end, n }));
}

const char *bh_twin_sha256_end(struct bh_twin *t, char out[BH_DIGEST_TEXT_MAX]) {
        unsigned char raw[32];

        pad(&t->sha256, true);
        for (unsigned i = 0; i < sizeof raw; i++)
                raw[i] = (unsigned char) (t->sha256.state[i / 4] >> 8 * (3 - i % 4));
        memcpy(out, "sha256:", 7);
        (void) bh_hex(raw, sizeof raw, out + 7);
        sha256_start(&t->sha256);
        return out;
}

void bh_twin_md5_start(struct bh_twin *t) {
        md5_start(&t->md5);
}

uint64_t bh_twin_md5_end8(struct bh_twin *t) {
        pad(&t->md5, false);
        return (uint64_t) __builtin_bswap32(t->md5.state[0]) << 32 | __builtin_bswap32(t->md5.state[1]);
}
