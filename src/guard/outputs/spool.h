/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_OUTPUTS_SPOOL_H
#define BH_GUARD_OUTPUTS_SPOOL_H
/*
 * What waits for a receiver, in memory: bounded in bytes, first come first
 * served, and when it is full the least severe go first, the oldest of them
 * before the others. Not for several threads at once: output.c holds the lock.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "rule/rules.h"

/* One alert as a receiver gets it: a line without its newline. */
struct bh_message {
        struct bh_message *next;
        uint64_t order;
        int64_t time_ns;
        uint8_t level; /* enum bh_priority */
        uint32_t len;
        char bytes[];
};

struct bh_message *bh_message_new(int64_t time_ns, uint8_t level, struct bh_str bytes);
static inline struct bh_str bh_message_str(const struct bh_message *m) {
        return (struct bh_str){ m->bytes, m->len };
}

struct bh_spool {
        struct bh_message *first[_BH_PRIORITY_MAX], *last[_BH_PRIORITY_MAX];
        size_t bytes, max_bytes;
        size_t n;
        uint64_t order;
        uint64_t dropped[_BH_PRIORITY_MAX];
};

/* Takes the message; something may have to go for it, itself included. */
void bh_spool_add(struct bh_spool *s, struct bh_message *m);
/* The oldest, now the caller's; NULL: none. */
struct bh_message *bh_spool_take(struct bh_spool *s);
/* Back to the front: it keeps its place. Never drops. */
void bh_spool_back(struct bh_spool *s, struct bh_message *m);
void bh_spool_done(struct bh_spool *s);

#endif
