/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_MAP_H
#define BH_BASE_MAP_H
/*
 * A hash table from a slice to a pointer, in an arena. Keys are borrowed: they
 * must live as long as the map. Iteration is in the order of insertion, so
 * nothing we print ever depends on hash order. There is no removal.
 */
#include "base/arena.h"
#include "base/str.h"

struct bh_map_item {
        struct bh_str key;
        void *value;
        uint64_t hash;
};

struct bh_map {
        struct bh_arena *arena;
        struct bh_map_item *items;
        size_t len, cap;
        uint32_t *slots; /* item index + 1, 0 = free */
        size_t n_slots;
};

struct bh_map bh_map_in(struct bh_arena *arena);
void *bh_map_get(const struct bh_map *map, struct bh_str key); /* NULL when absent */
bool bh_map_has(const struct bh_map *map, struct bh_str key);
/* Sets or replaces; returns the old value or NULL. */
void *bh_map_set(struct bh_map *map, struct bh_str key, void *value);
/* The place of the value, made with NULL when absent; valid until the next set. */
void **bh_map_at(struct bh_map *map, struct bh_str key);

#endif
