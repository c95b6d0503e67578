/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_HELPER_H
#define BH_IMAGE_HELPER_H
/*
 * Runs a credential helper: a program of the user's that is found in $PATH,
 * gets one line and gives one short answer.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* 0: its standard output, in the arena; 1: it ended with a failure, as helpers do for what they do not know. */
int bh_helper_run(struct bh_arena *arena, const char *program, const char *argument, struct bh_str input,
                  struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
