/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_CONTENT_H
#define BH_TOOL_BULKHEAD_CONTENT_H
/* Our rules: found beside the program, packed into one bundle for the workers. */
#include "tool/content_dir.h"
#include "base/arena.h"
#include "base/err.h"
#include "scan/licence/table.h"

struct bh_cli;

/*
 * Packs what the scan's `parts` need (scan/layer.h), from --content DIR or from
 * beside the program (PREFIX/share/bulkhead, the source tree of a build), and what
 * --yara DIR and --hashes FILE name. *ret_fd is a sealed memory file, the
 * caller's to close; *ret_digest names its content. What was compiled of it
 * before is packed with it, when it is found beside `cache` (compiled.h); then
 * *ret_compiled is its path, NULL for no cache.
 */
int bh_tool_content(struct bh_cli *cli, unsigned parts, const char *cache, int *ret_fd, struct bh_str *ret_digest,
                    const char **ret_compiled, struct bh_err *err) BH_MUST_CHECK;
/* The table of licences of the same folder: 1, or 0 when there is none. */
int bh_tool_licences(struct bh_cli *cli, struct bh_licences *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
