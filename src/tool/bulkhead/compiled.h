/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_COMPILED_H
#define BH_TOOL_BULKHEAD_COMPILED_H
/*
 * Rules as a worker compiled them, kept beside the cache so that the next one
 * is ready at once:
 *
 *     "sha256:..." of the rest, a newline, what bh_matchers_save gave
 *
 * The library that reads it back believes it, so it is used only when nobody
 * but this user can have written it (bh_fd_open_own) and its digest holds; any
 * doubt means compiling anew. The name holds the digest of the rules.
 */
#include "base/arena.h"

/* NULL `cache`: nothing is kept, and NULL. */
const char *bh_compiled_path(struct bh_arena *arena, const char *cache, struct bh_str content_digest);
/* False when there is none that can be believed. */
bool bh_compiled_read(struct bh_arena *arena, const char *path, struct bh_str *ret);
/* `path` as bh_compiled_path gave it. What cannot be kept is compiled again; a few are kept, for other choices of rules. */
void bh_compiled_keep(void *path, struct bh_str bytes);

#endif
