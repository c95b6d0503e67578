/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_GAP_H
#define BH_MODEL_GAP_H
/*
 * What we could not read, and why. A report without its gaps would be a lie.
 */
#include <stdint.h>

#include "base/str.h"

struct bh_gap {
        struct bh_str where; /* "var/lib/dpkg/status", "layer 3"; clean text */
        struct bh_str why;   /* one sentence, clean text */
        int code;            /* enum bh_code */
        uint32_t layer;
};

#endif
