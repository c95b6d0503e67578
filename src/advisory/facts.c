/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all feeds together say of each vulnerability: names, ratings, exploits,
 * dates. Where publishers differ, everything is kept under its publisher's
 * name; where only one can stand (EPSS, SSVC, the text), a fixed order
 * chooses, never the order of arrival.
 */
#include <stdlib.h>
#include <string.h>

#include "advisory/gather.h"
#include "advisory/layout.h"
#include "advisory/prose.h"

/* A vulnerability, and a record or fact about it. */
struct about {
        uint32_t vuln, what;
};

/* Two numbers that are listed together: a vector and its source, an exploit and what it is. */
struct two {
        uint32_t a, b;
};

BH_VEC_OF(abouts, struct about);
BH_VEC_OF(twos, struct two);

struct gathered {
        struct twos aliases, cvss, severities, cwes, exploits;
        const struct bh_raw_fact *epss, *ssvc, *kev;
        bool ransomware, rejected;
        uint32_t n_records, n_withdrawn;
        int64_t published_s, modified_s;
};

struct maker {
        struct bh_compile *c;
        const struct bh_joined *joined;
        const uint32_t *number; /* final string numbers */
        struct bh_arena *arena; /* of one vulnerability */
};

static int by_two(const void *a, const void *b) {
        const struct two *x = a, *y = b;

        if (x->a != y->a)
                return x->a < y->a ? -1 : 1;
        return x->b < y->b ? -1 : x->b > y->b;
}

static void add(struct maker *m, struct twos *list, uint32_t a, uint32_t b) {
        if (a)
                *bh_vec_add(m->arena, list) = (struct two){ a, b };
}

static void sort_once(struct twos *list) {
        size_t n = 0;

        if (list->len)
                qsort(list->at, list->len, sizeof list->at[0], by_two);
        for (size_t i = 0; i < list->len; i++)
                if (n == 0 || by_two(&list->at[i], &list->at[n - 1]) != 0)
                        list->at[n++] = list->at[i];
        list->len = n;
}

static void gather_record(struct maker *m, struct gathered *g, const struct bh_record *r) {
        const uint32_t *lists = m->c->lists.at;
        bool umbrella = r->vulns.n > 1; /* its ratings are those of the worst, not of each */

        g->n_records++;
        g->n_withdrawn += r->withdrawn;
        if (r->published_s && (!g->published_s || r->published_s < g->published_s))
                g->published_s = r->published_s;
        g->modified_s = BH_MAX(g->modified_s, r->modified_s);
        if (r->withdrawn || umbrella)
                return;
        for (uint32_t i = 0; i < r->cvss.n; i++)
                add(m, &g->cvss, m->number[lists[r->cvss.at + i]], m->number[r->source]);
        for (uint32_t i = 0; i < r->cwes.n; i++)
                add(m, &g->cwes, m->number[lists[r->cwes.at + i]], 0);
        add(m, &g->severities, m->number[r->severity], m->number[r->source]);
}

/* The later one; of two of the same day the greater. */
static void newest(const struct bh_raw_fact **best, const struct bh_raw_fact *f, const uint32_t *number) {
        const struct bh_raw_fact *b = *best;

        if (!b || f->date_s > b->date_s ||
            (f->date_s == b->date_s && (f->a > b->a || (f->a == b->a && number[f->text] > number[b->text]))))
                *best = f;
}

static void gather_fact(struct maker *m, struct gathered *g, const struct bh_raw_fact *f) {
        uint32_t text = f->kind == BH_FACT_TITLE ? 0 : m->number[f->text];

        switch (f->kind) {
        case BH_FACT_KEV:
                if (!g->kev || f->date_s < g->kev->date_s)
                        g->kev = f;
                g->ransomware |= bh_str_is(bh_pool_text(&m->c->strings, f->text), "ransomware");
                break;
        case BH_FACT_EPSS:
                newest(&g->epss, f, m->number);
                break;
        case BH_FACT_SSVC:
                newest(&g->ssvc, f, m->number);
                break;
        case BH_FACT_EXPLOITDB:
                add(m, &g->exploits, text, f->verified ? 2 : 0);
                break;
        case BH_FACT_METASPLOIT:
                add(m, &g->exploits, text, 1 | f->a << 2);
                break;
        case BH_FACT_CVSS:
                add(m, &g->cvss, text, m->number[f->source]);
                break;
        case BH_FACT_CWE:
                add(m, &g->cwes, text, 0);
                break;
        case BH_FACT_REJECTED:
                g->rejected = true;
                break;
        case BH_FACT_TITLE:
        case _BH_FACT_MAX:
                break;
        }
}

static void put_twos(struct bh_buf *b, struct twos *list, bool both) {
        sort_once(list);
        bh_buf_uvarint(b, list->len);
        for (size_t i = 0; i < list->len; i++) {
                bh_buf_uvarint(b, list->at[i].a);
                if (both)
                        bh_buf_uvarint(b, list->at[i].b);
        }
}

