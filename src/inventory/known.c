/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/known.h"

#include "base/hash.h"

void bh_known_init(struct bh_known *k) {
        *k = (struct bh_known){ .arena = bh_arena_new(), .next_arena = bh_arena_new() };
        k->told = bh_map_in(k->arena);
        k->next = bh_map_in(k->next_arena);
}

void bh_known_done(struct bh_known *k) {
        bh_arena_free(&k->arena);
        bh_arena_free(&k->next_arena);
}

void bh_known_begin(struct bh_known *k) {
        bh_arena_reset(k->next_arena);
        k->next = bh_map_in(k->next_arena);
}

/* A content's hash in a pointer's place; never NULL. */
static void *mark_of(struct bh_str content) {
        return (void *) (uintptr_t) (bh_hash64(content) | 1);
}

bool bh_known_is_news(struct bh_known *k, struct bh_str key, struct bh_str content) {
        void *mark = mark_of(content);

        if (bh_map_has(&k->next, key))
                return false;
        (void) bh_map_set(&k->next, bh_arena_str(k->next_arena, key), mark);
        return bh_map_get(&k->told, key) != mark;
}

void bh_known_end(struct bh_known *k, bool (*gone)(void *user, struct bh_str key), void *user) {
        struct bh_arena *arena = k->arena;

        for (size_t i = 0; i < k->told.len; i++) {
                const struct bh_map_item *item = &k->told.items[i];

                if (!bh_map_has(&k->next, item->key) && !gone(user, item->key))
                        (void) bh_map_set(&k->next, bh_arena_str(k->next_arena, item->key), item->value);
        }
        k->arena = k->next_arena;
        k->told = k->next;
        k->next_arena = arena;
        bh_arena_reset(arena);
        k->next = bh_map_in(arena);
        k->any = true;
}
