/* SPDX-License-Identifier: Apache-2.0 */
/* OpenVEX 0.2: statements x products, each with its subcomponents; 0.0.x wrote a product and a vulnerability as bare text. */
#include "gate/vex_read.h"

/* "@id", identifiers (purl, cpe), hashes. A bare text is its own "@id". */
static struct bh_vex_thing read_thing(struct bh_vex_reading *r, const struct bh_doc *d) {
        struct bh_vex_names names = { 0 };

        bh_vex_add_name(r, &names, bh_doc_is(d, BH_DOC_STRING) ? d->str : bh_doc_get_text(d, "@id"));
        bh_vex_add_name(r, &names, bh_doc_get_text(bh_doc_get(d, "identifiers"), "purl"));
        for (const struct bh_doc *h = bh_doc_first(bh_doc_get(d, "hashes")); h; h = h->next)
                if (bh_str_is(h->key, "sha-256") && bh_doc_str(h).len)
                        bh_vex_add_name(r, &names, bh_arena_printf(r->arena, "sha256:%.*s", BH_FMT(bh_doc_str(h))));
        return bh_vex_thing_of(&names);
}

static int read_product(struct bh_vex_reading *r, const struct bh_doc *d, const struct bh_doc *more_parts, struct bh_vex_product *ret,
                        struct bh_err *err) {
        const struct bh_doc *parts = bh_doc_is(d, BH_DOC_OBJECT) ? bh_doc_get(d, "subcomponents") : NULL;
        size_t n;
        int e;

        parts = parts ? parts : more_parts;
        n = bh_doc_count(parts);
        e = bh_budget_entries(&r->budget, n + 1, err);
        if (e < 0)
                return e;
        ret->whole = read_thing(r, d);
        if (ret->whole.n_names == 0)
                return bh_vex_bad(d, err, "a product without \"@id\" or purl");
        ret->parts = bh_arena_array(r->arena, struct bh_vex_thing, n);
        for (const struct bh_doc *p = bh_doc_first(parts); p; p = p->next)
                ret->parts[ret->n_parts++] = read_thing(r, p);
        return 0;
}

static int read_vulns(struct bh_vex_reading *r, const struct bh_doc *d, struct bh_vex_statement *s, struct bh_err *err) {
        struct bh_vex_names names = { 0 };

        if (bh_doc_is(d, BH_DOC_STRING))
                bh_vex_add_name(r, &names, d->str);
        bh_vex_add_name(r, &names, bh_doc_get_text(d, "name"));
        for (const struct bh_doc *a = bh_doc_first(bh_doc_get(d, "aliases")); a; a = a->next)
                bh_vex_add_name(r, &names, bh_doc_str(a));
        if (names.len == 0)
                bh_vex_add_name(r, &names, bh_doc_get_text(d, "@id"));
        if (names.len == 0)
                return bh_vex_bad(d, err, "a statement that names no vulnerability");
        s->vulns = names.at;
        s->n_vulns = (uint32_t) names.len;
        return 0;
}

static int read_statement(struct bh_vex_reading *r, const struct bh_doc *d, int64_t time_s, struct bh_err *err) {
        const struct bh_doc *products = bh_doc_get(d, "products"), *loose = bh_doc_get(d, "subcomponents");
        struct bh_vex_statement s = { .status = bh_vex_status_of(bh_doc_get_text(d, "status")), .justification = bh_doc_get_text(d, "justification"),
                                      .words = bh_doc_get_text(d, "impact_statement"), .action = bh_doc_get_text(d, "action_statement") };
        int e = read_vulns(r, bh_doc_get(d, "vulnerability"), &s, err);

        if (e < 0)
                return e;
        if (s.status == _BH_VEX_STATUS_MAX)
                return bh_vex_bad(d, err, "a statement without a known \"status\"");
        s.time_s = bh_vex_time(bh_doc_get_text(d, "last_updated"));
        s.time_s = s.time_s ? s.time_s : bh_vex_time(bh_doc_get_text(d, "timestamp"));
        s.time_s = s.time_s ? s.time_s : time_s;
        s.products = bh_arena_array(r->arena, struct bh_vex_product, bh_doc_count(products));
        for (const struct bh_doc *p = bh_doc_first(products); p && e >= 0; p = p->next)
                e = read_product(r, p, loose, &s.products[s.n_products++], err);
        if (e >= 0)
                *bh_vec_add(r->arena, &r->statements) = s;
        return e;
}

int bh_vex_openvex(struct bh_vex_reading *r, struct bh_err *err) {
        const struct bh_doc *statements = bh_doc_get(r->root, "statements");
        int64_t time_s = bh_vex_time(bh_doc_get_text(r->root, "last_updated"));
        int e = 0;

        if (!bh_doc_is(statements, BH_DOC_ARRAY))
                return bh_vex_bad(r->root, err, "an OpenVEX document without \"statements\"");
        time_s = time_s ? time_s : bh_vex_time(bh_doc_get_text(r->root, "timestamp"));
        r->vex->author = bh_doc_get_text(r->root, "author");
        for (const struct bh_doc *s = bh_doc_first(statements); s && e >= 0; s = s->next)
                e = read_statement(r, s, time_s, err);
        return e;
}
