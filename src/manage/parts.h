/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_PARTS_H
#define BH_MANAGE_PARTS_H
/* The parts of manage/, in the order they are opened in; a part is declared here and named in manage.c. */
#include "manage/manage.h"

#define BH_MANAGE_PARTS_MAX 16

/* Ended by NULL. */
extern const struct bh_manage_part *const bh_manage_parts[BH_MANAGE_PARTS_MAX];

#endif
