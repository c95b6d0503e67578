/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_INVENTORY_KNOWN_H
#define BH_INVENTORY_KNOWN_H
/*
 * What was told of one kind of thing, so that only changes are told:
 *
 *     bh_known_begin(&k);
 *     for each thing there is: if (bh_known_is_news(&k, key, content)) tell it
 *     bh_known_end(&k, gone, user)                asks gone of each that was not told again
 */
#include "base/arena.h"
#include "base/map.h"

struct bh_known {
        struct bh_arena *arena, *next_arena; /* two: one holds what was told, one what is being told */
        struct bh_map told, next;
        bool any; /* a pass was made; whoever holds it may say that it did not count */
};

void bh_known_init(struct bh_known *k);
void bh_known_done(struct bh_known *k);
void bh_known_begin(struct bh_known *k);
/* Not told yet, or with another content. The second thing of the same key in a pass is never news. */
bool bh_known_is_news(struct bh_known *k, struct bh_str key, struct bh_str content);
/* gone: true: it is no more; false: it could not be looked at, and stays known. */
void bh_known_end(struct bh_known *k, bool (*gone)(void *user, struct bh_str key), void *user);

#endif
