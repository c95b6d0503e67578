/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which catalogers read a file. An image may hold millions of paths, so the
 * rows are hashed once, by the piece of the path that each of them fixes: its
 * last part, that part's extension, or its directory. A path then costs three
 * lookups, however many rows there are.
 */
#include <assert.h>
#include <string.h>

#include "scan/catalog.h"

/* A row under its key. Rows with equal keys follow one another, then the slots that other keys had to take. */
struct slot {
        const struct bh_cataloger *row; /* NULL: free */
        struct bh_str pattern;
        uint32_t hash;
        char first, above; /* of the names that fit, and of the directory they lie in; 0: any */
};

/* What a row fixes of the paths it wants; kept apart in the table by the first byte of the hashed key. */
enum key { KEY_NAME, KEY_EXTENSION, KEY_DIR };

struct bh_catalog_index {
        uint64_t seen[64]; /* a bit for the first twelve of each hash: most keys are nobody's */
        struct slot *slots;
        size_t n_slots;                      /* a power of two, at least four times the rows */
        const struct bh_cataloger *elf, *pe; /* the first of each; the others stand somewhere behind */
};

static uint64_t load(const char *p, size_t n) {
        uint64_t v = 0;
        uint32_t first, last;

        if (n == 8) {
                memcpy(&v, p, 8);
                return v;
        }
        if (n >= 4) { /* which may overlap */
                memcpy(&first, p, 4);
                memcpy(&last, p + n - 4, 4);
                return (uint64_t) first << 32 | last;
        }
        for (size_t i = 0; i < n; i++)
                v = v << 8 | (unsigned char) p[i];
        return v;
}

/*
 * A key's length, first and last eight bytes. What differs in the middle alone
 * falls together, and is told apart when the row is held against the path; the
 * table never grows with what hostile paths hold.
 */
static uint32_t hash_of(enum key kind, struct bh_str s) {
        uint64_t first = load(s.at, BH_MIN(s.len, (size_t) 8)), last = s.len > 8 ? load(s.at + s.len - 8, 8) : 0;
        uint64_t h = (first + s.len + ((uint64_t) kind << 56)) * 0x9e3779b97f4a7c15 + last;

        h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9;
        return (uint32_t) (h >> 32);
}

static struct bh_str extension(struct bh_str name) {
        ptrdiff_t dot = bh_str_rchr(name, '.');

        return dot < 0 ? (struct bh_str){ "", 0 } : bh_str_from(name, (size_t) dot);
}

/* Where a row is filed. A last part with a '*' must end in an extension: "requirements*.txt". */
static uint32_t key_hash(const struct bh_cataloger *row) {
        struct bh_str pattern = bh_str_of(row->pattern), name = bh_str_basename(pattern);

        if (row->match == BH_MATCH_DIR)
                return hash_of(KEY_DIR, name);
        if (row->match == BH_MATCH_SUFFIX || bh_str_chr(name, '*') >= 0) {
                struct bh_str ext = extension(name);

                assert(ext.len > 1 && bh_str_chr(ext, '*') < 0);
                return hash_of(KEY_EXTENSION, ext);
        }
        return hash_of(KEY_NAME, name);
}

static char plain_first(struct bh_str part) {
        return part.len && part.at[0] != '*' ? part.at[0] : '\0';
}

/* Of several rows for one extension most are told apart by their first bytes. */
static void note_firsts(struct slot *s) {
        if (s->row->match != BH_MATCH_BASENAME)
                return;
        s->first = plain_first(bh_str_basename(s->pattern));
        s->above = plain_first(bh_str_basename(bh_str_dirname(s->pattern)));
}

static void insert(struct bh_catalog_index *x, const struct bh_cataloger *row) {
        uint32_t hash = key_hash(row);
        size_t i = hash & (x->n_slots - 1);

        while (x->slots[i].row)
                i = (i + 1) & (x->n_slots - 1);
        x->slots[i] = (struct slot){ row, bh_str_of(row->pattern), hash, 0, 0 };
        note_firsts(&x->slots[i]);
        x->seen[hash >> 26] |= 1ull << (hash >> 20 & 63);
}

const struct bh_catalog_index *bh_catalog_index_new(struct bh_arena *arena, const struct bh_cataloger *rows) {
        struct bh_catalog_index *x = bh_arena_make(arena, struct bh_catalog_index);
        size_t n = 0;

        while (rows[n].name)
                n++;
        for (x->n_slots = 64; x->n_slots < n * 4;)
                x->n_slots *= 2;
        x->slots = bh_arena_array(arena, struct slot, x->n_slots);
        for (size_t i = 0; i < n; i++) {
                if (rows[i].match == BH_MATCH_ELF)
                        x->elf = x->elf ? x->elf : &rows[i];
                else if (rows[i].match == BH_MATCH_PE)
                        x->pe = x->pe ? x->pe : &rows[i];
                else
                        insert(x, &rows[i]);
        }
        return x;
}

/* One part of a path against a part that may hold '*'. Backtracks to the last '*' only, so it is never more than quadratic. */
static bool part_fits(struct bh_str part, struct bh_str pattern) {
        size_t i = 0, j = 0, star = SIZE_MAX, mark = 0;

        while (i < part.len) {
                if (j < pattern.len && pattern.at[j] == '*') {
                        star = j++;
                        mark = i;
                } else if (j < pattern.len && pattern.at[j] == part.at[i]) {
                        i++;
                        j++;
                } else if (star != SIZE_MAX) {
                        j = star + 1;
                        i = ++mark;
                } else
                        return false;
        }
        while (j < pattern.len && pattern.at[j] == '*')
                j++;
        return j == pattern.len;
}

