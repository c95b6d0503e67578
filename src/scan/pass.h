/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_PASS_H
#define BH_SCAN_PASS_H
/* A layer while it is walked: layer.c walks it, layer_file.c looks into its files. */
#include "base/budget.h"
#include "base/buf.h"
#include "base/map.h"
#include "fmt/tar.h"
#include "fmt/unpack.h"
#include "scan/catalog.h"
#include "scan/file_digest.h"
#include "scan/layer.h"
#include "scan/matchers.h"
#include "scan/special.h"
#include "scan/tap.h"

struct bh_pass {
        const struct bh_layer_opts *opts;
        struct bh_arena *arena, *scratch;
        struct bh_layer *layer;
        struct bh_tap packed_tap, plain_tap;
        struct bh_stream packed, plain;
        struct bh_unpack *unpack;
        struct bh_tar *tar;
        struct bh_budget budget;
        uint64_t max_bytes;

        struct bh_catalog catalog;
        const struct bh_catalog_index *index;
        struct bh_file_digester *digester;
        struct bh_matching *matching;
        struct bh_map told;          /* paths that gave us something, so that a second copy replaces it */
        struct bh_buf paths;         /* uint64_t each */
        struct bh_buf digests;       /* struct bh_file_digest each */
        struct bh_buf sizes;         /* struct bh_file_size each */
        BH_VEC(struct bh_finding) findings;
        BH_VEC(struct bh_str) partly; /* large files that something could not be asked of */
        BH_VEC(struct bh_str) whiteouts;
        BH_VEC(struct bh_str) opaques;
        BH_VEC(struct bh_special) specials;
};

/* A regular file, whose path hashes to `hash`. */
int bh_pass_file(struct bh_pass *pass, const struct bh_tar_entry *e, struct bh_str name, uint64_t hash, struct bh_err *err);

void bh_pass_gap(struct bh_pass *pass, struct bh_str where, const struct bh_err *err);

#endif
