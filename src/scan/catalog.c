/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/catalog.h"

#include "scan/pkg/pkg.h"

/* One row a line: the name appears in gaps and in `bulkhead scan --explain-files`. */
const struct bh_cataloger bh_catalogers[] = {
        { NULL, BH_MATCH_PATH, NULL, NULL },
};

static struct bh_str copy(struct bh_catalog *c, struct bh_str s) {
        return s.len ? bh_arena_str(c->arena, s) : (struct bh_str){ "", 0 };
}

struct bh_package *bh_catalog_add(struct bh_catalog *c, const struct bh_package *p) {
        struct bh_package *n = bh_vec_add(c->arena, &c->packages);

        *n = *p;
        n->name = copy(c, p->name);
        n->version = copy(c, p->version);
        n->arch = copy(c, p->arch);
        n->source = copy(c, p->source);
        n->source_version = copy(c, p->source_version);
        n->licence = copy(c, p->licence);
        n->vendor = copy(c, p->vendor);
        n->module = copy(c, p->module);
        n->location = copy(c, p->location);
        n->purl = copy(c, p->purl);
        return n;
}

void bh_catalog_gap(struct bh_catalog *c, struct bh_str where, const struct bh_err *err) {
        struct bh_gap *g = bh_vec_add(c->arena, &c->gaps);

        g->where = copy(c, where);
        g->why = copy(c, bh_str_of(err->text));
        g->code = err->code;
}
