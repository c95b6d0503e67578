/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* qsort_r */
#include "advisory/prose.h"

#include <stdlib.h>
#include <string.h>

#include "advisory/zblock.h"
#include "base/hash.h"
#include "base/limits.h"

enum { BLOCK_LEAST = 48 * 1024, BLOCK_MOST = 512 * 1024, LEVEL = 9 };

struct bh_prose {
        struct bh_compile *c;
        const uint32_t *number;
        struct bh_arena *arena;
        struct bh_buf raw;      /* all texts, end to end */
        BH_VEC(size_t) ends;    /* of blocks in raw */
        size_t block_at;
};

/* How good a source of text a record is: lower is better. */
struct writer {
        const struct bh_record *record;
        unsigned rank;
        uint32_t source, id;
};

struct bh_prose *bh_prose_new(struct bh_compile *c, struct bh_arena *arena, const uint32_t *number) {
        struct bh_prose *p = bh_arena_make(arena, struct bh_prose);

        p->c = c;
        p->arena = arena;
        p->number = number;
        return p;
}

/* GitHub's reviewers write for readers; the CVE's own record comes next; a notice about many problems says least of one. */
static unsigned rank_of(const struct bh_prose *p, const struct bh_prose_one *one, const struct bh_record *r) {
        struct bh_str id = bh_pool_text(&p->c->strings, r->id);
        unsigned rank = bh_str_starts(id, BH_STR("GHSA-")) ? 0 : r->id == one->id ? 1 : 2;

        if (bh_name_kind_of(id) == BH_NAME_ERRATUM)
                rank = 3;
        return rank + (r->vulns.n > 1 ? 4 : 0) + (r->withdrawn ? 8 : 0);
}

static int cmp(uint64_t a, uint64_t b) {
        return a < b ? -1 : a > b;
}

static int cmp_references(const struct bh_prose *p, struct bh_list a, struct bh_list b) {
        int r = cmp(a.n, b.n);

        for (uint32_t i = 0; r == 0 && i < a.n; i++)
                r = bh_str_cmp(bh_pool_text(&p->c->urls, p->c->lists.at[a.at + i]),
                               bh_pool_text(&p->c->urls, p->c->lists.at[b.at + i]));
        return r;
}

static int by_rank(const void *a, const void *b, void *prose) {
        const struct writer *x = a, *y = b;
        const struct bh_prose *p = prose;
        int r = cmp(x->rank, y->rank);

        if (r == 0)
                r = cmp(x->source, y->source);
        if (r == 0)
                r = cmp(x->id, y->id);
        if (r == 0)
                r = bh_str_cmp(bh_pool_text(&p->c->prose, x->record->summary), bh_pool_text(&p->c->prose, y->record->summary));
        if (r == 0)
                r = bh_str_cmp(bh_pool_text(&p->c->prose, x->record->details), bh_pool_text(&p->c->prose, y->record->details));
        return r ? r : cmp_references(p, x->record->references, y->record->references);
}

static struct writer *rank_all(struct bh_prose *p, struct bh_arena *scratch, const struct bh_prose_one *one) {
        struct writer *list = bh_arena_array(scratch, struct writer, one->records.len);

        for (size_t i = 0; i < one->records.len; i++) {
                const struct bh_record *r = one->records.at[i];

                list[i] = (struct writer){ r, rank_of(p, one, r), p->number[r->source], p->number[r->id] };
        }
        if (one->records.len)
                qsort_r(list, one->records.len, sizeof *list, by_rank, p);
        return list;
}

/* The least of the titles given as facts: any rule will do, as long as it is one. */
static uint32_t title_of(const struct bh_prose *p, const struct bh_prose_one *one) {
        uint32_t best = 0;

        for (size_t i = 0; i < one->facts.len; i++) {
                const struct bh_raw_fact *f = one->facts.at[i];

                if (f->kind == BH_FACT_TITLE && f->text &&
                    (!best || bh_str_cmp(bh_pool_text(&p->c->prose, f->text), bh_pool_text(&p->c->prose, best)) < 0))
                        best = f->text;
        }
        return best;
}

BH_VEC_OF(urls, struct bh_str);

