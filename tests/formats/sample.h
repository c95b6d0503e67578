/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_FORMATS_SAMPLE_H
#define BH_TESTS_FORMATS_SAMPLE_H
/*
 * A report with something of everything in it, and a stranger's worst bytes in
 * every place a stranger can write to: escape sequences, formulas, tags,
 * quotes, direction marks, bytes that are no UTF-8.
 */
#include "base/arena.h"
#include "model/report.h"

void bh_sample_report(struct bh_arena *arena, struct bh_report *ret);

#endif
