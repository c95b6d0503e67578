/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_BUF_H
#define BH_BASE_BUF_H
/*
 * A growing heap buffer for what we write. One owner, freed by bh_buf_done:
 *
 *     BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
 */
#include <stdarg.h>
#include <stdint.h>

#include "base/str.h"

struct bh_buf {
        char *at;
        size_t len, cap;
};

void bh_buf_done(struct bh_buf *b);
static inline void bh_buf_clear(struct bh_buf *b) { /* keeps the memory */
        b->len = 0;
}
struct bh_str bh_buf_str(const struct bh_buf *b);
/* Room for n more bytes; returns where they go. Add to len what was written. */
char *bh_buf_room(struct bh_buf *b, size_t n);
void bh_buf_add(struct bh_buf *b, struct bh_str s);
void bh_buf_puts(struct bh_buf *b, const char *cstr);
void bh_buf_putc(struct bh_buf *b, char c);
void bh_buf_printf(struct bh_buf *b, const char *fmt, ...) BH_PRINTF(2, 3);
void bh_buf_vprintf(struct bh_buf *b, const char *fmt, va_list ap) BH_PRINTF(2, 0);
void bh_buf_le32(struct bh_buf *b, uint32_t v);
void bh_buf_le64(struct bh_buf *b, uint64_t v);
void bh_buf_uvarint(struct bh_buf *b, uint64_t v);
/* A uvarint length and the bytes. */
void bh_buf_slice(struct bh_buf *b, struct bh_str s);

#endif