static void add_url(struct bh_prose *p, struct bh_arena *scratch, struct bh_map *seen, struct urls *urls, uint32_t url) {
        struct bh_str text = bh_pool_text(&p->c->urls, url);

        if (!text.len || urls->len >= BH_LIMIT_INDEX_REFERENCES || bh_map_set(seen, text, p))
                return;
        *bh_vec_add(scratch, urls) = text;
}

static int by_url(const void *a, const void *b) {
        return bh_str_cmp(*(const struct bh_str *) a, *(const struct bh_str *) b);
}

static struct urls references_of(struct bh_prose *p, struct bh_arena *scratch, const struct bh_prose_one *one,
                                 const struct writer *writers) {
        struct bh_map seen = bh_map_in(scratch);
        struct urls urls = { 0 };
        size_t from;

        for (size_t i = 0; i < one->records.len; i++)
                for (uint32_t k = 0; k < writers[i].record->references.n; k++)
                        add_url(p, scratch, &seen, &urls, p->c->lists.at[writers[i].record->references.at + k]);
        from = urls.len;
        for (size_t i = 0; i < one->facts.len; i++)
                add_url(p, scratch, &seen, &urls, one->facts.at[i]->url);
        if (urls.len - from > 1)
                qsort(urls.at + from, urls.len - from, sizeof urls.at[0], by_url);
        return urls;
}

static void end_block(struct bh_prose *p) {
        if (p->raw.len > p->block_at)
                *bh_vec_add(p->arena, &p->ends) = p->raw.len;
        p->block_at = p->raw.len;
}

/*
 * Where a block ends depends on the vulnerability's id, not on what came
 * before: a text that grew today leaves the blocks of others as they were, and
 * a delta stays small.
 */
static bool ends_here(const struct bh_prose *p, uint32_t id) {
        size_t size = p->raw.len - p->block_at;

        return size >= BLOCK_MOST || (size >= BLOCK_LEAST && bh_hash64(bh_pool_text(&p->c->strings, id)) % 8 == 0);
}

bool bh_prose_add(struct bh_prose *prose, struct bh_arena *scratch, struct bh_prose_one *one, struct bh_prose_place *ret) {
        struct writer *writers = rank_all(prose, scratch, one);
        struct urls urls = references_of(prose, scratch, one, writers);
        uint32_t summary = 0, details = 0;
        size_t at = prose->raw.len;

        for (size_t i = 0; i < one->records.len; i++) {
                if (writers[i].rank > 0 && !summary)
                        summary = title_of(prose, one);
                summary = summary ? summary : writers[i].record->summary;
                details = details ? details : writers[i].record->details;
        }
        summary = summary ? summary : title_of(prose, one);
        if (!summary && !details && !urls.len)
                return false;
        *ret = (struct bh_prose_place){ (uint32_t) prose->ends.len, (uint32_t) (at - prose->block_at) };
        bh_buf_slice(&prose->raw, bh_pool_text(&prose->c->prose, summary));
        bh_buf_slice(&prose->raw, bh_str_part(bh_pool_text(&prose->c->prose, details), 0, BH_LIMIT_INDEX_DETAILS));
        bh_buf_uvarint(&prose->raw, urls.len);
        for (size_t i = 0; i < urls.len; i++)
                bh_buf_slice(&prose->raw, urls.at[i]);
        if (ends_here(prose, one->id))
                end_block(prose);
        return true;
}

static int pack(struct bh_prose *p, struct bh_vuln_sections *ret, struct bh_err *err) {
        struct bh_zpacker *packer = bh_zpacker_new(LEVEL);
        size_t from = 0;
        int r = 0;

        bh_buf_le32(&ret->text_at, 0);
        for (size_t i = 0; r == 0 && i < p->ends.len; from = p->ends.at[i++]) {
                r = bh_zpacker_add(packer, bh_str_part(bh_buf_str(&p->raw), from, p->ends.at[i] - from), &ret->texts, err);
                bh_buf_le32(&ret->text_at, (uint32_t) ret->texts.len);
        }
        bh_zpacker_free(&packer);
        return r;
}

int bh_prose_finish(struct bh_prose **prose, struct bh_vuln_sections *ret, struct bh_err *err) {
        int r;

        end_block(*prose);
        r = pack(*prose, ret, err);
        bh_buf_done(&(*prose)->raw);
        *prose = NULL;
        return r;
}
