/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <stdint.h>

#include "base/hash.h"

struct bh_map bh_map_in(struct bh_arena *arena) {
        return (struct bh_map){ .arena = arena };
}

static uint32_t *slot_of(const struct bh_map *m, struct bh_str key, uint64_t hash) {
        size_t mask = m->n_slots - 1;

        for (size_t i = hash & mask;; i = (i + 1) & mask) {
                const struct bh_map_item *item = m->slots[i] ? &m->items[m->slots[i] - 1] : NULL;

                if (!item || (item->hash == hash && bh_str_eq(item->key, key)))
                        return &m->slots[i];
        }
}

static void grow(struct bh_map *m) {
        size_t cap = m->cap ? m->cap * 2 : 8;

        if (cap > UINT32_MAX / 2)
                bh_nomem(cap);
        m->items = bh_arena_grow(m->arena, m->items, m->cap * sizeof *m->items, cap * sizeof *m->items);
        m->cap = cap;
        m->n_slots = cap * 2;
        m->slots = bh_arena_array(m->arena, uint32_t, m->n_slots);
        for (size_t i = 0; i < m->len; i++)
                *slot_of(m, m->items[i].key, m->items[i].hash) = (uint32_t) i + 1;
}

static const struct bh_map_item *find(const struct bh_map *m, struct bh_str key) {
        uint32_t slot = m->n_slots ? *slot_of(m, key, bh_hash64(key)) : 0;

        return slot ? &m->items[slot - 1] : NULL;
}

void *bh_map_get(const struct bh_map *map, struct bh_str key) {
        const struct bh_map_item *item = find(map, key);

        return item ? item->value : NULL;
}

bool bh_map_has(const struct bh_map *map, struct bh_str key) {
        return find(map, key) != NULL;
}

void **bh_map_at(struct bh_map *map, struct bh_str key) {
        uint64_t hash = bh_hash64(key);
        uint32_t *slot;

        if (map->len == map->cap)
                grow(map);
        slot = slot_of(map, key, hash);
        if (*slot == 0) {
                map->items[map->len++] = (struct bh_map_item){ key, NULL, hash };
                *slot = (uint32_t) map->len;
        }
        return &map->items[*slot - 1].value;
}

void *bh_map_set(struct bh_map *map, struct bh_str key, void *value) {
        void **at = bh_map_at(map, key), *old = *at;

        *at = value;
        return old;
}
