/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_HOSTLY_H
#define BH_COMPLY_COLLECT_HOSTLY_H
/* What collectors of the host itself have in common: its place, its processes, what systemd starts. */
#include "comply/collect/place.h"

struct bh_place bh_host_place(const struct bh_reach *reach, struct bh_facts *facts);
/* A fact there is one of: its key is the kind's name. */
struct bh_fact *bh_host_fact(struct bh_place *at, const struct bh_fact_kind *kind, const char *where, const char *name);
/* Does a process of the host (no container's) run a file of that name? NULL-ended names; globs. */
bool bh_host_runs(const struct bh_place *at, const char *const *names);
/* Is that unit wanted at boot, by a link in a *.wants folder? */
bool bh_host_starts(struct bh_place *at, const char *unit);
/* The last value of a key in a file and then in FOLDER/GLOB; empty when nobody says it. */
struct bh_str bh_host_setting(struct bh_place *at, const char *file, const char *glob, const char *key, struct bh_str *ret_where);

#endif
