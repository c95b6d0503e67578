/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_CASE_H
#define BH_TESTS_CASE_H
/*
 * Text cases: examples that anyone can add without C. A .case file holds
 *
 *     # what the file is about
 *     @case a folded line belongs to the field above
 *     @input            (or: @input hex, @input base64)
 *     Package: a
 *     @expect
 *     package "a"
 *
 * The bytes of @input are its lines, each with its newline (for hex and
 * base64: what they decode to). A driver cases/NAME.c turns input into text;
 * run.c compares it with @expect. What cannot be read prints "error: TEXT".
 * A line that begins with "@" inside an input is written "@@".
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* Prints what it read to out; a failure is printed by the caller. `title` lets a driver take options from it. */
int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err);

#endif
