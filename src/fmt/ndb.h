/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_NDB_H
#define BH_FMT_NDB_H
/*
 * ndb: rpm's Packages.db as SUSE has it. Blobs lie in blocks of 16 bytes, slots
 * in the first pages tell where; all numbers little endian:
 *
 *     "RpmP" | version u32 | generation u32 | slot pages u32 | next index u32 | unused 12
 *     then, to the end of the slot pages: "Slot" | index u32 | block u32 | blocks u32
 *     blob: "BlbS" | index u32 | generation u32 | bytes u32 | data | padding | a checksum and "BlbE"
 *
 * A slot of block 0 is free.
 */
#include "base/cur.h"
#include "base/err.h"

struct bh_ndb {
        struct bh_str bytes;
        struct bh_cur slots;
};

int bh_ndb_open(struct bh_str bytes, struct bh_ndb *ret, struct bh_err *err) BH_MUST_CHECK;
/* 1: a blob, inside the bytes; 0: the end; < 0: this one failed, the next may be asked for. */
int bh_ndb_next(struct bh_ndb *db, uint32_t *ret_index, struct bh_str *ret_blob, struct bh_err *err) BH_MUST_CHECK;

#endif
