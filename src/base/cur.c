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

static uint64_t number(struct bh_cur *c, unsigned n, bool big) {
        struct bh_str s = bh_cur_take(c, n);
        uint64_t v = 0;

        for (size_t i = 0; i < s.len; i++)
                v = v << 8 | (unsigned char) s.at[big ? i : s.len - 1 - i];
        return v;
}

uint8_t bh_cur_u8(struct bh_cur *c) {
        return (uint8_t) number(c, 1, true);
}
uint16_t bh_cur_be16(struct bh_cur *c) {
        return (uint16_t) number(c, 2, true);
}
uint32_t bh_cur_be32(struct bh_cur *c) {
        return (uint32_t) number(c, 4, true);
}
uint64_t bh_cur_be64(struct bh_cur *c) {
        return number(c, 8, true);
}
uint16_t bh_cur_le16(struct bh_cur *c) {
        return (uint16_t) number(c, 2, false);
}
uint32_t bh_cur_le32(struct bh_cur *c) {
        return (uint32_t) number(c, 4, false);
}
uint64_t bh_cur_le64(struct bh_cur *c) {
        return number(c, 8, false);
}

uint64_t bh_cur_uvarint(struct bh_cur *c) {
        uint64_t v = 0;

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