/* Cuts the last part off; false when nothing is left. */
static bool cut_last(struct bh_str *path, struct bh_str *ret_part) {
        ptrdiff_t slash = bh_str_rchr(*path, '/');

        if (path->len == 0)
                return false;
        *ret_part = bh_str_from(*path, (size_t) (slash + 1));
        *path = bh_str_part(*path, 0, slash < 0 ? 0 : (size_t) slash);
        return true;
}

/* The pattern's parts against as many last parts of the path. */
static bool tail_fits(struct bh_str path, struct bh_str pattern) {
        struct bh_str want, have;

        while (cut_last(&pattern, &want))
                if (!cut_last(&path, &have) || !part_fits(have, want))
                        return false;
        return true;
}

static bool fits(const struct slot *s, struct bh_str path) {
        switch (s->row->match) {
        case BH_MATCH_PATH:
                return bh_str_eq(path, s->pattern);
        case BH_MATCH_DIR:
                return bh_str_eq(bh_str_dirname(path), s->pattern);
        case BH_MATCH_BASENAME:
                return tail_fits(path, s->pattern);
        case BH_MATCH_SUFFIX:
                return bh_str_ends(path, s->pattern);
        default:
                return false;
        }
}

struct hits {
        const struct bh_cataloger **at;
        size_t len, max;
};

/* Kept in the order of the table. There are hardly ever two. */
static void add_hit(struct hits *h, const struct bh_cataloger *row) {
        size_t i = h->len;

        if (h->len == h->max)
                return;
        for (; i > 0 && h->at[i - 1] > row; i--)
                h->at[i] = h->at[i - 1];
        h->at[i] = row;
        h->len++;
}

/* What the keys are made of, found in one walk from the end: most paths end within a few bytes of what is wanted. */
struct parts {
        struct bh_str name, extension, dir;
};

static bool same_first(char want, struct bh_str part) {
        return !want || (part.len && part.at[0] == want);
}

/* Apart from look_up, which answers for nearly all keys and should be short. */
static __attribute__((noinline)) void look_closer(const struct bh_catalog_index *x, uint32_t hash, struct bh_str path,
                                                  const struct parts *p, struct hits *h) {
        for (size_t i = hash & (x->n_slots - 1); x->slots[i].row; i = (i + 1) & (x->n_slots - 1)) {
                const struct slot *s = &x->slots[i];

                if (s->hash == hash && same_first(s->first, p->name) && same_first(s->above, p->dir) && fits(s, path))
                        add_hit(h, s->row);
        }
}

static void look_up(const struct bh_catalog_index *x, enum key kind, struct bh_str key, struct bh_str path,
                    const struct parts *p, struct hits *h) {
        uint32_t hash = hash_of(kind, key);

        if (x->seen[hash >> 26] >> (hash >> 20 & 63) & 1)
                look_closer(x, hash, path, p, h);
}

/* Executables and shared objects; not the kernel's modules or the compiler's .o files. */
static bool is_elf(struct bh_str head) {
        uint8_t low, high;

        if (head.len < 20 || memcmp(head.at, "\177ELF", 4) != 0)
                return false;
        low = (uint8_t) head.at[head.at[5] == 2 ? 17 : 16];
        high = (uint8_t) head.at[head.at[5] == 2 ? 16 : 17];
        return high == 0 && (low == 2 || low == 3);
}

static bool is_pe(struct bh_str head) {
        return head.len >= 20 && memcmp(head.at, "MZ", 2) == 0;
}

static void look_inside(const struct bh_cataloger *row, enum bh_match match, struct hits *h) {
        for (; row && row->name; row++)
                if (row->match == match)
                        add_hit(h, row);
}

static struct parts parts_of(struct bh_str path) {
        struct parts p = { .extension = { "", 0 }, .dir = { "", 0 } };
        size_t i = path.len, slash;

        while (i > 0 && path.at[i - 1] != '/') {
                i--;
                if (path.at[i] == '.' && !p.extension.len)
                        p.extension = bh_str_from(path, i);
        }
        p.name = bh_str_from(path, i);
        if (i == 0)
                return p;
        for (slash = --i; i > 0 && path.at[i - 1] != '/';)
                i--;
        p.dir = bh_str_part(path, i, slash - i);
        return p;
}

size_t bh_catalog_find(const struct bh_catalog_index *index, struct bh_str path, struct bh_str head,
                       const struct bh_cataloger **ret, size_t max) {
        struct parts p = parts_of(path);
        struct hits h = { ret, 0, max };

        look_up(index, KEY_NAME, p.name, path, &p, &h);
        look_up(index, KEY_EXTENSION, p.extension, path, &p, &h);
        look_up(index, KEY_DIR, p.dir, path, &p, &h);
        if (is_elf(head))
                look_inside(index->elf, BH_MATCH_ELF, &h);
        else if (is_pe(head))
                look_inside(index->pe, BH_MATCH_PE, &h);
        return h.len;
}
