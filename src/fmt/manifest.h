/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_MANIFEST_H
#define BH_FMT_MANIFEST_H
/*
 * A jar's META-INF/MANIFEST.MF: "Name: value" lines of at most 72 bytes; a line
 * that begins with a space belongs to the one above; an empty line ends a
 * section. The main section comes first; the others are about single entries.
 */
#include "base/arena.h"
#include "base/cur.h"
#include "base/err.h"

struct bh_manifest_field {
        struct bh_str name, value; /* slices of the input, or of the arena when a line was continued */
};

/* 1: a field of this section; 0: the section or the input ended; < 0 failed. */
int bh_manifest_next(struct bh_arena *arena, struct bh_cur *c, struct bh_manifest_field *ret, struct bh_err *err)
        BH_MUST_CHECK;

#endif
