/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cur.h"

#include <string.h>

struct bh_cur bh_cur_of(struct bh_str s) {
        return (struct bh_cur){ .at = s.at ? s.at : "", .left = s.len };
}

/* Everything else is built on this one function. */
struct bh_str bh_cur_take(struct bh_cur *c, size_t n) {
        struct bh_str s = { c->at, n };

        if (c->bad || n > c->left) {
                c->bad = true;
                return (struct bh_str){ "", 0 };
        }
        c->at += n;
        c->left -= n;
        return s;
}

struct bh_str bh_cur_rest(const struct bh_cur *c) {
        return c->bad ? (struct bh_str){ "", 0 } : (struct bh_str){ c->at, c->left };
}

void bh_cur_skip(struct bh_cur *c, size_t n) {
        (void) bh_cur_take(c, n);
}

struct bh_cur bh_cur_at(struct bh_str s, uint64_t offset, uint64_t n) {
        struct bh_cur c = bh_cur_of(s);

        if (offset > s.len || n > s.len - offset) {
                c.bad = true;
                return c;
        }
        c.at += offset;
        c.left = (size_t) n;
        return c;
}

/* The n bytes as they lie, in the low end of a number on any machine that counts from there. */
static inline uint64_t bytes(struct bh_cur *c, size_t n) {
        struct bh_str s = bh_cur_take(c, n);
        uint64_t v = 0;

        if (s.len)
                memcpy(&v, s.at, n); /* n, not s.len: a constant for whoever calls */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        v = __builtin_bswap64(v);
#endif
        return v;
}

uint8_t bh_cur_u8(struct bh_cur *c) {
        return (uint8_t) bytes(c, 1);
}
uint16_t bh_cur_be16(struct bh_cur *c) {
        return __builtin_bswap16((uint16_t) bytes(c, 2));
}
uint32_t bh_cur_be32(struct bh_cur *c) {
        return __builtin_bswap32((uint32_t) bytes(c, 4));
}
uint64_t bh_cur_be64(struct bh_cur *c) {
        return __builtin_bswap64(bytes(c, 8));
}
uint16_t bh_cur_le16(struct bh_cur *c) {
        return (uint16_t) bytes(c, 2);
}
uint32_t bh_cur_le32(struct bh_cur *c) {
        return (uint32_t) bytes(c, 4);
}
uint64_t bh_cur_le64(struct bh_cur *c) {
        return bytes(c, 8);
}

uint64_t bh_cur_uvarint(struct bh_cur *c) {
        uint64_t v = 0;

        if (!c->bad && c->left && (unsigned char) c->at[0] < 0x80) { /* nearly all */
                c->left--;
                return (unsigned char) *c->at++;
        }
        for (unsigned shift = 0; shift < 64; shift += 7) {
                uint8_t b = bh_cur_u8(c);

                if (c->bad || (shift == 63 && b > 1))
                        break;
                v |= (uint64_t) (b & 0x7f) << shift;
                if (!(b & 0x80))
                        return v;
        }
        c->bad = true;
        return 0;
}

bool bh_cur_line(struct bh_cur *c, struct bh_str *ret_line) {
        const char *end;
        struct bh_str s;

        if (c->bad || c->left == 0)
                return false;
        end = memchr(c->at, '\n', c->left);
        s = bh_cur_take(c, end ? (size_t) (end - c->at) : c->left);
        if (end)
                bh_cur_skip(c, 1);
        if (s.len && s.at[s.len - 1] == '\r')
                s.len--;
        c->line++;
        *ret_line = s;
        return true;
}

struct bh_str bh_cur_cstr(struct bh_cur *c) {
        const char *end = c->bad || c->left == 0 ? NULL : memchr(c->at, '\0', c->left);
        struct bh_str s;

        if (!end) {
                c->bad = true;
                return (struct bh_str){ "", 0 };
        }
        s = bh_cur_take(c, (size_t) (end - c->at));
        bh_cur_skip(c, 1);
        return s;
}
