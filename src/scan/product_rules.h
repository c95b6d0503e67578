/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_PRODUCT_RULES_H
#define BH_SCAN_PRODUCT_RULES_H
/* The compiled rules, between the one who reads them (product_load.c) and the one who runs them (product.c). */
#include "base/vec.h"
#include "scan/content/regex.h"
#include "scan/product.h"

struct bh_product_proof {
        struct bh_str path, text, version;
        uint32_t line;
        bool fires;
};

struct bh_product {
        struct bh_str product, name, cpe;
        struct bh_str *literals;
        uint32_t n_literals;
        struct bh_regex *paths, *version;
        struct bh_str unless_linked;
        bool text;
        struct bh_product_proof *proofs;
        uint32_t n_proofs;
};

/* How the names begin and end that a glob can fit, in lower case. */
struct bh_product_name {
        struct bh_str begin, end;
};

struct bh_products {
        struct bh_arena *arena;
        BH_VEC(struct bh_product) each;
        struct bh_regex *any_path; /* of a rule without literals: most files are none of theirs, */
        bool text_literals;        /* some rule looks for its literals in files that are no programs */
        uint8_t ends[256][32];     /* and most are known by the first and last byte of their name: a bit a pair, lower case, */
        BH_VEC(struct bh_product_name) names; /* nearly all others by these */
};

#endif
