/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_INVENTORY_OWNERS_H
#define BH_INVENTORY_OWNERS_H
/*
 * Which package brought a file: asked of the databases of packages below a
 * root, dpkg's lists, apk's and rpm's. Many files are asked for at once, since
 * each of the databases has to be read from its beginning to its end.
 */
#include "base/map.h"
#include "sys/roots.h"

struct bh_owner {
        const char *type;      /* "deb", "apk", "rpm"; NULL: no package brought it */
        struct bh_str package; /* the arena's */
};

/* "/usr/lib/x" and "/lib/x" are one file wherever /lib is a link: the shorter one, a part of `path`. */
struct bh_str bh_owner_path(struct bh_str path);
/*
 * wanted: by bh_owner_path, each a struct bh_owner, which is filled where one is found; in the arena. A database that is not there has no files; of
 * those that could not be read the last one is told, when all was looked at.
 */
int bh_owners_look(const struct bh_root *root, struct bh_arena *arena, struct bh_map *wanted, struct bh_err *err) BH_MUST_CHECK;

#endif
