/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_ZIP_H
#define BH_FMT_ZIP_H
/*
 * zip (APPNOTE 6.3) that lies whole in memory, by its central directory, with
 * zip64 and with bytes in front (a jar made executable by a shell script).
 *
 *     [script] local header, data, [descriptor] ... | central headers | [zip64 end, locator] | end record, comment
 *
 * What has only its beginning, or comes as a stream, is read by zip_push.h.
 * Slices point into the input. Names are hostile: they are shown, never opened.
 */
#include "base/arena.h"
#include "base/budget.h"
#include "base/cur.h"

struct bh_zip_entry {
        struct bh_str name;
        uint64_t packed, size; /* as the directory claims */
        uint64_t offset;       /* of the local header, from the beginning of the input */
        uint16_t method;       /* 0 stored, 8 deflated */
        bool encrypted;
};

struct bh_zip {
        struct bh_str bytes;
        uint64_t base; /* bytes in front of the archive */
        struct bh_cur dir;
        uint64_t n_entries; /* as claimed */
};

enum { BH_ZIP_STORED = 0, BH_ZIP_DEFLATED = 8 };

/* Finds the directory. NOTFOUND: there is no end record, so this is no zip, or not a whole one. */
int bh_zip_open(struct bh_str bytes, struct bh_zip *ret, struct bh_err *err) BH_MUST_CHECK;
/* 1: an entry; 0: the end; < 0 failed. */
int bh_zip_next(struct bh_zip *zip, struct bh_zip_entry *ret, struct bh_err *err) BH_MUST_CHECK;
/* The entry's content: a slice of the input when stored, else inflated into the arena, at most `max` bytes. */
int bh_zip_read(struct bh_arena *arena, const struct bh_zip *zip, const struct bh_zip_entry *e, size_t max,
                struct bh_budget *budget, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;

/* For zip_push.c: reads the fields of a zip64 extra (id 1), for those of the three that are all ones. */
void bh_zip_extra64(struct bh_str extra, uint64_t *size, uint64_t *packed, uint64_t *offset);

#endif
