/* SPDX-License-Identifier: Apache-2.0 */
/* Loads content/products as a scan would, registers its literals, and runs the proofs it carries. */
#define _GNU_SOURCE
#include "scan/product.h"

#include "content.h"

static void say(void *user, struct bh_str product, uint32_t line, const char *what, struct bh_str found) {
        (void) user;
        (void) printf("%.*s, line %u: %s: \"%.*s\"\n", BH_FMT(product), line, what, BH_FMT(found));
}

int main(int argc, char **argv) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bundle = { 0 };
        BH_CLEANUP(bh_products_free) struct bh_products *products = NULL;
        BH_CLEANUP(bh_literals_builder_free) struct bh_literals_builder *literals = bh_literals_builder_new();
        struct bh_err err = BH_ERR_NONE;
        unsigned failed;

        if (argc < 2 || bundle_of(argv + 1, &bundle) < 0)
                return 2;
        if (bh_products_load(bh_buf_str(&bundle), &products, &err) < 0 ||
            bh_products_register(products, literals, &err) < 0) {
                (void) printf("%s\n", err.text);
                return 1;
        }
        failed = bh_products_prove(products, say, NULL);
        (void) printf("%u products, %u proofs failed\n", bh_products_count(products), failed);
        return failed != 0 || bh_products_count(products) == 0;
}
