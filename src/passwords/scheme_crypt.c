/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crypt(3): every method of libxcrypt, which is met here. What one test costs
 * stands in the text of a hash, and is worked out before the first one.
 */
#include <crypt.h>
#include <string.h>

#include "base/limits.h"
#include "passwords/schemes.h"

enum { WORD_MAX = 256, US = 1000, MS = 1000 * 1000 };

static const char itoa64[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static uint32_t digit64(char c) {
        const char *at = c ? strchr(itoa64, c) : NULL;

        return at ? (uint32_t) (at - itoa64) : 64;
}

/* "rounds=1000$" behind the method, else the usual number. */
static uint64_t sha_rounds(struct bh_str rest) {
        struct bh_str digits, salt;
        uint64_t n;

        if (!bh_str_cut_prefix(&rest, BH_STR("rounds=")))
                return 5000;
        (void) bh_str_cut(rest, '$', &digits, &salt);
        return bh_str_u64(digits, &n) ? BH_MIN(n, 999999999ull) : UINT32_MAX;
}

static uint64_t cost_sha(struct bh_str rest) {
        return sha_rounds(rest) * 500;
}

static uint64_t cost_md5(struct bh_str rest) {
        (void) rest;
        return 225 * US;
}

static uint64_t cost_bcrypt(struct bh_str rest) {
        uint64_t log2;

        return bh_str_u64(bh_str_part(rest, 0, 2), &log2) && log2 < 32 ? (100ull * US) << log2 : UINT64_MAX;
}

/* A number of yescrypt's: short ones take one letter, the higher ones more. False: not one. */
static bool yes_number(struct bh_str *s, uint32_t min, uint64_t *ret) {
        uint32_t start = 0, end = 47, bits = 0, chars = 1, c;
        uint64_t v = min;

        if (s->len == 0 || (c = digit64(s->at[0])) > 63)
                return false;
        while (c > end) {
                v += (uint64_t) (end + 1 - start) << bits;
                start = end + 1;
                end = start + (62 - end) / 2;
                chars++;
                bits += 6;
        }
        v += (uint64_t) (c - start) << bits;
        if (s->len < chars)
                return false;
        for (uint32_t i = 1; i < chars; i++) {
                c = digit64(s->at[i]);
                if (c > 63)
                        return false;
                bits -= 6;
                v += (uint64_t) c << bits;
        }
        *s = bh_str_from(*s, chars);
        *ret = v;
        return true;
}

/* Of N, r and p; at 4096, 32, 1 it is 45 ms. */
static uint64_t cost_memory(uint64_t log2, uint64_t r, uint64_t p) {
        uint64_t units = r;

        if (log2 > 30 || r > (1u << 20) || p > (1u << 20) || __builtin_mul_overflow(units, p, &units) ||
            __builtin_mul_overflow(units, 1ull << log2, &units) || __builtin_mul_overflow(units, 45ull * MS, &units))
                return UINT64_MAX;
        return units / (4096 * 32);
}

static uint64_t cost_yescrypt(struct bh_str rest) {
        uint64_t flavour, log2, r, have = 0, p = 1, t = 0, g = 0;
        bool ok = yes_number(&rest, 0, &flavour) && yes_number(&rest, 1, &log2) && yes_number(&rest, 1, &r);

        if (ok && rest.len && rest.at[0] != '$') {
                ok = yes_number(&rest, 1, &have);
                ok = ok && (!(have & 1) || yes_number(&rest, 2, &p));
                ok = ok && (!(have & 2) || yes_number(&rest, 1, &t));
                ok = ok && (!(have & 4) || yes_number(&rest, 1, &g));
        }
        if (!ok || t > 100 || g > 8)
                return UINT64_MAX;
        return cost_memory(log2 + 2 * g, r * (1 + t), p);
}

static uint64_t number5(struct bh_str s) {
        uint64_t v = 0;

        for (size_t i = 0; i < 5 && i < s.len; i++)
                v |= (uint64_t) digit64(s.at[i]) << (6 * i);
        return v;
}

static uint64_t cost_scrypt(struct bh_str rest) {
        return rest.len > 11 ? cost_memory(digit64(rest.at[0]), number5(bh_str_from(rest, 1)), number5(bh_str_from(rest, 6))) : UINT64_MAX;
}

static uint64_t cost_sha1(struct bh_str rest) {
        struct bh_str digits, salt;
        uint64_t n;

        (void) bh_str_cut(rest, '$', &digits, &salt);
        return bh_str_u64(digits, &n) && n <= UINT32_MAX ? n * 1000 : UINT64_MAX;
}

/* "$md5$" or "$md5,rounds=904$" */
static uint64_t cost_sun(struct bh_str rest) {
        struct bh_str digits, salt;
        uint64_t n = 0;

        if (bh_str_cut_prefix(&rest, BH_STR(",rounds="))) {
                (void) bh_str_cut(rest, '$', &digits, &salt);
                if (!bh_str_u64(digits, &n) || n > UINT32_MAX)
                        return UINT64_MAX;
        }
        return (4096 + n) * 3 * US;
}

static uint64_t cost_nt(struct bh_str rest) {
        (void) rest;
        return 5 * US;
}

static uint64_t cost_bsdi(struct bh_str rest) {
        uint64_t count = 0;

        for (size_t i = 0; i < 4 && i < rest.len; i++)
                count |= (uint64_t) digit64(rest.at[i]) << (6 * i);
        return count * 400;
}

static uint64_t cost_des(struct bh_str rest) {
        return 10ull * US * (1 + rest.len / 13);
}

static const struct method {
        const char *prefix;
        uint64_t (*cost)(struct bh_str rest);
} methods[] = {
        { "$y$", cost_yescrypt }, { "$gy$", cost_yescrypt }, { "$7$", cost_scrypt },
        { "$2a$", cost_bcrypt }, { "$2b$", cost_bcrypt }, { "$2y$", cost_bcrypt },
        { "$2x$", cost_bcrypt }, { "$6$", cost_sha }, { "$5$", cost_sha },
        { "$1$", cost_md5 }, { "$sha1$", cost_sha1 }, { "$md5", cost_sun },
        { "$3$", cost_nt }, { "_", cost_bsdi },
};

static bool is_des(struct bh_str s) {
        if (s.len < 13)
                return false;
        for (size_t i = 0; i < s.len; i++)
                if (digit64(s.at[i]) > 63)
                        return false;
        return (s.len - 2) % 11 == 0; /* bigcrypt goes on in steps of eleven */
}

static uint64_t cost_of(const struct bh_target *t) {
        for (size_t i = 0; i < BH_LEN(methods); i++)
                if (t->scheme->prefix && strcmp(methods[i].prefix, t->scheme->prefix) == 0)
                        return methods[i].cost(bh_str_from(t->text, strlen(methods[i].prefix)));
        return cost_des(t->text);
}

int bh_read_crypt(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        (void) arena;
        (void) c;
        (void) err;
        if (memchr(t->text.at, '\0', t->text.len) || t->text.len >= CRYPT_OUTPUT_SIZE || (!t->scheme->prefix && !is_des(t->text)))
                return 0;
        t->cost_ns = cost_of(t);
        return 1;
}

bool bh_test_crypt(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        struct crypt_data *room = bh_crypto_room(c, sizeof *room);
        char phrase[WORD_MAX];
        const char *out;

        if (word.len >= sizeof phrase || (word.len && memchr(word.at, '\0', word.len)))
                return false;
        memcpy(phrase, word.len ? word.at : "", word.len);
        phrase[word.len] = '\0';
        out = crypt_rn(phrase, t->text.at, room, sizeof *room);
        return out && strcmp(out, t->text.at) == 0;
}
