/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_VEC_H
#define BH_BASE_VEC_H
/*
 * A growing array whose memory is an arena's.
 *
 *     BH_VEC(struct bh_package) packages = { 0 };
 *     *bh_vec_add(arena, &packages) = (struct bh_package){ ... };
 *     for (size_t i = 0; i < packages.len; i++) use(&packages.at[i]);
 *
 * Growing may move the items: keep indexes, not pointers, while you add.
 */
#include "base/arena.h"

#define BH_VEC(type)             \
        struct {                 \
                type *at;        \
                size_t len, cap; \
        }

/* The same as a type of its own, for vectors that are handed on. */
#define BH_VEC_OF(name, type)    \
        struct name {            \
                type *at;        \
                size_t len, cap; \
        }

/* A pointer to a new zeroed item at the end. */
#define bh_vec_add(arena, v)                                                                        \
        ({                                                                                          \
                bh_vec_room((arena), (void **) &(v)->at, (v)->len, &(v)->cap, sizeof((v)->at[0]));  \
                &(v)->at[(v)->len++];                                                               \
        })

/* For bh_vec_add: makes room for one more. */
static inline void bh_vec_room(struct bh_arena *arena, void **at, size_t len, size_t *cap, size_t size) {
        size_t want, bytes;

        if (len < *cap)
                return;
        want = *cap ? *cap * 2 : 8;
        if (__builtin_mul_overflow(want, size, &bytes))
                bh_nomem(SIZE_MAX);
        *at = bh_arena_grow(arena, *at, *cap * size, bytes);
        *cap = want;
}

#endif
