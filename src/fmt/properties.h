/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_PROPERTIES_H
#define BH_FMT_PROPERTIES_H
/*
 * Java properties (java.util.Properties): "key=value", "key: value", "key
 * value", comments with # and !, "\" at a line's end goes on, \uXXXX escapes.
 * Lines without escapes are slices of the input, others are made in the arena.
 */
#include "base/arena.h"
#include "base/cur.h"

struct bh_property {
        struct bh_str key, value;
};

/* 1: a property; 0: the end. There is nothing that cannot be read. */
int bh_properties_next(struct bh_arena *arena, struct bh_cur *c, struct bh_property *ret);

#endif
