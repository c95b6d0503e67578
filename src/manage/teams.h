/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_TEAMS_H
#define BH_MANAGE_TEAMS_H
/*
 * Which images a team owns: those of which a pattern of the team fits
 *
 *     image      one of its references, "registry.example/shop?*"
 *     registry   the registry of one, "registry.example:5000"
 *     namespace  a namespace in which a container of it runs
 *     layer      the diff-id of one of its layers, "sha256:ab12*"
 *
 * What the patterns come to is kept in the table team_image, so that a list
 * asks it without a glob (serve/mine.h). It is made anew for an image that is
 * taken in, for all when a pattern changes, and once a minute when references
 * or containers came or went.
 */
#include "manage/manage.h"

/* The images of a person's teams, as a query for IN; ?1: the person. */
#define BH_TEAMS_IMAGES "SELECT ti.image_id FROM team_image ti JOIN team_member tm ON tm.team_id = ti.team_id WHERE tm.person_id = ?1"

/* Of all. Inside a write. */
int bh_teams_all(struct bh_db *db, struct bh_err *err) BH_MUST_CHECK;

extern const struct bh_manage_part bh_part_teams;

#endif
