/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/set.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 3 }; /* up to so many are compared one by one */

static uint64_t mix(uint64_t a, uint64_t b) {
        __uint128_t m = (__uint128_t) a * b;

        return (uint64_t) m ^ (uint64_t) (m >> 64);
}

static uint64_t load(const char *at, size_t n) {
        uint64_t v = 0;

        memcpy(&v, at, n);
        return v;
}

/* Not stored and not against an adversary: what is in the table comes from rules, only what is asked from outside. */
uint64_t bh_set_hash(struct bh_str s) {
        uint64_t h = 0x9e3779b97f4a7c15ull ^ s.len;

        for (; s.len >= 8; s.at += 8, s.len -= 8)
                h = mix(h ^ load(s.at, 8), 0xd6e8feb86659fd93ull);
        return mix(h ^ (s.len ? load(s.at, s.len) : 0), 0xa0761d6478bd642full);
}

static unsigned length_bit(size_t len) {
        return len < 63 ? (unsigned) len : 63;
}

void bh_set_build(struct bh_arena *arena, const struct bh_str *items, size_t n, struct bh_set *ret) {
        struct bh_set s = { .items = items, .n = (uint32_t) n };
        uint32_t size = 8;

        for (size_t i = 0; i < n; i++) {
                s.lengths |= 1ull << length_bit(items[i].len);
                if (items[i].len >= 4) {
                        unsigned bit = bh_set_bit(items[i].at + items[i].len - 4);

                        s.tails[bit / 64] |= 1ull << (bit % 64);
                }
        }
        if (n > FEW) {
                while (size < 2 * n)
                        size *= 2;
                s.mask = size - 1;
                s.slots = bh_arena_array(arena, uint32_t, size);
                for (size_t i = 0; i < n; i++) {
                        uint64_t at = bh_set_hash(items[i]) & s.mask;

                        while (s.slots[at])
                                at = (at + 1) & s.mask;
                        s.slots[at] = (uint32_t) i + 1;
                }
        }
        *ret = s;
}

int32_t bh_set_find(const struct bh_set *set, struct bh_str s, uint64_t hash) {
        if (!set->slots) {
                for (uint32_t i = 0; i < set->n; i++)
                        if (bh_str_eq(set->items[i], s))
                                return (int32_t) i;
                return -1;
        }
        for (uint64_t at = hash & set->mask; set->slots[at]; at = (at + 1) & set->mask)
                if (bh_str_eq(set->items[set->slots[at] - 1], s))
                        return (int32_t) set->slots[at] - 1;
        return -1;
}

/* memcmp's order, or the same from the last byte on. */
static int order(struct bh_str a, struct bh_str b, bool at_end) {
        if (!at_end)
                return bh_str_cmp(a, b);
        for (size_t i = 1; i <= a.len && i <= b.len; i++) {
                unsigned char x = (unsigned char) a.at[a.len - i], y = (unsigned char) b.at[b.len - i];

                if (x != y)
                        return x < y ? -1 : 1;
        }
        return a.len < b.len ? -1 : a.len > b.len;
}

static int by_start(const void *a, const void *b) {
        return order(*(const struct bh_str *) a, *(const struct bh_str *) b, false);
}

static int by_end(const void *a, const void *b) {
        return order(*(const struct bh_str *) a, *(const struct bh_str *) b, true);
}

static bool fits(const struct bh_ends *e, struct bh_str s, struct bh_str item) {
        return e->at_end ? bh_str_ends(s, item) : bh_str_starts(s, item);
}

void bh_ends_build(struct bh_arena *arena, const struct bh_str *items, size_t n, bool at_end, struct bh_ends *ret) {
        struct bh_ends e = { .items = bh_arena_array(arena, struct bh_str, n), .at_end = at_end };
        struct bh_str *sorted = bh_arena_array(arena, struct bh_str, n);

        if (n)
                memcpy(sorted, items, n * sizeof *sorted);
        qsort(sorted, n, sizeof *sorted, at_end ? by_end : by_start);
        for (size_t i = 0; i < n; i++) {
                unsigned char c;

                if (sorted[i].len == 0) {
                        e.any = true;
                        continue;
                }
                if (e.n && fits(&e, sorted[i], e.items[e.n - 1]))
                        continue; /* whatever begins so, begins with the shorter one too */
                c = (unsigned char) sorted[i].at[at_end ? sorted[i].len - 1 : 0];
                e.bytes[c / 64] |= 1ull << (c % 64);
                e.items[e.n++] = sorted[i];
        }
        *ret = e;
}

/* The only candidate is the greatest item that is not greater than s: between it and s all begin with it. */
bool bh_ends_has(const struct bh_ends *e, struct bh_str s) {
        uint32_t low = 0, high = e->n;
        unsigned char c;

        if (e->any)
                return true;
        if (s.len == 0)
                return false;
        c = (unsigned char) s.at[e->at_end ? s.len - 1 : 0];
        if (!(e->bytes[c / 64] >> (c % 64) & 1))
                return false;
        while (low < high) {
                uint32_t mid = (low + high) / 2;

                if (order(e->items[mid], s, e->at_end) <= 0)
                        low = mid + 1;
                else
                        high = mid;
        }
        return low > 0 && fits(e, s, e->items[low - 1]);
}
