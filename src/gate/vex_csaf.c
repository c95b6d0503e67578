/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSAF 2.0: a tree of products with ids of the document's own, relationships
 * ("component X as a part of Y"), and for each vulnerability lists of those ids.
 */
#include "base/map.h"
#include "gate/vex_read.h"

struct csaf {
        struct bh_vex_reading *r;
        struct bh_map products; /* product_id -> struct bh_vex_product */
        struct bh_map groups;   /* group_id -> its bh_doc */
        int64_t time_s;
};

static struct bh_vex_thing read_names(struct csaf *c, const struct bh_doc *product) {
        const struct bh_doc *helper = bh_doc_get(product, "product_identification_helper");
        struct bh_vex_names names = { 0 };

        bh_vex_add_name(c->r, &names, bh_doc_get_text(helper, "purl"));
        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(helper, "purls")); p; p = p->next)
                bh_vex_add_name(c->r, &names, bh_doc_str(p));
        for (const struct bh_doc *h = bh_doc_first(bh_doc_get(helper, "hashes")); h; h = h->next)
                for (const struct bh_doc *f = bh_doc_first(bh_doc_get(h, "file_hashes")); f; f = f->next)
                        if (bh_str_is(bh_doc_get_text(f, "algorithm"), "sha256"))
                                bh_vex_add_name(c->r, &names, bh_arena_printf(c->r->arena, "sha256:%.*s", BH_FMT(bh_doc_get_text(f, "value"))));
        return bh_vex_thing_of(&names);
}

static void add_product(struct csaf *c, const struct bh_doc *product) {
        struct bh_str id = bh_doc_get_text(product, "product_id");
        struct bh_vex_product *p;

        if (id.len == 0)
                return;
        p = bh_arena_make(c->r->arena, struct bh_vex_product);
        p->whole = read_names(c, product);
        bh_map_set(&c->products, id, p);
}

static int read_branches(struct csaf *c, const struct bh_doc *branches, struct bh_err *err) {
        int e = 0;

        for (const struct bh_doc *b = bh_doc_first(branches); b && e >= 0; b = b->next) {
                e = bh_budget_enter(&c->r->budget, err);
                if (e < 0)
                        return e;
                add_product(c, bh_doc_get(b, "product"));
                e = read_branches(c, bh_doc_get(b, "branches"), err);
                bh_budget_leave(&c->r->budget);
        }
        return e;
}

/* The component is what is judged; the platform it is part of counts where it can be compared. */
static void add_relationship(struct csaf *c, const struct bh_doc *d) {
        const struct bh_vex_product *part = bh_map_get(&c->products, bh_doc_get_text(d, "product_reference"));
        const struct bh_vex_product *whole = bh_map_get(&c->products, bh_doc_get_text(d, "relates_to_product_reference"));
        struct bh_str id = bh_doc_get_text(bh_doc_get(d, "full_product_name"), "product_id");
        struct bh_vex_product *p;

        if (!part || id.len == 0)
                return;
        p = bh_arena_make(c->r->arena, struct bh_vex_product);
        *p = (struct bh_vex_product){ .parts = bh_vex_one(c->r, part->n_parts ? part->parts[0] : part->whole), .n_parts = 1 };
        if (whole)
                p->whole = whole->whole;
        p->anywhere = p->whole.n_names == 0;
        bh_map_set(&c->products, id, p);
}

static int read_tree(struct csaf *c, const struct bh_doc *tree, struct bh_err *err) {
        int e;

        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(tree, "full_product_names")); p; p = p->next)
                add_product(c, p);
        e = read_branches(c, bh_doc_get(tree, "branches"), err);
        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(tree, "relationships")); d && e >= 0; d = d->next)
                add_relationship(c, d);
        for (const struct bh_doc *g = bh_doc_first(bh_doc_get(tree, "product_groups")); g && e >= 0; g = g->next)
                bh_map_set(&c->groups, bh_doc_get_text(g, "group_id"), (void *) (uintptr_t) bh_doc_get(g, "product_ids"));
        return e;
}

/* product_id -> the text said of it, from lists of { product_ids, group_ids, KEY }. */
static int read_said(struct csaf *c, const struct bh_doc *list, const char *key, const char *category, struct bh_map *ret, struct bh_err *err) {
        for (const struct bh_doc *d = bh_doc_first(list); d; d = d->next) {
                const struct bh_doc *text = bh_doc_get(d, key);

                if (category && !bh_str_is(bh_doc_get_text(d, "category"), category))
                        continue;
                for (const struct bh_doc *p = bh_doc_first(bh_doc_get(d, "product_ids")); p; p = p->next)
                        bh_map_set(ret, bh_doc_str(p), (void *) (uintptr_t) text);
                for (const struct bh_doc *g = bh_doc_first(bh_doc_get(d, "group_ids")); g; g = g->next) {
                        const struct bh_doc *ids = bh_map_get(&c->groups, bh_doc_str(g));
                        int e = bh_budget_entries(&c->r->budget, bh_doc_count(ids), err);

                        if (e < 0)
                                return e;
                        for (const struct bh_doc *p = bh_doc_first(ids); p; p = p->next)
                                bh_map_set(ret, bh_doc_str(p), (void *) (uintptr_t) text);
                }
        }
        return 0;
}

