/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_PASSWORDS_MEMORY_H
#define BH_PASSWORDS_MEMORY_H
/*
 * What was tested before, so that only what changed is tested again. A line
 * stands for one hash under one account, by a digest under a secret key:
 *
 *     bulkhead passwords 1
 *     KEY, 32 hex | lists, 16 hex | found, 4 hex | guesses tried | w, h or k | number of what was it | runs since it was seen
 *
 * Nothing of a hash or a password can be had from it: of the hash there is a
 * keyed digest, of a password only the number of a guess. Passwords in plain
 * text have no line at all.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"

enum { BH_MEMORY_KEY = 16, BH_MEMORY_LISTS = 8, BH_MEMORY_RUNS = 100 /* a row that is not seen for so many is forgotten */ };

struct bh_memory_row {
        uint8_t key[BH_MEMORY_KEY], lists[BH_MEMORY_LISTS];
        uint16_t found; /* of the passwords known from plain text: enough to see a change, too little to guess by */
        uint64_t tried, guess, unseen;
        char outcome; /* 'w'eak, by `guess`; 'h'eld so far; 'k'nown from plain text: the one with the number `guess` */
};

struct bh_memory {
        struct bh_map rows;
};

/* Lines that are none are passed over: they are tested again. */
void bh_memory_parse(struct bh_arena *arena, struct bh_str bytes, struct bh_memory *ret);
const struct bh_memory_row *bh_memory_get(const struct bh_memory *m, const uint8_t key[BH_MEMORY_KEY]);
void bh_memory_put_head(struct bh_buf *out);
void bh_memory_put(struct bh_buf *out, const struct bh_memory_row *row);

#endif
