/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_CONFIG_H
#define BH_SCAN_CONFIG_H
/*
 * What an image's configuration and the make-up of its files say about how
 * safely it will run: findings of the kinds CONFIG and WEIGHT. Every rule is a
 * row of the table in config_rules.c; findings name it as "BH-IMG-...".
 */
#include "base/vec.h"
#include "model/finding.h"
#include "model/image.h"
#include "scan/merge.h"

BH_VEC_OF(bh_finding_list, struct bh_finding);

struct bh_config_in {
        const struct bh_image *image; /* NULL: a tree without a configuration */
        const struct bh_merged *merged;
        const struct bh_layer *layers;
        uint32_t n_layers;
        bool files;    /* special files were looked for */
        int64_t now_s; /* to tell an old image; 0: not asked */
};

/* Appends to `out`; everything is made in `arena` or borrowed from `in`. */
void bh_config_findings(const struct bh_config_in *in, struct bh_arena *arena, struct bh_finding_list *out);

#endif
