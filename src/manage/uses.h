/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_USES_H
#define BH_MANAGE_USES_H
/*
 * Packages in use. Agents tell which package's files were executed or are
 * mapped in which container (`package_use`); who holds the package, the
 * container's image or the host, has it marked in `holding`. Use and scan may
 * come in any order: what is told marks what is held, and what comes to be held
 * is marked by what was told.
 *
 * A use that is over (its container is gone) still counts for thirty days: what
 * ran last night will run tonight.
 */
#include "manage/assets.h"
#include "store/store.h"

/* Of kind package-use: bh_asset_own's row. */
extern const struct bh_own_asset bh_use_asset;

/* After a scan of an image, or of a host ("host:" and its id): marks what is in use of what it holds. In a write. */
int bh_uses_of_subject(struct bh_db *db, struct bh_str subject, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;
/* After a container was told, perhaps with another image. In a write. */
int bh_uses_of_container(struct bh_db *db, struct bh_str host, struct bh_str container, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;
/* What was over thirty days ago counts no longer. */
int bh_uses_expire(struct bh_store *store, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;

#endif
