/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_CUR_H
#define BH_BASE_CUR_H
/*
 * A cursor over hostile bytes: the one place where input meets arithmetic.
 *
 * A read past the end returns zero and marks the cursor bad, for good. So a
 * parser reads a whole record, and asks once: if (c.bad) ...
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct bh_cur {
        const char *at;
        size_t left;
        unsigned line; /* lines taken so far by bh_cur_line */
        bool bad;
};

struct bh_cur bh_cur_of(struct bh_str s);
struct bh_str bh_cur_take(struct bh_cur *c, size_t n);
struct bh_str bh_cur_rest(const struct bh_cur *c);
void bh_cur_skip(struct bh_cur *c, size_t n);
/* A new cursor over [offset, offset + n) of s; bad when that is not inside s. */
struct bh_cur bh_cur_at(struct bh_str s, uint64_t offset, uint64_t n);

uint8_t bh_cur_u8(struct bh_cur *c);
uint16_t bh_cur_be16(struct bh_cur *c);
uint32_t bh_cur_be32(struct bh_cur *c);
uint64_t bh_cur_be64(struct bh_cur *c);
uint16_t bh_cur_le16(struct bh_cur *c);
uint32_t bh_cur_le32(struct bh_cur *c);
uint64_t bh_cur_le64(struct bh_cur *c);
/* LEB128 as Go, protobuf and our own wire write it; more than ten bytes are bad. */
uint64_t bh_cur_uvarint(struct bh_cur *c);

/* One line without its "\n" or "\r\n"; false at the end. The last line needs no newline. */
bool bh_cur_line(struct bh_cur *c, struct bh_str *ret_line);
/* Up to the NUL, which is taken and not returned; bad without one. */
struct bh_str bh_cur_cstr(struct bh_cur *c);

#endif
