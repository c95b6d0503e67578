/* SPDX-License-Identifier: Apache-2.0 */
/* The long texts of an open index: packed many to a block, and each block unpacked once for all who want something of it. */
#include <stdlib.h>

#include "advisory/layout.h"
#include "advisory/zblock.h"
#include "base/limits.h"

struct place {
        uint64_t block, offset; /* block UINT64_MAX: it has no text */
        size_t wish;
};

static int find_place(struct bh_index *ix, uint32_t vuln, struct place *ret, struct bh_err *err) {
        struct bh_str bytes = { 0 };
        struct bh_cur c;
        int r = bh_index_slice(ix, BH_SECTION_VULNS, BH_SECTION_FACTS, vuln, &bytes, err);

        if (r < 0)
                return r;
        c = bh_cur_of(bytes);
        ret->block = UINT64_MAX;
        if (bh_cur_uvarint(&c) & BH_FACTS_TEXT) {
                ret->block = bh_cur_uvarint(&c);
                ret->offset = bh_cur_uvarint(&c);
                c.bad |= ret->block > UINT32_MAX;
        }
        return c.bad ? bh_fail(err, BH_E_FORMAT, "the facts of a vulnerability make no sense") : 0;
}

static int by_place(const void *a, const void *b) {
        const struct place *x = a, *y = b;

        if (x->block != y->block)
                return x->block < y->block ? -1 : 1;
        return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static struct bh_str slice(struct bh_arena *arena, struct bh_cur *c) {
        return bh_arena_str(arena, bh_cur_take(c, bh_cur_uvarint(c)));
}

static int read_text(struct bh_arena *arena, struct bh_cur c, struct bh_vuln_text *ret, struct bh_err *err) {
        struct bh_vuln_text t = { .summary = slice(arena, &c), .details = { 0 } };
        struct bh_str *references;
        uint64_t n;

        t.details = slice(arena, &c);
        n = bh_cur_uvarint(&c);
        if (c.bad || n > c.left)
                return bh_fail(err, BH_E_FORMAT, "a text of the index is cut short");
        references = bh_arena_array(arena, struct bh_str, n);
        for (uint64_t i = 0; i < n; i++)
                references[i] = slice(arena, &c);
        if (c.bad)
                return bh_fail(err, BH_E_FORMAT, "a text of the index is cut short");
        t.references = references;
        t.n_references = (uint32_t) n;
        *ret = t;
        return 0;
}

/* From places in their order: a block lives in `scratch` until the next one is wanted. */
static int read_places(struct bh_index *ix, struct bh_arena *arena, struct bh_arena *scratch, const struct place *p, size_t n,
                       struct bh_vuln_text *ret, struct bh_err *err) {
        struct bh_str packed, block = { 0 };
        int r = 0;

        for (size_t i = 0; r == 0 && i < n && p[i].block != UINT64_MAX; i++) {
                if (i && by_place(&p[i - 1], &p[i]) == 0) { /* the same vulnerability in another package */
                        ret[p[i].wish] = ret[p[i - 1].wish];
                        continue;
                }
                if (i == 0 || p[i - 1].block != p[i].block) {
                        bh_arena_reset(scratch);
                        r = bh_index_slice(ix, BH_SECTION_TEXT_AT, BH_SECTION_TEXTS, p[i].block, &packed, err);
                        if (r == 0)
                                r = bh_zblock_read(scratch, packed, BH_LIMIT_INDEX_TEXT, &block, err);
                }
                if (r == 0)
                        r = read_text(arena, bh_cur_at(block, p[i].offset, block.len - BH_MIN(p[i].offset, block.len)), &ret[p[i].wish], err);
        }
        return r;
}

int bh_index_texts(struct bh_index *index, struct bh_arena *arena, const uint32_t *vulns, size_t n, struct bh_vuln_text *ret,
                   struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *own = bh_arena_new(), *scratch = bh_arena_new();
        struct place *places = bh_arena_array(own, struct place, n);
        struct bh_vuln_text *texts = bh_arena_array(own, struct bh_vuln_text, n);
        int r = 0;

        for (size_t i = 0; r == 0 && i < n; i++) {
                places[i].wish = i;
                r = find_place(index, vulns[i], &places[i], err);
        }
        if (r == 0 && n)
                qsort(places, n, sizeof *places, by_place);
        if (r == 0)
                r = read_places(index, arena, scratch, places, n, texts, err);
        for (size_t i = 0; r == 0 && i < n; i++)
                ret[i] = texts[i];
        return r;
}

int bh_index_text(struct bh_index *index, struct bh_arena *arena, uint32_t vuln, struct bh_vuln_text *ret, struct bh_err *err) {
        return bh_index_texts(index, arena, &vuln, 1, ret, err);
}
