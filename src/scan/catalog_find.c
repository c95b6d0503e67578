/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which catalogers read a file. Each path is asked for three times in one hash
 * table (whole, directory, last part) and once for each dot in its last part,
 * so that forty rows cost no more than four.
 */
#include "base/hash.h"
#include "scan/catalog.h"

enum { SLOTS = 512, MAX_DOTS = 3 };

struct slot {
        uint64_t key; /* 0: free */
        uint16_t first; /* row + 1, and on through `next` */
};

struct bh_catalog_index {
        const struct bh_cataloger *rows;
        struct slot slots[SLOTS];
        uint16_t *next;
        uint16_t elf, pe; /* first row + 1 of those that ask for content */
};

static uint64_t key_of(enum bh_match match, struct bh_str text) {
        return (bh_hash64(text) ^ (uint64_t) (match + 1) << 56) | 1;
}

static struct slot *slot_of(struct slot *slots, uint64_t key) {
        size_t i = key >> 20 & (SLOTS - 1);

        while (slots[i].key && slots[i].key != key)
                i = (i + 1) & (SLOTS - 1);
        return &slots[i];
}

const struct bh_catalog_index *bh_catalog_index_new(struct bh_arena *arena, const struct bh_cataloger *rows) {
        struct bh_catalog_index *x = bh_arena_make(arena, struct bh_catalog_index);
        size_t n = 0;

        while (rows[n].name)
                n++;
        if (n >= SLOTS / 2)
                bh_nomem(n); /* a table of ours that outgrew its index: seen at the first start of any test */
        x->rows = rows;
        x->next = bh_arena_array(arena, uint16_t, n + 1);
        for (size_t i = n; i-- > 0;) { /* backwards, so that chains run in the order of the table */
                uint16_t *first;

                if (rows[i].match == BH_MATCH_ELF)
                        first = &x->elf;
                else if (rows[i].match == BH_MATCH_PE)
                        first = &x->pe;
                else {
                        uint64_t key = key_of(rows[i].match, bh_str_of(rows[i].pattern));
                        struct slot *s = slot_of(x->slots, key);

                        s->key = key;
                        first = &s->first;
                }
                x->next[i] = *first;
                *first = (uint16_t) (i + 1);
        }
        return x;
}

struct answer {
        const struct bh_catalog_index *index;
        const struct bh_cataloger **at;
        size_t len, max;
};

static void take(struct answer *a, uint16_t first) {
        for (; first && a->len < a->max; first = a->index->next[first - 1])
                a->at[a->len++] = &a->index->rows[first - 1];
}

static void ask(struct answer *a, enum bh_match match, struct bh_str text) {
        struct slot *slots = (struct slot *) a->index->slots; /* only read */

        take(a, slot_of(slots, key_of(match, text))->first);
}

size_t bh_catalog_find(const struct bh_catalog_index *index, struct bh_str path, struct bh_str head,
                       const struct bh_cataloger **ret, size_t max) {
        struct answer a = { index, ret, 0, max };
        struct bh_str name = bh_str_basename(path);
        unsigned dots = 0;

        ask(&a, BH_MATCH_PATH, path);
        ask(&a, BH_MATCH_DIR, bh_str_dirname(path));
        ask(&a, BH_MATCH_BASENAME, name);
        for (size_t i = name.len; i-- > 0 && dots < MAX_DOTS;)
                if (name.at[i] == '.') {
                        ask(&a, BH_MATCH_SUFFIX, bh_str_from(name, i));
                        dots++;
                }
        if (bh_str_starts(head, BH_STR("\x7f" "ELF")))
                take(&a, index->elf);
        if (bh_str_starts(head, BH_STR("MZ")))
                take(&a, index->pe);
        return a.len;
}
