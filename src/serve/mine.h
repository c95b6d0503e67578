/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_MINE_H
#define BH_SERVE_MINE_H
/*
 * Conditions for bh_list.mine: what a person of teams may see, with ?1 = their
 * id. Ownership is kept by manage/teams.c, by image; what has no image is
 * nobody's, and only people who are not scoped see it.
 *
 *     .mine = BH_MINE_IMAGE("f.subject"),
 *
 * A view of one thing asks the same: bh_list_one, bh_list_may.
 */
#include "manage/teams.h"
#include "serve/call.h"

/* Of a column that holds an image's id. */
#define BH_MINE_IMAGE(column) column " IN (" BH_TEAMS_IMAGES ")"

/* Of a column that holds a container's id. */
#define BH_MINE_CONTAINER(column) column " IN (SELECT mc.id FROM container mc WHERE " BH_MINE_IMAGE("mc.image_id") ")"

/* ?team_id=: 0 when absent. NOTFOUND unless there is that team, and the caller sees everything or belongs to it. */
int bh_call_team(struct bh_call *call, int64_t *ret, struct bh_err *err) BH_MUST_CHECK;

/* Not for people of teams at all. ?1 is named, for the list binds it. */
#define BH_MINE_NOTHING "?1 < 0"

#endif
