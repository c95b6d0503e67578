/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_PHPINI_H
#define BH_COMPLY_READ_PHPINI_H
/*
 * php.ini and the pools of PHP-FPM: "[section]", "key = value", ";" begins a
 * note outside of quotes. "On", "Yes" and "True" are "1"; "Off", "No",
 * "False" and "None" are empty, as PHP itself has it.
 */
#include "base/arena.h"
#include "base/cur.h"

struct bh_phpini_row {
        struct bh_str section, key, value; /* section: empty before the first */
        unsigned line;
};

/* 1: a row; 0: the end. `ret->section` is kept from row to row: begin with an empty one. Lines without "=" are passed over. */
int bh_phpini_next(struct bh_arena *arena, struct bh_cur *c, struct bh_phpini_row *ret);
/* "128M", "1G", "-1": bytes; false: it is none. */
bool bh_phpini_bytes(struct bh_str value, int64_t *ret);
/* What PHP takes for true. */
bool bh_phpini_true(struct bh_str value);

#endif
