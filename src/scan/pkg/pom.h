/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_PKG_POM_H
#define BH_SCAN_PKG_POM_H
/* Maven's pom.xml: whose it is, and what it wants. */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Of the project: what it does not say itself is its parent's. */
struct bh_pom {
        struct bh_str group, artifact, version;
        struct bh_str parent_group, parent_version;
};

struct bh_pom_dependency {
        struct bh_str group, artifact, version, scope;
};

typedef void (*bh_pom_fn)(void *user, const struct bh_pom_dependency *d);

/* `fn` (may be NULL) is told each of project/dependencies. Slices are the input's or the arena's. */
int bh_pom_parse(struct bh_arena *arena, struct bh_str bytes, struct bh_pom *ret, bh_pom_fn fn, void *user,
                 struct bh_err *err) BH_MUST_CHECK;
/* False for nothing, for "${property}" and for ranges such as "[1.0,2.0)". */
bool bh_pom_is_exact(struct bh_str version);

#endif
