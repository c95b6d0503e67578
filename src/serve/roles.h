/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_ROLES_H
#define BH_SERVE_ROLES_H
/* Which role may do what: one table, shown in docs/API.md and in the console. */
#include "serve/call.h"

const char *bh_role_str(enum bh_role role);
enum bh_role bh_role_of(struct bh_str word); /* _BH_ROLE_MAX when unknown */
const char *bh_permission_str(enum bh_permission permission);
enum bh_permission bh_permission_of(struct bh_str word); /* _BH_PERMISSION_MAX when unknown */
/* Permissions, a bit each. */
uint32_t bh_role_may(enum bh_role role);
/* Sees only what their teams own. */
bool bh_role_scoped(enum bh_role role);

#endif
