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
 * A view of one thing asks the same: bh_mine_image.
 */
#include "serve/call.h"

/* The images of one's teams, as a query for IN. */
#define BH_MINE_IMAGES "SELECT ti.image_id FROM team_image ti JOIN team_member tm ON tm.team_id = ti.team_id WHERE tm.person_id = ?1"

#define BH_MINE_IMAGE(column) column " IN (" BH_MINE_IMAGES ")"

/* Of a column that holds a container's id. */
#define BH_MINE_CONTAINER(column) column " IN (SELECT mc.id FROM container mc WHERE " BH_MINE_IMAGE("mc.image_id") ")"

/* Not for people of teams at all. ?1 is named, for the list binds it. */
#define BH_MINE_NOTHING "?1 < 0"

/* May the caller see what belongs to this image? Everybody who is not scoped may. 1 or 0. */
int bh_mine_image(struct bh_call *call, struct bh_str image_id, struct bh_err *err) BH_MUST_CHECK;

#endif
