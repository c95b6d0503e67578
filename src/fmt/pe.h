/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_PE_H
#define BH_FMT_PE_H
/*
 * Windows programs (Microsoft's "PE Format"), just far enough to find their
 * version resource: what the maker calls the product, and which version it is.
 *
 *     "MZ" ... at 0x3c: where "PE\0\0" is | COFF header | optional header with directories | sections
 *     resources: a tree of three levels, type 16 / name / language -> address and size
 *     VS_VERSION_INFO | numbers | StringFileInfo > StringTable > ProductName = ...
 *
 * Text is UTF-16 there and UTF-8 here, in the arena; what is no text is cut off.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct bh_pe_version {
        struct bh_str company, product, description, product_version, file_version, original_name;
        uint16_t product_number[4], file_number[4]; /* as numbers; all 0: not said */
        bool managed; /* an assembly of .NET */
};

/* 1: it has one; 0: it is no PE, or has none; < 0: its parts do not fit together. Bytes may be cut behind the resources. */
int bh_pe_version(struct bh_arena *arena, struct bh_str bytes, struct bh_pe_version *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
