/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as rules of products ("R" first), else as a file before rules of every form, in one piece and in two. */
#include <stdlib.h>

#include "fuzz.h"
#include "scan/content/rules.h"
#include "scan/product.h"

#define PROOFS "  fires: [ { path: a, text: x, version: '1' } ]\n  quiet: [ { path: a, text: x } ]\n"
static const char yaml[] = "- product: Near\n  name: near\n  literals: ['near version ']\n  version: 'near version (\\d+\\.\\d+)'\n" PROOFS
                           "- product: Named\n  name: named\n  paths: ['lib*.so*']\n  literals: ['named/']\n  unless-linked: libnamed.so\n"
                           "  version: 'named/([0-9.]+)'\n" PROOFS
                           "- product: Text\n  name: text\n  in: text\n  paths: ['version.txt']\n  version: '^v([0-9.]{1,20})'\n" PROOFS;

struct engine {
        struct bh_products *products;
        struct bh_product_run *run;
        struct bh_literals *literals;
        struct bh_literals_scratch *scratch;
        struct bh_str chunk;
};

static struct engine *engine(void) {
        static struct engine e;
        BH_CLEANUP(bh_buf_done) struct bh_buf bundle = { 0 };
        struct bh_literals_builder *b;
        struct bh_err err = BH_ERR_NONE;

        if (e.run)
                return &e;
        b = bh_literals_builder_new();
        bh_content_bundle_add(&bundle, BH_STR("content/products/x.yaml"), bh_str_of(yaml));
        if (bh_products_load(bh_buf_str(&bundle), &e.products, &err) < 0 || bh_products_count(e.products) != 3 ||
            bh_products_register(e.products, b, &err) < 0 || bh_literals_build(b, &e.literals, &err) < 0)
                abort();
        bh_literals_builder_free(&b);
        e.scratch = bh_literals_scratch_new(e.literals);
        e.run = bh_product_run_new(e.products);
        return &e;
}

static int on_hit(void *user, enum bh_owner owner, uint32_t rule, size_t end) {
        struct engine *e = user;

        if (owner == BH_OWNER_PRODUCT)
                bh_product_run_hit(e->run, rule, e->chunk, end);
        return 0;
}

static void piece(struct engine *e, struct bh_str part) {
        struct bh_err err = BH_ERR_NONE;

        e->chunk = part;
        BH_IGNORE(bh_literals_scan(e->literals, e->scratch, part, 0, SIZE_MAX, on_hit, e, &err));
}

static void file(struct engine *e, struct bh_str path, struct bh_str bytes, bool whole) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_catalog catalog = { .arena = arena };

        bh_product_run_begin(e->run, path, bytes, whole);
        piece(e, whole ? bytes : bh_str_part(bytes, 0, bytes.len / 2));
        if (!whole)
                piece(e, bh_str_from(bytes, bytes.len / 3));
        bh_product_run_end(e->run, whole ? bytes : BH_STR(""), &catalog);
        for (size_t i = 0; i < catalog.packages.len; i++)
                if (catalog.packages.at[i].version.len == 0 || !bh_str_eq(catalog.packages.at[i].location, path))
                        abort();
        bh_arena_free(&arena);
}

static void rules(struct bh_str text) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bundle = { 0 };
        struct bh_products *p = NULL;
        struct bh_err err = BH_ERR_NONE;

        bh_content_bundle_add(&bundle, BH_STR("content/products/x.yaml"), text);
        BH_IGNORE(bh_products_load(bh_buf_str(&bundle), &p, &err));
        bh_products_free(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const char *const paths[] = { "usr/bin/x", "usr/lib/libnamed.so.1", "opt/version.txt" };
        struct bh_str bytes = { (const char *) data, size };
        struct engine *e = engine();

        if (bh_str_cut_prefix(&bytes, BH_STR("R"))) {
                rules(bytes);
                return 0;
        }
        for (size_t i = 0; i < BH_LEN(paths); i++) {
                file(e, bh_str_of(paths[i]), bytes, true);
                file(e, bh_str_of(paths[i]), bytes, false);
        }
        return 0;
}