static unsigned flags_of(const struct gathered *g, bool has_text) {
        bool lists = g->aliases.len + g->cvss.len + g->severities.len + g->cwes.len + g->exploits.len > 0;

        return (g->n_records && g->n_withdrawn == g->n_records ? BH_FACTS_WITHDRAWN : 0) |
               (g->rejected ? BH_FACTS_REJECTED : 0) | (g->kev ? BH_FACTS_KEV : 0) |
               (g->ransomware ? BH_FACTS_RANSOMWARE : 0) | (g->epss ? BH_FACTS_EPSS : 0) |
               (g->ssvc ? BH_FACTS_SSVC : 0) | (g->published_s || g->modified_s ? BH_FACTS_DATES : 0) |
               (has_text ? BH_FACTS_TEXT : 0) | (lists ? BH_FACTS_LISTS : 0);
}

static void put_facts(struct maker *m, struct bh_buf *b, struct gathered *g, const struct bh_prose_place *text) {
        unsigned flags = flags_of(g, text != NULL);

        bh_buf_uvarint(b, flags);
        if (text) {
                bh_buf_uvarint(b, text->block);
                bh_buf_uvarint(b, text->offset);
        }
        if (g->kev)
                bh_index_put_date(b, g->kev->date_s);
        if (g->epss) {
                bh_buf_uvarint(b, g->epss->a);
                bh_buf_uvarint(b, g->epss->b);
                bh_index_put_date(b, g->epss->date_s);
        }
        if (g->ssvc)
                bh_buf_uvarint(b, m->number[g->ssvc->text]);
        if (flags & BH_FACTS_DATES) {
                bh_index_put_date(b, g->published_s);
                bh_index_put_date(b, g->modified_s);
        }
        if (flags & BH_FACTS_LISTS) {
                put_twos(b, &g->aliases, false);
                put_twos(b, &g->cvss, true);
                put_twos(b, &g->severities, true);
                put_twos(b, &g->cwes, false);
                put_twos(b, &g->exploits, true);
        }
}

static int by_about(const void *a, const void *b) {
        const struct about *x = a, *y = b;

        if (x->vuln != y->vuln)
                return x->vuln < y->vuln ? -1 : 1;
        return x->what < y->what ? -1 : x->what > y->what;
}

static void sort_abouts(struct abouts *list) {
        if (list->len)
                qsort(list->at, list->len, sizeof list->at[0], by_about);
}

/* Three lists, each by vulnerability, walked side by side. */
struct walk {
        struct abouts records, facts, aliases;
        size_t record, fact, alias;
};

static void list_all(struct maker *m, struct bh_arena *arena, struct walk *w) {
        for (uint32_t i = 0; i < m->c->records.len; i++)
                for (uint32_t k = 0; k < m->c->records.at[i].vulns.n; k++)
                        *bh_vec_add(arena, &w->records) =
                                (struct about){ m->c->lists.at[m->c->records.at[i].vulns.at + k], i };
        for (uint32_t i = 0; i < m->c->facts.len; i++)
                *bh_vec_add(arena, &w->facts) = (struct about){ m->joined->vuln_of[m->c->facts.at[i].cve] - 1, i };
        for (uint32_t i = 0; i < m->joined->names.len; i++)
                if (m->joined->names.at[i].alias)
                        *bh_vec_add(arena, &w->aliases) =
                                (struct about){ m->joined->names.at[i].vuln, m->joined->names.at[i].name };
        sort_abouts(&w->records);
        sort_abouts(&w->facts);
        sort_abouts(&w->aliases);
}

static void gather_one(struct maker *m, struct walk *w, uint32_t vuln, struct gathered *g, struct bh_prose_one *one) {
        for (; w->record < w->records.len && w->records.at[w->record].vuln == vuln; w->record++) {
                const struct bh_record *r = &m->c->records.at[w->records.at[w->record].what];

                gather_record(m, g, r);
                *bh_vec_add(m->arena, &one->records) = r;
        }
        for (; w->fact < w->facts.len && w->facts.at[w->fact].vuln == vuln; w->fact++) {
                const struct bh_raw_fact *f = &m->c->facts.at[w->facts.at[w->fact].what];

                gather_fact(m, g, f);
                *bh_vec_add(m->arena, &one->facts) = f;
        }
        for (; w->alias < w->aliases.len && w->aliases.at[w->alias].vuln == vuln; w->alias++)
                add(m, &g->aliases, m->number[w->aliases.at[w->alias].what], 0);
}

int bh_compile_facts(struct bh_compile *c, const struct bh_joined *joined, struct bh_numbers numbers,
                     struct bh_vuln_sections *ret, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *lists = bh_arena_new(), *arena = bh_arena_new();
        struct maker m = { .c = c, .joined = joined, .number = numbers.of, .arena = arena };
        struct bh_prose *prose = bh_prose_new(c, lists, numbers.of);
        struct walk w = { 0 };

        list_all(&m, lists, &w);
        for (uint32_t v = 0; v < joined->n_ids; v++) {
                struct bh_prose_one one = { .id = joined->ids[v] };
                struct bh_prose_place place;
                struct gathered g = { 0 };
                bool has_text;

                gather_one(&m, &w, v, &g, &one);
                has_text = bh_prose_add(prose, arena, &one, &place);
                bh_buf_le32(&ret->vulns, (uint32_t) ret->facts.len);
                put_facts(&m, &ret->facts, &g, has_text ? &place : NULL);
                bh_arena_reset(arena);
        }
        bh_buf_le32(&ret->vulns, (uint32_t) ret->facts.len);
        return bh_prose_finish(&prose, ret, err);
}
