/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_ROUTER_H
#define BH_SERVE_ROUTER_H
/*
 * From a path to its route: rows of tables, compared part by part. A part in
 * braces takes any one part; a row without braces wins over one with them.
 */
#include "serve/call.h"

enum bh_route_found { BH_ROUTE_NONE, BH_ROUTE_METHOD /* there is such a path, with other methods */, BH_ROUTE_FOUND };

/*
 * HEAD finds GET's row. `agents`: only rows that need BH_MAY_AGENT, else only the others.
 * `parts` (BH_LIMIT_API_PARTS of them) are decoded into the arena. *ret_allow: for METHOD, "GET, PATCH".
 */
enum bh_route_found bh_route_find(const struct bh_route *const *tables, struct bh_arena *arena, struct bh_str method, struct bh_str path, bool agents,
                                  const struct bh_route **ret, struct bh_part *parts, size_t *ret_n_parts, struct bh_str *ret_allow);

#endif
