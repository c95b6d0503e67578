/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_CONTENT_CHECKS_H
#define BH_SCAN_CONTENT_CHECKS_H
/*
 * What a secret's own format can prove about it, without asking anybody:
 * checksums, and structures inside encodings.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct bh_check {
        const char *name;
        const char *what;                                     /* "its checksum holds": for the report */
        bool (*holds)(struct bh_arena *scratch, struct bh_str value);
};

/* Ended by a row without a name. */
extern const struct bh_check bh_checks[];

/* Bits a byte, 0 to 8: how evenly the bytes are spread. */
double bh_entropy(struct bh_str s);
uint32_t bh_crc32(struct bh_str s); /* IEEE 802.3, as zlib has it */

#endif
