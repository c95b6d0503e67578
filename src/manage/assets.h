/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_ASSETS_H
#define BH_MANAGE_ASSETS_H
/*
 * What hosts have (model/asset.h), as rows: hosts, containers and the names of
 * images in tables of their own, everything else in `asset`. Once all of a
 * kind was told, what comes, changes or goes is also a line in `asset_change`.
 *
 * An agent speaks of its own host alone: a container that another host told of
 * stays that host's. Called through bh_intake_asset (manage/intake.h).
 */
#include "manage/intake.h"
#include "model/asset.h"

/* One thing of an item's body, taken apart. */
struct bh_told_asset {
        enum bh_asset_kind kind;
        struct bh_str key, name, container, attrs; /* attrs: JSON, an object */
        const struct bh_doc *at;                   /* attrs, parsed */
};

/* How a kind with a table of its own is stored. Rows of assets_own.c; NULL: it is a row of `asset`. */
struct bh_own_asset {
        int (*put)(struct bh_db *db, const struct bh_sender *from, const struct bh_told_asset *thing, struct bh_arena *arena, struct bh_err *err);
        int (*gone)(struct bh_db *db, const struct bh_sender *from, struct bh_str key, struct bh_err *err);
        const char *keys; /* SQL: the keys there are of host ?1 */
};
const struct bh_own_asset *bh_asset_own(enum bh_asset_kind kind);

/* What listens in a container of that host, after one of its ports came or went. */
int bh_asset_listening(struct bh_db *db, struct bh_str host, struct bh_str container, struct bh_arena *arena, struct bh_err *err) BH_MUST_CHECK;

#endif
