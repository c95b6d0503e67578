/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

void bh_buf_done(struct bh_buf *b) {
        free(b->at);
        *b = (struct bh_buf){ 0 };
}

struct bh_str bh_buf_str(const struct bh_buf *b) {
        return (struct bh_str){ b->at ? b->at : "", b->len };
}

char *bh_buf_room(struct bh_buf *b, size_t n) {
        size_t want, cap = b->cap ? b->cap : 256;
        char *p;

        if (__builtin_add_overflow(b->len, n, &want) || want > SIZE_MAX / 2)
                bh_nomem(n);
        if (want <= b->cap && b->at)
                return b->at + b->len;
        while (cap < want)
                cap *= 2;
        p = realloc(b->at, cap);
        if (!p)
                bh_nomem(cap);
        b->at = p;
        b->cap = cap;
        return p + b->len;
}

void bh_buf_add(struct bh_buf *b, struct bh_str s) {
        if (s.len)
                memcpy(bh_buf_room(b, s.len), s.at, s.len);
        b->len += s.len;
}

void bh_buf_puts(struct bh_buf *b, const char *cstr) {
        bh_buf_add(b, bh_str_of(cstr));
}

void bh_buf_putc(struct bh_buf *b, char c) {
        *bh_buf_room(b, 1) = c;
        b->len++;
}

void bh_buf_vprintf(struct bh_buf *b, const char *fmt, va_list ap) {
        size_t room = b->cap - b->len; /* mostly enough, and then it is printed once */
        va_list again;
        int n;

        va_copy(again, ap);
        n = vsnprintf(room ? b->at + b->len : NULL, room, fmt, again);
        va_end(again);
        if (n < 0)
                return;
        if ((size_t) n >= room)
                (void) vsnprintf(bh_buf_room(b, (size_t) n + 1), (size_t) n + 1, fmt, ap);
        b->len += (size_t) n;
}

void bh_buf_printf(struct bh_buf *b, const char *fmt, ...) {
        va_list ap;

        va_start(ap, fmt);
        bh_buf_vprintf(b, fmt, ap);
        va_end(ap);
}

static void little(struct bh_buf *b, uint64_t v, unsigned n) {
        char *p = bh_buf_room(b, n);

        for (unsigned i = 0; i < n; i++, v >>= 8)
                p[i] = (char) (v & 0xff);
        b->len += n;
}

void bh_buf_le32(struct bh_buf *b, uint32_t v) {
        little(b, v, 4);
}

void bh_buf_le64(struct bh_buf *b, uint64_t v) {
        little(b, v, 8);
}

void bh_buf_uvarint(struct bh_buf *b, uint64_t v) {
        for (; v >= 0x80; v >>= 7)
                bh_buf_putc(b, (char) (0x80 | (v & 0x7f)));
        bh_buf_putc(b, (char) v);
}

void bh_buf_slice(struct bh_buf *b, struct bh_str s) {
        bh_buf_uvarint(b, s.len);
        bh_buf_add(b, s);
}
