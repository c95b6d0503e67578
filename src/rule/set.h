/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_SET_H
#define BH_RULE_SET_H
/*
 * Many texts asked at once: "is it one of these", "does it begin with one of
 * these", and so on. Built once into an arena, from texts that live as long;
 * most questions end at a length or a first byte.
 */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

/* Equal to one of them. */
struct bh_set {
        const struct bh_str *items;
        uint32_t n, mask;
        uint32_t *slots;      /* item + 1, by hash; NULL: few, so they are compared one by one */
        uint64_t lengths;     /* bit n: one has n bytes; bit 63: 63 or more */
        uint64_t tails[16];   /* by a hash of the last four bytes, whether one of four or more has such */
};

/* Which of 1,024 bits four bytes have. */
static inline unsigned bh_set_bit(const char *at) {
        uint32_t v;

        memcpy(&v, at, sizeof v);
        return v * 0x9e3779b1u >> 22;
}

void bh_set_build(struct bh_arena *arena, const struct bh_str *items, size_t n, struct bh_set *ret);
uint64_t bh_set_hash(struct bh_str s);
/* The look at its length and its end: most texts end here. */
static inline bool bh_set_may(const struct bh_set *set, struct bh_str s) {
        unsigned bit;

        if (!(set->lengths >> (s.len < 63 ? s.len : 63) & 1))
                return false;
        if (s.len < 4)
                return true;
        bit = bh_set_bit(s.at + s.len - 4);
        return set->tails[bit / 64] >> (bit % 64) & 1;
}
int32_t bh_set_find(const struct bh_set *set, struct bh_str s, uint64_t hash); /* bh_set_hash(s), 0 without slots; its place, or -1 */

/* Begins, or ends, with one of them. */
struct bh_ends {
        struct bh_str *items; /* sorted (from their ends, for ends); none begins another */
        uint32_t n;
        bool at_end, any;     /* any: one of them is empty */
        uint64_t bytes[4];    /* which first (last) bytes there are */
};
void bh_ends_build(struct bh_arena *arena, const struct bh_str *items, size_t n, bool at_end, struct bh_ends *ret);
bool bh_ends_has(const struct bh_ends *ends, struct bh_str s);

/* Holds one of them. */
struct bh_parts;
const struct bh_parts *bh_parts_build(struct bh_arena *arena, const struct bh_str *items, size_t n, bool nocase);
bool bh_parts_in(const struct bh_parts *parts, struct bh_str s);

/* Is, or lies below, one of these paths, whose parts may be globs. */
struct bh_paths;
const struct bh_paths *bh_paths_build(struct bh_arena *arena, const struct bh_str *items, size_t n);
bool bh_paths_has(const struct bh_paths *paths, struct bh_str path);

#endif