struct said {
        struct bh_map labels, impacts, remedies;
};

static int read_list(struct csaf *c, const struct bh_doc *ids, enum bh_vex_status status, const struct bh_vex_statement *common,
                     const struct said *said, struct bh_err *err) {
        struct bh_vex_statement s = *common;
        size_t n = bh_doc_count(ids);
        int e = bh_budget_entries(&c->r->budget, n, err);

        if (e < 0 || n == 0)
                return e;
        s.status = status;
        s.products = bh_arena_array(c->r->arena, struct bh_vex_product, n);
        for (const struct bh_doc *i = bh_doc_first(ids); i; i = i->next) {
                const struct bh_vex_product *known = bh_map_get(&c->products, bh_doc_str(i));
                struct bh_vex_product *p = &s.products[s.n_products++];

                if (!known)
                        return bh_vex_bad(i, err, "a product_id that the product tree does not have");
                *p = *known;
                p->justification = bh_doc_str(bh_map_get(&said->labels, bh_doc_str(i)));
                p->words = bh_doc_str(bh_map_get(status == BH_VEX_AFFECTED ? &said->remedies : &said->impacts, bh_doc_str(i)));
        }
        *bh_vec_add(c->r->arena, &c->r->statements) = s;
        return 0;
}

static const struct {
        const char *list;
        enum bh_vex_status status;
} lists[] = {
        { "known_affected", BH_VEX_AFFECTED },         { "first_affected", BH_VEX_AFFECTED },      { "last_affected", BH_VEX_AFFECTED },
        { "under_investigation", BH_VEX_UNDER_INVESTIGATION }, { "fixed", BH_VEX_FIXED },          { "first_fixed", BH_VEX_FIXED },
        { "known_not_affected", BH_VEX_NOT_AFFECTED },
};

static int read_vulnerability(struct csaf *c, const struct bh_doc *d, struct bh_err *err) {
        struct bh_vex_statement common = { .time_s = c->time_s };
        struct said said = { bh_map_in(c->r->arena), bh_map_in(c->r->arena), bh_map_in(c->r->arena) };
        struct bh_vex_names names = { 0 };
        int e;

        bh_vex_add_name(c->r, &names, bh_doc_get_text(d, "cve"));
        for (const struct bh_doc *i = bh_doc_first(bh_doc_get(d, "ids")); i; i = i->next)
                bh_vex_add_name(c->r, &names, bh_doc_get_text(i, "text"));
        if (names.len == 0)
                return bh_vex_bad(d, err, "a vulnerability without \"cve\" or \"ids\"");
        common.vulns = names.at;
        common.n_vulns = (uint32_t) names.len;
        e = read_said(c, bh_doc_get(d, "flags"), "label", NULL, &said.labels, err);
        if (e >= 0)
                e = read_said(c, bh_doc_get(d, "threats"), "details", "impact", &said.impacts, err);
        if (e >= 0)
                e = read_said(c, bh_doc_get(d, "remediations"), "details", NULL, &said.remedies, err);
        for (size_t i = 0; i < BH_LEN(lists) && e >= 0; i++)
                e = read_list(c, bh_doc_get(bh_doc_get(d, "product_status"), lists[i].list), lists[i].status, &common, &said, err);
        return e;
}

int bh_vex_csaf(struct bh_vex_reading *r, struct bh_err *err) {
        struct csaf c = { .r = r, .products = bh_map_in(r->arena), .groups = bh_map_in(r->arena) };
        const struct bh_doc *list = bh_doc_get(r->root, "vulnerabilities");
        int e;

        r->budget.depth = 64;
        c.time_s = bh_vex_time(bh_doc_str(bh_doc_path(r->root, "document.tracking.current_release_date")));
        r->vex->author = bh_doc_str(bh_doc_path(r->root, "document.publisher.name"));
        e = read_tree(&c, bh_doc_get(r->root, "product_tree"), err);
        for (const struct bh_doc *v = bh_doc_first(list); v && e >= 0; v = v->next)
                e = read_vulnerability(&c, v, err);
        return e;
}
