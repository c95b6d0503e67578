/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_PKG_LICENCE_H
#define BH_SCAN_PKG_LICENCE_H
/* How package metadata states licences, as one text. */
#include "fmt/doc.h"

/*
 * A string, an object that has it in "type" or "name" (old npm), or an array
 * of these, of which one may choose: ["MIT", "GPL-2.0"] is "MIT OR GPL-2.0".
 * Empty when there is nothing of the kind.
 */
struct bh_str bh_licence_of(struct bh_arena *arena, const struct bh_doc *node);
/* "a SEP b"; when one is empty, the other. */
struct bh_str bh_licence_join(struct bh_arena *arena, struct bh_str a, const char *separator, struct bh_str b);

#endif
