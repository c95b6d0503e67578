/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_PKG_NODE_H
#define BH_SCAN_PKG_NODE_H
/* What the readers of npm's, yarn's, pnpm's and bun's lock files share. */
#include "scan/catalog.h"

/* Somewhere below a node_modules folder. */
bool bh_node_in_modules(struct bh_str path);
/* "@scope/name@1.2.3" into its two parts, at the first '@' that does not begin a scope; false without one. */
bool bh_node_split(struct bh_str spec, struct bh_str *ret_name, struct bh_str *ret_version);
/* Adds a package of a lock file; what has no number for a version (a link, a folder) is left out. */
void bh_node_add_locked(struct bh_catalog *c, const struct bh_file *file, struct bh_str name, struct bh_str version,
                        struct bh_str licence, bool dev);

#endif
