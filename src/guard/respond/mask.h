/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_RESPOND_MASK_H
#define BH_GUARD_RESPOND_MASK_H
/*
 * Secrets taken out of what is kept as evidence: an archive is read by more
 * people than the process's memory was. Names that speak of secrets lose their
 * value, and so do values that look like one.
 */
#include "base/arena.h"

/* "NAME=value" entries, each closed by a NUL, to lines. */
struct bh_str bh_mask_environ(struct bh_arena *arena, struct bh_str raw);
/* Arguments, each closed by a NUL, to one line each: "--password=***", and what follows "--password". */
struct bh_str bh_mask_args(struct bh_arena *arena, struct bh_str raw);

#endif
