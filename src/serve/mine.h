/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_MINE_H
#define BH_SERVE_MINE_H
/* Conditions of lists for those who see what their teams own; ?1 is the person. */
#define BH_MINE_IMAGES "SELECT ti.image_id FROM team_image ti JOIN team_member tm ON tm.team_id = ti.team_id WHERE tm.person_id = ?1"

#endif
